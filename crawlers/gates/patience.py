"""How long a visit knocks at a gate: when addresses are held, when the whole visit pauses."""

from dataclasses import dataclass, field

from crawlers.profile import Gate, MarketProfile

KNOCKS = 3
"""Gates of one kind in a row, with nothing read in between, after which no more is asked."""
KNOCKS_INSIDE = 2
"""The same inside a session, whose end should cost few pages."""
PARTIAL = frozenset({Gate.LOGIN, Gate.CAPTCHA})
"""Gates that often stand before a part of a market: they are counted, and addresses held, rule by rule of the profile."""
MOVING = frozenset({Gate.QUEUE, Gate.DDOS_WAIT})
"""Gates that let go by themselves."""
LISTING = "listing"


def rule(address: str, profile: MarketProfile) -> str:
    """Which rule of the profile means an address: pages of one rule stand behind one gate or none."""
    for number, pattern in enumerate(profile.pages):
        if pattern.match(address) is not None:
            return f"page {number}"
    return LISTING


@dataclass
class Patience:
    """Counts the gates that a visit meets; pages of one rule, or of the whole market, are held when there are too many."""

    knocks: int = KNOCKS
    held: dict[str, Gate] = field(default_factory=dict)
    """Rules whose addresses are not asked for any more; "" stands for all."""
    _row: dict[str, tuple[Gate, int]] = field(default_factory=dict)

    def read(self, rule: str) -> None:
        """Note that a page was read."""
        self._row.pop(rule, None)
        self._row.pop("", None)

    def met(self, gate: Gate, rule: str) -> bool:
        """Note that a gate was met; whether it was the one too many, after which the addresses behind it are held."""
        place = rule if gate in PARTIAL else ""
        before, number = self._row.get(place, (gate, 0))
        number = number + 1 if before is gate else 1
        self._row[place] = (gate, number)
        if number < self.knocks or place in self.held:
            return False
        self.held[place] = gate
        return True

    def holds(self, rule: str) -> Gate | None:
        """The gate behind which pages of a rule are held."""
        return self.held.get(rule)

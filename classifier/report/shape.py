"""The shape of a report: what it holds, and nothing of how that is found or shown."""

from enum import StrEnum

import msgspec

from classifier.metrics.classes import Classes, ClassFigures
from classifier.metrics.draws import Estimate
from classifier.metrics.figures import CLAIMED, Counts, Difference, Figures
from classifier.metrics.slices import Screen, Slice
from classifier.report.facts import Facts
from classifier.report.numbers import gap, number, percent
from pipeline.taxonomy import Track

HEADLINE = "darkweb"
"""The source that every headline figure is on."""


class Side(StrEnum):
    """On which side of what was wanted a figure is good."""

    AT_LEAST = "at least"
    AT_MOST = "at most"


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One figure that was asked for."""

    name: str
    side: Side
    wanted: float
    reached: Estimate | None
    n: int
    """Listings in scope that it rests on; for false alarms, listings out of scope."""
    vendors: int
    binds: bool
    """Whether there are enough of both for it to bind."""
    note: str = ""
    small: bool = False
    """Whether it is a rate told in per cent."""
    vendors_of: str = ""
    """Whose vendors are counted where that is one class alone."""

    @property
    def asked(self) -> str:
        """What was wanted, in words."""
        return f"{self.side} {percent(self.wanted) if self.small else number(self.wanted)}"

    @property
    def met(self) -> bool:
        """Whether the figure itself, not its interval, is on the right side."""
        if self.reached is None:
            return False
        gap = self.reached.value - self.wanted
        return gap >= 0 if self.side is Side.AT_LEAST else gap <= 0

    @property
    def verdict(self) -> str:
        """In words: met, missed by how much, and whether it binds."""
        if self.reached is None:
            return "not measured"
        if self.n < CLAIMED:
            return "no claim"
        told = "met" if self.met else f"missed by {gap(self.reached.value, self.wanted, small=self.small)}"
        return told if self.binds else f"{told}, does not bind"


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A split's figures on one source, a line for each system."""

    split: str
    variant: str
    source: str
    systems: tuple[Figures, ...]


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """Classes told from each other on one split and source."""

    split: str
    source: str
    of: str
    """What the classes are: protocol classes, acts or subtypes."""
    counts: Counts
    found: Classes


class Tracked(msgspec.Struct, frozen=True, kw_only=True):
    """How well listings that a track asks for were found on it."""

    split: str
    source: str
    track: Track
    found: ClassFigures


class Disguise(msgspec.Struct, frozen=True, kw_only=True):
    """What a change of every text costs a system, the same examples compared."""

    split: str
    variant: str
    source: str
    system: str
    recall: Difference | None
    f1: Difference | None


class Leak(msgspec.Struct, frozen=True, kw_only=True):
    """How much a random split flatters: F1 on it, and on the strict one."""

    system: str
    random: float
    strict: float

    @property
    def gap(self) -> float:
        """What the random split adds."""
        return self.random - self.strict


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """Listings of like scores: how high they were scored, and how many are in scope."""

    listings: int
    score: float
    in_scope: float


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything `headstamp evaluate` measures."""

    facts: Facts
    seed: int
    main: str
    """The system that ships."""
    targets: tuple[Target, ...]
    splits: tuple[Held, ...]
    leak: Leak | None
    ablations: tuple[Difference, ...]
    disguises: tuple[Disguise, ...]
    slices: tuple[Slice, ...]
    languages: tuple[Slice, ...]
    classes: tuple[Named, ...]
    tracks: tuple[Tracked, ...]
    reliability: tuple[Bin, ...]
    screen: Screen | None

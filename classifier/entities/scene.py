"""What a listing speaks of, as far as its words tell: arms, drugs or other goods; by it a doubtful word is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from classifier.entities.gazetteer import Hit, hits
from pipeline.text import Traced, traced, untangled
from pipeline.values.found import Found
from pipeline.values.measures import measures, spelt

STRONG = 2
"""How much a name that means nothing but an arm weighs against words that speak of drugs, which weigh 1 each."""
_ARMS = (
    "weapon",
    "firearm",
    "arms",
    "ammo",
    "gun",
    "waffen",
    "armes",
    "armas",
    "оружие",
    "silah",
    "ammunition",
    "airsoft",
)
_DRUGS = (
    "drug",
    "cannabis",
    "opioid",
    "ecstasy",
    "stimulant",
    "psychedelic",
    "weed",
    "benzo",
    "steroid",
    "prescription",
    "drogen",
    "tobacco",
)


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a listing, ready to be searched."""

    name: str
    view: Traced
    small: str
    """The view in small letters."""
    hits: Sequence[Hit]
    hidden: tuple[Traced, Sequence[Hit]] | None
    """The view without its disguises and the names that show there; None where it has none."""

    @cached_property
    def begun(self) -> frozenset[int]:
        """Where a maker's name begins."""
        return frozenset(hit.start for hit in self.hits if hit.term.kind == "make")

    @cached_property
    def ended(self) -> frozenset[int]:
        """Where the text goes on after a maker's name."""
        return frozenset(hit.end for hit in self.hits if hit.term.kind == "make")

    @cached_property
    def quantities(self) -> list[Found]:
        """Every quantity in the field."""
        return [*measures(self.small), *(spelt(self.small) if self.speaks_of("numbers") else ())]

    def speaks_of(self, kind: str) -> bool:
        """Whether one of the field's words is of that kind."""
        return any(hit.term.kind == kind for hit in self.hits)


def field(name: str, text: str) -> Field:
    """A field made ready."""
    view = traced(text)
    small = view.text.lower()
    shown = untangled(view)
    hidden = (shown, hits(shown.text)) if shown else None
    return Field(name=name, view=view, small=small, hits=hits(view.text), hidden=hidden)


def is_about_arms(fields: Sequence[Field], path: Sequence[str], *, calibres: int, bores: int, grams: int) -> bool:
    """Whether more words speak of arms than of drugs; a category path that names either decides.

    `calibres` counts those that can be nothing else, `bores` the others, `grams` the weights and doses in the title.
    """
    said = " ".join(path).lower()
    if said and any(word in said for word in _ARMS):
        return True
    if said and any(word in said for word in _DRUGS):
        return False
    every = [hit for each in fields for hit in (*each.hits, *(each.hidden[1] if each.hidden else ()))]
    doubtful = len({hit.term.value for hit in every if hit.term.kind in {"make", "model"} and hit.term.weak})
    arms = len({hit.term.kind + str(hit.start) for hit in every if hit.term.kind == "arms"})
    names = len({hit.term.value for hit in every if hit.term.kind in {"make", "model"} and not hit.term.weak})
    drugs = len({(hit.start, hit.end) for hit in every if hit.term.kind == "drugs"})
    return arms + names + STRONG * calibres + (doubtful + bores > 1) > drugs + grams

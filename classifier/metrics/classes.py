"""How well classes are told from each other: categories in scope, acts, subtypes and tracks."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import msgspec
import numpy as np

from classifier.linear import Floats
from classifier.metrics.draws import Estimate, Groups, components, drawn
from classifier.metrics.figures import CLAIMED, FEWEST, FEWEST_VENDORS
from classifier.metrics.judged import Judged
from pipeline.taxonomy import IN_SCOPE, Act, Category, Track, Verdict

OTHER = "other"
"""The class of everything out of scope, and of everything that was not flagged."""
Told = Callable[[Judged], str]

ASIDE: Mapping[Category, Track] = MappingProxyType(
    {
        Category.DIGITAL: Track.DIGITAL,
        Category.BLANK: Track.CONVERTIBLE,
        Category.DEACTIVATED: Track.CONVERTIBLE,
        Category.EXPLOSIVE: Track.EXPLOSIVES,
        Category.SERVICE: Track.SERVICES,
    }
)
"""The track of an offer that is out of scope."""


class ClassFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How well one class is told from the others."""

    name: str
    listings: int
    vendors: int
    given: dict[str, int]
    """Class given → listings of this class."""
    alarms: int
    """Listings of other classes that were given this one."""
    precision: float | None
    recall: float | None
    f1: float | None

    @property
    def binds(self) -> bool:
        """Whether there are enough listings, of enough vendors, for a target to bind."""
        return self.listings >= FEWEST and self.vendors >= FEWEST_VENDORS

    @property
    def claimed(self) -> bool:
        """Whether there are enough listings to claim anything."""
        return self.listings >= CLAIMED


class Classes(msgspec.Struct, frozen=True, kw_only=True):
    """How well several classes are told from each other."""

    classes: tuple[ClassFigures, ...]
    macro_f1: Estimate | None
    """The mean of the classes' F1, each as important as another."""


def protocol_class(row: Judged) -> str:
    """The true class: FA, PC or AM for an offer in scope."""
    return row.category if row.in_scope else OTHER


def protocol_class_given(system: str) -> Told:
    """The class given: the category in scope of a listing that the system flagged."""

    def given(row: Judged) -> str:
        return row.given_category if row.flagged.get(system) and row.given_category in IN_SCOPE else OTHER

    return given


def track(row: Judged) -> str:
    """The track on which the example should ask for a look; "" for none."""
    if row.in_scope:
        return Track.OFFERS
    if row.act == Act.REQUEST:
        return Track.REQUESTS if row.category in IN_SCOPE else ""
    aside = ASIDE.get(Category(row.category)) if row.act == Act.OFFER else None
    return aside or ""


def on_track(name: Track) -> Told:
    """Whether a verdict on the track asks for a look, as the track's name or `OTHER`."""

    def asks(row: Judged) -> str:
        return name if row.verdicts.get(name, Verdict.CLEAR) is not Verdict.CLEAR else OTHER

    return asks


def told(rows: Sequence[Judged], truth: Told, given: Told, seed: int) -> Classes:
    """How well the classes that occur are told from each other, by one way of reading truth and another of reading what was given."""
    true, said = [truth(row) for row in rows], [given(row) for row in rows]
    names = sorted(set(true))
    return Classes(
        classes=tuple(_class(name, rows, true, said) for name in names),
        macro_f1=_macro(names, true, said, components(rows), seed),
    )


def _class(name: str, rows: Sequence[Judged], true: Sequence[str], said: Sequence[str]) -> ClassFigures:
    mine = [place for place, each in enumerate(true) if each == name]
    given: dict[str, int] = {}
    for place in mine:
        given[said[place]] = given.get(said[place], 0) + 1
    hits, taken = given.get(name, 0), said.count(name)
    return ClassFigures(
        name=name,
        listings=len(mine),
        vendors=len({rows[place].vendor for place in mine} - {""}),
        given=dict(sorted(given.items(), key=lambda pair: (-pair[1], pair[0]))),
        alarms=taken - hits,
        precision=hits / taken if taken else None,
        recall=hits / len(mine),
        f1=2 * hits / (taken + len(mine)),
    )


def _macro(
    names: Sequence[str], true: Sequence[str], said: Sequence[str], groups: Groups, seed: int
) -> Estimate | None:
    if len(names) < 2:  # noqa: PLR2004  # one class alone is told from nothing
        return None
    truly = np.array([names.index(name) for name in true])
    given = np.array([names.index(name) if name in names else len(names) for name in said])

    def macro(weights: Floats) -> float | None:
        size = len(names) + 1
        there, taken = np.bincount(truly, weights, size)[:-1], np.bincount(given, weights, size)[:-1]
        hits = np.bincount(truly, weights * (truly == given), size)[:-1]
        return float((2 * hits / (there + taken)).mean()) if (there > 0).all() else None

    return drawn(macro, groups, seed)

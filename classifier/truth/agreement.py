"""How far the second reading agrees with the first labels, beyond what chance would give."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier.truth.corrections import rows_read
from classifier.truth.examples import LABELS, darkweb, labels, vague
from pipeline.taxonomy import Category

FIRST = LABELS | {"opaque": Category.UNKNOWN}
TOGETHER = {Category.REPLICA: Category.AIR}
"""What the first labels do not tell apart."""
Pair = tuple[Category, Category]


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Two readings of the same rows."""

    category: Category | None
    """Of which category against the rest; None: all categories."""
    rows: int
    first: int
    """Rows that the first reading put there."""
    second: int
    both: int
    kappa: float
    """Cohen's kappa: 1 full agreement, 0 that of chance."""


def agreement(data: Path) -> list[Agreement]:
    """The agreement over the dark-web rows that were read again: all categories, then each that occurs."""
    read = rows_read()
    second = {each.origin: each.category for each in darkweb(data)}
    second |= dict.fromkeys((each.origin for each in vague(data)), Category.UNKNOWN)
    first = labels(data)
    pairs = [(FIRST[first[name]], TOGETHER.get(second[name], second[name])) for name in sorted(read)]
    occurring = [category for category in Category if any(category in pair for pair in pairs)]
    return [_of(pairs, None), *(_of(pairs, category) for category in occurring)]


def kappa(pairs: Sequence[tuple[object, object]]) -> float:
    """Cohen's kappa of two readings (Cohen 1960); 1 where both always say the same one thing."""
    same = sum(one == other for one, other in pairs) / len(pairs)
    first, second = (Counter(side) for side in zip(*pairs, strict=True))
    chance = sum(first[value] * second[value] for value in first) / len(pairs) ** 2
    return 1.0 if chance == 1 else (same - chance) / (1 - chance)


def _of(pairs: Sequence[Pair], category: Category | None) -> Agreement:
    if category is None:
        both = sum(one is other for one, other in pairs)
        return Agreement(
            category=None, rows=len(pairs), first=len(pairs), second=len(pairs), both=both, kappa=kappa(pairs)
        )
    told = [(one is category, other is category) for one, other in pairs]
    return Agreement(
        category=category,
        rows=len(told),
        first=sum(one for one, _ in told),
        second=sum(other for _, other in told),
        both=sum(one and other for one, other in told),
        kappa=kappa(told),
    )

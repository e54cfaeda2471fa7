"""Cuts from a review budget: what share of the listings people can look at."""

from collections.abc import Iterable, Mapping, Sequence
from heapq import nlargest

import msgspec

from pipeline.policy.cut import Cut
from pipeline.taxonomy import Category, Track

KIND = "cuts"
"""Under which adopted cuts are kept, and counted as activations."""
FEWEST = 10
"""Listings that a budget must have room for; fewer say nothing about where to cut."""
LEAST = 1e-6
"""The lowest cut: a listing without any score is never asked for."""

Line = Track | Category
"""What has a budget of its own: a track, or one category of the offers track."""


class Cuts(msgspec.Struct, frozen=True, kw_only=True):
    """Cuts that were derived from a budget, with all that they rest on."""

    model: str
    """Digest of the model directory whose scores they cut; they hold for no other."""
    budget: dict[str, float]
    """Share of the listings for each track or category."""
    listings: int
    """How many listings were counted."""
    tracks: dict[Track, Cut]
    categories: dict[Category, Cut] = msgspec.field(default_factory=dict)

    @property
    def per_thousand(self) -> float:
        """How many of a thousand listings wait at most, all budgets together."""
        return round(1000 * sum(self.budget.values()), 6)

    @property
    def boundless(self) -> list[Line]:
        """The tracks and categories whose review threshold is so low that everything with a score on them waits."""
        cuts: list[tuple[Line, Cut]] = [*self.tracks.items(), *self.categories.items()]
        return [line for line, cut in cuts if cut.review_at <= LEAST]

    @property
    def text(self) -> str:
        """All of it as JSON."""
        return msgspec.json.encode(self, order="deterministic").decode()


def derived(
    model: str, budget: Mapping[Line, float], scored: Sequence[Mapping[Line, float]], advised: Mapping[Line, Cut]
) -> Cuts:
    """The cuts at which no more than the budget's share of these listings waits, each given as its score by line.

    Flagging keeps to the advice, unless that were more than people can look at. The same scores give the same cuts.
    """
    cuts: dict[Line, Cut] = {}
    for line, share in sorted(budget.items()):
        review_at = reached((each[line] for each in scored if line in each), int(share * len(scored)))
        cuts[line] = Cut(review_at=review_at, flag_at=max(review_at, advised[line].flag_at))
    return Cuts(
        model=model,
        budget={str(line): share for line, share in budget.items()},
        listings=len(scored),
        tracks={line: cut for line, cut in cuts.items() if isinstance(line, Track)},
        categories={line: cut for line, cut in cuts.items() if isinstance(line, Category)},
    )


def reached(scores: Iterable[float], most: int) -> float:
    """The lowest score that at most `most` of these reach; the greatest one, where even that is shared by more.

    So listings of one score are never told apart, and a budget that is too small still shows the likeliest.
    """
    ranked = nlargest(most + 1, scores)
    if len(ranked) <= most:
        return LEAST
    above = [score for score in ranked if score > ranked[most]]
    return max(LEAST, above[-1] if above else ranked[0])

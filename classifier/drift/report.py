"""Compares the index, market by market and month by month, with what the model in force learnt from."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from classifier.drift.shift import FEWEST, LANGUAGES, OTHERS, WORDS, Shift, named_moved, scores_moved
from classifier.model import SCREEN_CHECKED
from classifier.reference import Reference, binned, words_of
from pipeline.index import Hit
from pipeline.taxonomy import Track, Verdict

ALL = "all"
UNDATED = "unknown"
"""Stands for the month of listings that nobody dated."""
MOST_LANGUAGES = 3


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """One market in one month, by the first sight of its listings."""

    market: str
    month: str
    listings: int
    other_model: int
    """Listings that another model scored; they are in no figure of scores."""
    flagged: float | None
    """Share flagged on the track of offers."""
    scores: Shift | None
    words: Shift
    unknown_words: float
    """Share of the words that are none of the reference's frequent ones."""
    languages: Shift | None
    language_mix: dict[str, float]
    """Shares of the commonest languages."""
    checked: int
    """Listings that the screen kept back, or in its shadow would have, and that the encoder read all the same."""
    missed: int
    """Those of them that are not clear on the track of offers: what the screen loses."""

    @property
    def verdict(self) -> str:
        """What moved, in words."""
        if self.listings < FEWEST:
            return "no claim"
        named = {"scores": self.scores, "words": self.words, "languages": self.languages}
        return ", ".join(name for name, shift in named.items() if shift and shift.moved) or "steady"


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """All markets beside the reference."""

    model: str
    reference_listings: int
    reference_flagged: float
    months: tuple[Month, ...]


class _Tally:
    """What the listings of one market and month add up to."""

    def __init__(self) -> None:
        self.listings = self.flagged = self.checked = self.missed = 0
        self.scores: list[float] = []
        self.words = Counter[str]()
        self.languages = Counter[str]()

    def add(self, hit: Hit, model: str) -> None:
        current = hit.document.current
        assert current  # a hidden document is in no search
        self.listings += 1
        self.words.update(words_of(current.listing.title, current.listing.description))
        self.languages[current.classification.language] += 1
        if current.classification.model == model:
            self.scores.append(current.classification.score)
            self.flagged += current.verdicts.get(Track.OFFERS) is Verdict.FLAGGED
            checked = SCREEN_CHECKED in current.classification.flags
            self.checked += checked
            self.missed += checked and current.verdicts.get(Track.OFFERS) is not Verdict.CLEAR


def drift(hits: Iterable[Hit], reference: Reference, model: str) -> Drift:
    """How far each market has moved, month by month; each market's sum of all months first."""
    tallies: dict[tuple[str, str], _Tally] = defaultdict(_Tally)
    for hit in hits:
        for place in _places(hit):
            tallies[place].add(hit, model)
    return Drift(
        model=model,
        reference_listings=reference.listings,
        reference_flagged=reference.flagged / max(reference.listings, 1),
        months=tuple(_month(*place, tally, reference) for place, tally in sorted(tallies.items(), key=_order)),
    )


def _order(pair: tuple[tuple[str, str], _Tally]) -> tuple[str, str]:
    market, month = pair[0]
    return market, "" if month == ALL else month


def _places(hit: Hit) -> Iterator[tuple[str, str]]:
    document = hit.document
    market, seen = document.current.listing.market if document.current else "", document.first_seen
    yield market, ALL
    yield market, seen.isoformat()[:7] if seen and document.dated(seen) else UNDATED


def _month(market: str, month: str, tally: _Tally, reference: Reference) -> Month:
    known = {**reference.words, OTHERS: reference.uses - sum(reference.words.values())}
    uses = tally.words.total()
    familiar = sum(count for word, count in tally.words.items() if word in reference.words)
    told = any(name for name in reference.languages) and any(name for name in tally.languages)
    return Month(
        market=market,
        month=month,
        listings=tally.listings,
        other_model=tally.listings - len(tally.scores),
        flagged=tally.flagged / len(tally.scores) if tally.scores else None,
        scores=scores_moved(reference.scores, binned(tally.scores)) if tally.scores else None,
        words=named_moved(known, tally.words, WORDS),
        unknown_words=1 - familiar / uses if uses else 0.0,
        languages=named_moved(reference.languages, tally.languages, LANGUAGES) if told else None,
        language_mix={
            name or "untold": count / tally.listings for name, count in tally.languages.most_common(MOST_LANGUAGES)
        },
        checked=tally.checked,
        missed=tally.missed,
    )

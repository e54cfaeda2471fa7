"""The choice between selectors: by what they would read on every sample."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from crawlers.draft.known import known
from crawlers.draft.names import HASHED, LAYOUT
from crawlers.draft.sample import Sample
from crawlers.draft.standing import unvaried
from crawlers.profile import Pick, Selector

BARE = known("div span a td tr p b li small font i table center em u label section ul dl dd dt form br")
"""Tags that mean nothing by themselves."""
MOST_CANDIDATES = 160
MOST_SAMPLES = 12
"""Samples that every candidate is tried on; the chosen one is measured on all."""

Quality = Callable[[str, Sample], float]
"""How much a text looks like the field's value, from 0 to 1."""


@dataclass(frozen=True)
class Candidate:
    """A selector with what speaks for it beside the values it reads."""

    selector: Selector
    prior: float


@dataclass(frozen=True)
class Guess:
    """The selector that a draft proposes for a field."""

    field: str
    selector: Selector
    confidence: float
    """From 0 to 1."""
    filled: int
    of: int
    example: str
    same: bool = False
    """Whether several different pages all give the example."""

    @property
    def share(self) -> float:
        """In how many samples the field has a value."""
        return self.filled / self.of if self.of else 0.0


@dataclass(frozen=True)
class Scored:
    """A candidate with what it reads."""

    candidate: Candidate
    values: tuple[str, ...]
    quality: float
    """Mean over the samples."""

    @property
    def score(self) -> float:
        """By which the best is chosen."""
        return self.quality + self.candidate.prior


def ranked(candidates: Iterable[Candidate], samples: Sequence[Sample], quality: Quality) -> list[Scored]:
    """The candidates that read anything, the best first; of equals the first one."""
    best: dict[Selector, Candidate] = {}
    for one in candidates:
        if one.selector not in best or best[one.selector].prior < one.prior:
            best[one.selector] = one
    weighed = [Candidate(one.selector, one.prior - weakness(one.selector)) for one in best.values()]
    tried = sorted(weighed, key=lambda one: -one.prior)[:MOST_CANDIDATES]
    scored = [_scored(one, spread(samples), quality) for one in tried]
    return sorted((one for one in scored if one.quality > 0), key=lambda one: -one.score)


def weakness(selector: Selector) -> float:
    """How much speaks against a selector itself: names that mean nothing."""
    text = (selector.select if isinstance(selector, Pick) else selector).partition("::")[0]
    if text.startswith(("/", ".//", "(")):
        return 0.0
    last = re.split(r"[ >]+", text)[-1].partition("[")[0]
    if text in BARE or ":nth" in text:
        return 0.3 if text in BARE else 0.2
    names = re.findall(r"[.#]([\w-]+)", text)
    layout = bool(names) and all(LAYOUT.fullmatch(name) for name in names)
    return 0.08 * layout + 0.03 * any(HASHED.search(name) for name in names) + 0.04 * (last in BARE)


def spread(samples: Sequence[Sample]) -> Sequence[Sample]:
    """Samples from everywhere in the list, few enough to try each candidate on."""
    step = max(1, len(samples) // MOST_SAMPLES)
    return samples[::step][:MOST_SAMPLES]


def _scored(candidate: Candidate, samples: Sequence[Sample], quality: Quality) -> Scored:
    values = tuple(sample.first(candidate.selector) for sample in samples)
    marks = [quality(value, sample) if value else 0.0 for value, sample in zip(values, samples, strict=True)]
    return Scored(candidate, values, sum(marks) / len(marks))


def guess(field: str, best: Scored, samples: Sequence[Sample], certainty: float) -> Guess:
    """The guess that a candidate makes, measured on all samples."""
    values = [sample.first(best.candidate.selector) for sample in samples]
    filled = [value for value in values if value]
    confidence = min(0.99, max(0.05, certainty)) * min(1.0, best.quality / max(0.01, len(filled) / len(values)))
    return Guess(
        field=field,
        selector=best.candidate.selector,
        confidence=round(confidence, 2),
        filled=len(filled),
        of=len(values),
        example=filled[0] if filled else "",
        same=unvaried(field, best.candidate.selector, samples),
    )


def cut(selector: Selector, *, after: str = "", before: str = "") -> Pick:
    """The selector with its text cut further."""
    if isinstance(selector, Pick):
        return Pick(select=selector.select, after=after or selector.after, before=before or selector.before)
    return Pick(select=selector, after=after, before=before)


def alike(values: Sequence[str]) -> bool:
    """Whether all of several values are one."""
    return len(values) > 1 and len(set(values)) == 1

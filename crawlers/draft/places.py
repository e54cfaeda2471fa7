"""Where a page says from where and to where an offer is sent."""

import re
from collections.abc import Iterator, Sequence

from crawlers.draft.guess import Candidate, Scored, cut, ranked, spread
from crawlers.draft.known import known
from crawlers.draft.labels import label
from crawlers.draft.names import selectors, words
from crawlers.draft.relations import Beside
from crawlers.draft.sample import Element, Sample
from crawlers.draft.zones import frame
from pipeline.values import countries, money

ARROWS = (
    "→",
    "➜",
    "➔",
    "⇒",
    "➝",
    "»",
    "->",
    "=>",
    ">",
    "–>",
    ", to: ",
    " to: ",
    " To: ",
    "; to ",
    ", to ",
    " to ",
    " nach ",
    " vers ",
    " bis ",
)
"""What stands between where an offer comes from and where it goes to."""
MIXED = re.compile(
    r"\b(?:to|from|nach|aus|vers|depuis|куда|откуда|доставка)\b ?[:–—-]|\w ships? (?:to|from)\b", re.IGNORECASE
)
"""What begins the other way's places, behind those of one way."""
SHIP = known(
    "ship ships shipping shipment delivery dispatch versand livraison expedition envio sending sends country countries location"
)
FROM = known("from origin shipsfrom shipfrom shippedfrom source aus depuis desde")
TO = known("to destination destinations shipsto shipto dest nach vers")
WAYS = {"ships_from": FROM, "ships_to": TO}
LONGEST = 1_500
DIGIT = re.compile(r"\d")
PART = re.compile(r"[,;/|\n→]|->|\band\b")


def places(field: str, samples: Sequence[Sample], told: Sequence[Beside]) -> Scored | None:
    """The best selector of the places in one direction; None where there is no sign of one."""
    other = "ships_to" if field == "ships_from" else "ships_from"
    candidates = [Candidate(one.selector, -0.1 if one.weak else 0.3) for one in told if one.field == field]
    for sample in spread(samples)[:4]:
        candidates += _named(
            field, sample, {sample.first(one.selector) for one in told if one.field == other and not one.weak}
        )
    both = [
        Candidate(one.selector, -0.05 if one.weak else 0.25) for one in told if one.field in ("ships_from", "shipping")
    ]
    if field == "ships_to":
        both += [one for sample in spread(samples)[:4] for one in _named("ships_from", sample, set())]
    candidates += _split(field, [*both, *candidates], samples)
    found = ranked(candidates, samples, _strict if field == "ships_to" else _quality)
    return _fullest(found) if found else None


def _quality(text: str, sample: Sample) -> float:
    return max(_strict(text, sample), 0.0)


def _strict(text: str, _sample: Sample) -> float:
    """How much a text is a list of places; one without any still tells that it should be."""
    if len(text) > LONGEST or money(text):
        return 0.0
    codes = countries(text)
    if not codes:
        return 0.3 if len(text) <= 40 and not label(text) else 0.0  # noqa: PLR2004
    if any(not found.weak for line in text.splitlines() if (found := label(line))):
        return 0.3
    parts = [part for part in PART.split(text) if part.strip()]
    known = sum(bool(countries(part)) for part in parts) / len(parts) if parts else 0.0
    return (0.55 if _both(text) else 1.0) * (0.5 + 0.5 * known) * (1.0 if len(text) <= 60 + 40 * len(codes) else 0.5)


def _fullest(found: Sequence[Scored]) -> Scored:
    """Of candidates about as good as the best, the one that names most places."""
    best = found[0]
    crossed = sum(_both(value) for value in best.values)
    near = [one for one in found if one.score >= best.score - 0.12 and sum(map(_both, one.values)) <= crossed]

    def codes(one: Scored) -> int:
        return sum(len(countries(value)) for value in one.values)

    most = max(near, key=lambda one: (codes(one), one.score))
    return most if codes(most) > codes(best) else best


def _named(field: str, sample: Sample, taken: set[str]) -> Iterator[Candidate]:
    """Elements that are called after the way, or say nothing but places, where no label gives them the other meaning."""
    for place, (element, text) in enumerate(_placed(sample)):
        if text in taken or (field == "ships_to" and not _words(element) & TO):
            continue
        prior = _prior(field, element, text) - 0.01 * place
        yield from (
            Candidate(selector, prior - 0.005 * rank) for rank, selector in enumerate(selectors(element, sample)[:12])
        )


def _placed(sample: Sample) -> list[tuple[Element, str]]:
    found = []
    for element, behind, text in sample.texts:
        owner = element.getparent() if behind else element
        if owner is None or len(text) > 120 or not countries(text) or frame(owner, sample):  # noqa: PLR2004
            continue
        if owner.tag not in ("a", "h1", "h2", "h3", "p", "pre", "li") or _pure(text):
            found.append((owner, text))
    return found[:12]


def _pure(text: str) -> bool:
    """Whether each part of a text is a place."""
    parts = [part for part in PART.split(text) if part.strip()]
    return bool(parts) and not DIGIT.search(text) and all(len(part.split()) <= 4 and countries(part) for part in parts)  # noqa: PLR2004


def _words(element: Element) -> set[str]:
    return set().union(*(words(one) for one in [element, *list(element.iterancestors())[:2]]))


def _prior(field: str, element: Element, text: str) -> float:
    named = _words(element)
    other = WAYS["ships_to" if field == "ships_from" else "ships_from"]
    prior = (
        0.15 * bool(named & WAYS[field])
        - 0.2 * bool(named & other and not named & WAYS[field])
        + 0.1 * bool(named & SHIP)
    )
    return prior - 0.2 - 0.3 * (not _pure(text))


def _split(field: str, candidates: Sequence[Candidate], samples: Sequence[Sample]) -> list[Candidate]:
    """Candidates for one side of "Germany → worldwide"."""
    found = []
    seen = set()
    for one in candidates[:60]:
        if one.selector in seen:
            continue
        seen.add(one.selector)
        values = [value for sample in spread(samples) if (value := sample.first(one.selector))]
        for arrow in ARROWS:
            crossed = [value for value in values if _crossed(value, arrow)]
            if values and len(crossed) >= 0.5 * len(values):
                side = cut(one.selector, before=arrow) if field == "ships_from" else cut(one.selector, after=arrow)
                found.append(Candidate(side, one.prior + 0.02))
                break
    return found


def _both(text: str) -> bool:
    return bool(MIXED.search(text)) or any(_crossed(text, arrow) for arrow in ARROWS)


def _crossed(text: str, arrow: str) -> bool:
    before, mark, after = text.partition(arrow)
    return bool(mark and countries(before) and countries(after))

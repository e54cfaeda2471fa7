"""Where the text of an offer stands."""

from collections.abc import Iterator, Sequence

from crawlers.draft.guess import Candidate, Scored, ranked, spread
from crawlers.draft.known import known
from crawlers.draft.labels import label
from crawlers.draft.names import called, selectors
from crawlers.draft.relations import Beside
from crawlers.draft.sample import SILENT, Element, Sample, flat, whole
from crawlers.draft.zones import aside, frame

WORDS = known(
    "description desc beschreibung descripcion descrizione opis about body content text details detail notes preformattednotes"
)
ELSE = known("terms policy refund pgp key feedback review rating notice alert message warning error profile")
INLINE = known("b i em strong u span br a font small big sub sup p ul ol li h3 h4 h5 h6 code blockquote pre center")
FEW = 20
MANY = 1_500
"""Letters of a text that is surely no description, and of one that surely is."""


def description(samples: Sequence[Sample], told: Sequence[Beside]) -> Scored | None:
    """The best selector of the description; None where no part of the page is prose."""
    candidates = [
        Candidate(one.selector, 0.25) for one in told if one.field == "description" and isinstance(one.selector, str)
    ]
    for sample in spread(samples)[:3]:
        candidates += _prose(sample)
    found = ranked(candidates, samples, _quality)
    return max(found, key=_rank) if found else None


def _rank(one: Scored) -> float:
    values = [value for value in one.values if value]
    return one.score - 0.5 * (len(values) > 1 and len(set(values)) == 1)


def _quality(text: str, _sample: Sample) -> float:
    labels = sum(1 for line in text.splitlines()[:60] if (found := label(line)) and not found.weak)
    size = min(1.0, 0.35 + len(text) / MANY)
    if "BEGIN PGP" in text[:200]:
        return 0.1
    return max(0.05, size - 0.12 * labels) if len(text) > 12 else 0.1  # noqa: PLR2004


def _prose(sample: Sample) -> Iterator[Candidate]:
    """Elements with most running text directly in them."""
    sized = sorted(_sized(sample), key=lambda pair: -pair[0])[:5]
    for place, (_, element) in enumerate(sized):
        near = [element, *list(element.iterancestors())[:2]]
        prior = 0.25 * any(called(one, WORDS) for one in near) - 0.3 * any(called(one, ELSE) for one in near)
        prior -= 0.3 * frame(element, sample) + 0.2 * aside(element, sample) + 0.02 * place
        yield from (
            Candidate(selector, prior - 0.01 * rank) for rank, selector in enumerate(selectors(element, sample)[:10])
        )


def _sized(sample: Sample) -> list[tuple[int, Element]]:
    sizes: dict[Element, int] = {}
    for element, behind, text in sample.texts:
        owner = element.getparent() if behind else element
        while (
            owner is not None
            and owner.tag in INLINE
            and owner.getparent() is not None
            and owner is not sample.node.root
        ):
            owner = owner.getparent()
        if owner is not None and owner.tag not in SILENT:
            sizes[owner] = sizes.get(owner, 0) + len(text)
    return [
        (size, element)
        for element, size in sizes.items()
        if size > FEW and isinstance(element.tag, str) and element.tag not in ("html", "body")
    ]


__all__ = ["description", "flat", "whole"]

"""The page's own <title>, without the market's name."""

from collections.abc import Iterator, Sequence

from crawlers.draft.guess import alike
from crawlers.draft.sample import Sample
from crawlers.draft.titling import BETWEEN
from crawlers.profile import Pick, Selector


def page_titles(samples: Sequence[Sample]) -> Iterator[Selector]:
    """The page's own title without the market's name before or behind it."""
    titles = [sample.title for sample in samples if sample.title]
    if not titles or alike(titles):
        return
    if any(sample.first("meta[property='og:title']::attr(content)") for sample in samples[:3]):
        yield "meta[property='og:title']::attr(content)"
    if len(titles) == 1:
        found = list(BETWEEN.finditer(titles[0]))
        yield from (Pick(select="title", before=titles[0][one.start() :]) for one in found[-1:])
        yield from (Pick(select="title", after=titles[0][: one.end()]) for one in found[:1])
        return
    behind = _common([one[::-1] for one in titles])[::-1]
    before = _common(titles)
    mark = BETWEEN.search(behind)
    start = list(BETWEEN.finditer(before))
    tail = behind[mark.start() :] if mark else behind[behind.find(" ") :] if " " in behind.strip() else ""
    lead = before[: start[-1].end()] if start else ""
    yield Pick(select="title", after=lead, before=tail) if lead or tail else "title"


def _common(texts: Sequence[str]) -> str:
    """What all texts begin with."""
    first, last = min(texts), max(texts)
    return first[: next((place for place, letter in enumerate(first) if last[place : place + 1] != letter), len(first))]

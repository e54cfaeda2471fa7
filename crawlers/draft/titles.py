"""Where the title of an offer stands."""

import re
from collections.abc import Iterator, Sequence

from crawlers.draft.core import away, leading
from crawlers.draft.guess import Candidate, Scored, ranked, spread
from crawlers.draft.known import known
from crawlers.draft.labels import means
from crawlers.draft.names import called, own, selectors
from crawlers.draft.pagetitle import page_titles
from crawlers.draft.relations import Beside
from crawlers.draft.sample import Element, Sample, flat, whole
from crawlers.draft.titling import LONGEST, big, quality
from crawlers.draft.zones import aside, frame
from pipeline.values import countries

HEADINGS = {"h1": 0.3, "h2": 0.28, "h3": 0.24, "h4": 0.18, "h5": 0.1, "h6": 0.05}
WORDS = known(
    "title titel titre titulo name heading headline subject productname producttitle listingtitle itemtitle itemname baslik"
)
ELSE = known(
    "subtitle subheading category vendor seller shop user username sitename logo brand site welcome page message notice alert warning announcement muted price stock"
)
MOST = 24
"""Elements of a sample that may hold its title."""
PLACE = 20
"""Letters of the longest text that is thought to be a place, where it names one."""
UNSEEN = frozenset({"html", "body", "head", "title", "meta", "option", "script", "style"})
DIGITS = re.compile(r"\d+")


def title(samples: Sequence[Sample], told: Sequence[Beside], key_links: str = "") -> Scored | None:
    """The best selector of the title; None where nothing looks like one."""
    candidates = [Candidate(one.selector, -0.1 if one.weak else 0.15) for one in told if one.field == "title"]
    for sample in spread(samples)[:5]:
        candidates += _headed(sample)
    if key_links:
        candidates += _linked(samples, key_links)
    if not samples[0].row:
        candidates += [Candidate(selector, 0.1) for selector in page_titles(samples)]
    found = ranked(candidates, samples, quality)
    return max(found, key=lambda one: _rank(one, samples)) if found else None


def _rank(one: Scored, samples: Sequence[Sample]) -> float:
    values = [value for value in one.values if value]
    same = len({DIGITS.sub("", value) for value in values}) / len(values)
    constant = len(values) > 1 and same < 0.3 and not samples[0].row  # noqa: PLR2004
    alike = 0.6 if constant or (samples[0].row and len(values) > 4 and same < 0.2) else 0.0  # noqa: PLR2004
    longer = min(sum(map(len, values)) / len(values), 60) / 1000
    return one.score - alike + 0.1 * min(same, 1) + longer


def _headed(sample: Sample) -> Iterator[Candidate]:
    """Headings, elements called titles, and whatever says what the page's own title says."""
    found: list[tuple[float, Element]] = []
    for element in sample.node.root.iter():
        if not isinstance(element.tag, str) or element.tag in UNSEEN:
            continue
        prior = HEADINGS.get(element.tag, 0.0) + 0.15 * called(element, WORDS) - 0.15 * called(element, ELSE)
        prior = prior or big(element)
        if (prior > 0 or _same(element, sample)) and 2 < len(whole(element)) <= LONGEST:  # noqa: PLR2004
            found.append((prior - _outside(element, sample) - 0.005 * min(len(found), 20), element))
    for prior, element in sorted([*found, *_leading(sample)], key=lambda pair: -pair[0])[:MOST]:
        yield from _own(element, sample, prior)


def _leading(sample: Sample) -> Iterator[tuple[float, Element]]:
    """What stands last before the offer's labels, whatever it is called: the title of a page without headings."""
    for element in () if sample.row else leading(sample):
        text = whole(element)
        if not called(element, ELSE) and not means(text) and (len(text) > PLACE or not countries(text)):
            yield -0.1 - _outside(element, sample), element


def _outside(element: Element, sample: Sample) -> float:
    """What speaks against the place of an element."""
    return 0.25 * frame(element, sample) + 0.2 * aside(element, sample) + 0.03 * away(element, sample)


def _own(element: Element, sample: Sample, prior: float) -> Iterator[Candidate]:
    for rank, selector in enumerate(selectors(element, sample)[:14]):
        yield Candidate(selector, prior - 0.004 * rank)
        badges = any(
            child.tag in ("small", "span", "sup", "label", "em", "i", "a") and whole(child) for child in element
        )
        if badges and flat(element.text):
            yield Candidate(f"{selector}::text", prior - 0.004 * rank + 0.02)
        elif badges and any(flat(child.tail) for child in element):
            yield Candidate(f"{selector}::text", prior - 0.004 * rank - 0.05)


def _same(element: Element, sample: Sample) -> bool:
    """Whether the element says the beginning of the page's own title and nothing else."""
    if len(element) > 3 or not sample.title or element.tag in ("title", "head", "option"):  # noqa: PLR2004
        return False
    text = whole(element) if len(element) else flat(element.text)
    return 5 < len(text) <= LONGEST and text.lower() in sample.title.lower()  # noqa: PLR2004


def _linked(samples: Sequence[Sample], key_links: str) -> Iterator[Candidate]:
    """The link to the offer in a row."""
    yield Candidate(key_links, 0.2)
    for sample in spread(samples)[:4]:
        for place, anchor in enumerate(sample.node.css(key_links)[:4]):
            element = anchor.root
            if whole(element):
                yield from (
                    Candidate(selector, 0.2 - 0.03 * place - 0.004 * rank)
                    for rank, selector in enumerate(selectors(element, sample)[:12])
                )
                yield from (Candidate(f"{outer} {key_links}", 0.19 - 0.03 * place) for outer in _outer(element))
                yield from (
                    Candidate(selector, 0.2 - 0.03 * place)
                    for child in element.iterdescendants()
                    if isinstance(child.tag, str) and whole(child)
                    for selector in selectors(child, sample)[:4]
                )


def _outer(element: Element) -> list[str]:
    parent = element.getparent()
    return list(own(parent))[:2] if parent is not None and isinstance(parent.tag, str) else []

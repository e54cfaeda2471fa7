"""Where the title of an offer stands."""

import re
from collections.abc import Iterator, Sequence
from os.path import commonprefix

from crawlers.draft.guess import Candidate, Scored, ranked, spread
from crawlers.draft.labels import means
from crawlers.draft.names import called, own, selectors
from crawlers.draft.relations import Beside
from crawlers.draft.sample import Element, Sample, flat, whole
from crawlers.draft.zones import aside, body, brands, frame
from crawlers.profile import Pick, Selector
from pipeline.values import money

HEADINGS = {"h1": 0.3, "h2": 0.28, "h3": 0.24, "h4": 0.18, "h5": 0.1, "h6": 0.05}
WORDS = frozenset("title titel titre titulo name heading headline subject productname producttitle listingtitle itemtitle itemname baslik".split())  # noqa: SIM905
ELSE = frozenset("subtitle subheading category vendor seller shop user username sitename logo brand site welcome page".split())  # noqa: SIM905
BETWEEN = re.compile(r"\s+(?:[-–—|•·»>:/@~]{1,2}|::)\s+")
LONGEST = 400
MOST = 24
"""Elements of a sample that may hold its title."""
UNSEEN = frozenset({"html", "body", "head", "title", "meta", "option", "script", "style"})
DIGITS = re.compile(r"\d+")
WORD = re.compile(r"[^\W\d_]+")
CURRENCY = re.compile(r"[A-Z]{3,4}|[a-z]{1,2}")
NOT_TITLES = re.compile(r"(?:offer|listing|item|product|ad|lot|no|nr|id)\W*#?\d+|((?:product|item|listing|offer|ad)s? (?:details|page|info|information|view)|feedback|reviews?|ratings?|description|details|buy|order|purchase|view|more|cart|shipping|similar|related|bewertungen|beschreibung|avis|comments?|terms|welcome|home|listings?|products?|search)\b\W*(now|details|listing|product|options?|offers?|\d+|\(\d*\))?\W*", re.IGNORECASE)


def title(samples: Sequence[Sample], told: Sequence[Beside], key_links: str = "") -> Scored | None:
    """The best selector of the title; None where nothing looks like one."""
    candidates = [Candidate(one.selector, -0.1 if one.weak else 0.15) for one in told if one.field == "title"]
    for sample in spread(samples)[:5]:
        candidates += _headed(sample)
    if key_links:
        candidates += _linked(samples, key_links)
    if not samples[0].row:
        candidates += [Candidate(selector, 0.1) for selector in _page_titles(samples)]
    found = ranked(candidates, samples, _quality)
    return max(found, key=lambda one: _rank(one, samples)) if found else None


def _rank(one: Scored, samples: Sequence[Sample]) -> float:
    values = [value for value in one.values if value]
    same = len({DIGITS.sub("", value) for value in values}) / len(values)
    constant = len(values) > 1 and same < 0.3 and not samples[0].row  # noqa: PLR2004
    alike = 0.6 if constant or (samples[0].row and len(values) > 4 and same < 0.2) else 0.0  # noqa: PLR2004
    longer = min(sum(map(len, values)) / len(values), 60) / 1000
    return one.score - alike + 0.1 * min(same, 1) + longer


def _quality(text: str, sample: Sample) -> float:
    if len(text) > LONGEST or means(text) or NOT_TITLES.fullmatch(text) or _amounts_only(text):
        return 0.0
    plain = flat(text)
    if len(plain) < 3 or plain.isdigit():  # noqa: PLR2004
        return 0.0
    if plain.lower() in brands(sample):
        return 0.0
    short = 0.15 * (len(plain) < 8)  # noqa: PLR2004
    if sample.row or not sample.title:
        return 0.8 - short - 0.2 * ("\n" in text)
    parts = {part.lower() for part in (sample.title, *BETWEEN.split(sample.title)) if part.lower() in body(sample)}
    if plain.lower() not in body(sample) and "\n" not in text:
        return 0.5 - short
    if plain.lower() in parts or (len(plain) > 5 and sample.title.lower().startswith(plain.lower()) and len(plain) > 0.3 * len(sample.title)):  # noqa: PLR2004
        return 1.2
    near = plain.lower() in sample.title.lower() and len(plain) > 5  # noqa: PLR2004
    around = any(len(part) > 7 and part in plain.lower() for part in parts)  # noqa: PLR2004
    return (1.1 if near else 0.75 if around else 0.6) - short - 0.2 * ("\n" in text)


def _amounts_only(text: str) -> bool:
    """Whether a text is money and nothing else."""
    return money(text) is not None and all(CURRENCY.fullmatch(word) for word in WORD.findall(text))


def _headed(sample: Sample) -> Iterator[Candidate]:
    """Headings, elements called titles, and whatever says what the page's own title says."""
    found = []
    for element in sample.node.root.iter():
        if not isinstance(element.tag, str) or element.tag in UNSEEN:
            continue
        prior = HEADINGS.get(element.tag, 0.0) + 0.15 * called(element, WORDS) - 0.15 * called(element, ELSE)
        if (prior > 0 or _same(element, sample)) and 2 < len(whole(element)) <= LONGEST:  # noqa: PLR2004
            found.append((prior - 0.25 * frame(element, sample) - 0.2 * aside(element, sample) - 0.005 * min(len(found), 20), element))
    for prior, element in sorted(found, key=lambda pair: -pair[0])[:MOST]:
        yield from _own(element, sample, prior)


def _own(element: Element, sample: Sample, prior: float) -> Iterator[Candidate]:
    for rank, selector in enumerate(selectors(element, sample)[:14]):
        yield Candidate(selector, prior - 0.004 * rank)
        badges = any(child.tag in ("small", "span", "sup", "label", "em", "i", "a") and whole(child) for child in element)
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
                yield from (Candidate(selector, 0.2 - 0.03 * place - 0.004 * rank) for rank, selector in enumerate(selectors(element, sample)[:12]))
                yield from (Candidate(f"{outer} {key_links}", 0.19 - 0.03 * place) for outer in _outer(element))
                yield from (Candidate(selector, 0.2 - 0.03 * place) for child in element.iterdescendants() if isinstance(child.tag, str) and whole(child) for selector in selectors(child, sample)[:4])


def _outer(element: Element) -> list[str]:
    parent = element.getparent()
    return [name for name in list(own(parent))[:2]] if parent is not None and isinstance(parent.tag, str) else []


def _page_titles(samples: Sequence[Sample]) -> Iterator[Selector]:
    """The page's own title without the market's name before or behind it."""
    titles = [sample.title for sample in samples if sample.title]
    if len(titles) < 1 or (len(titles) > 1 and len(set(titles)) == 1):
        return
    if any(sample.first("meta[property='og:title']::attr(content)") for sample in samples[:3]):
        yield "meta[property='og:title']::attr(content)"
    if len(titles) == 1:
        found = list(BETWEEN.finditer(titles[0]))
        yield from (Pick(select="title", before=titles[0][one.start() :]) for one in found[-1:])
        yield from (Pick(select="title", after=titles[0][: one.end()]) for one in found[:1])
        return
    behind = commonprefix([one[::-1] for one in titles])[::-1]
    before = commonprefix(titles)
    mark = BETWEEN.search(behind)
    start = list(BETWEEN.finditer(before))
    tail = behind[mark.start() :] if mark else behind[behind.find(" ") :] if " " in behind.strip() else ""
    lead = before[: start[-1].end()] if start else ""
    yield Pick(select="title", after=lead, before=tail) if lead or tail else "title"

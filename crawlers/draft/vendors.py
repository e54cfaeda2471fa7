"""Where the vendor's name stands, and what has to be cut off around it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from crawlers.draft.addresses import VENDORS, plain
from crawlers.draft.core import away
from crawlers.draft.guess import Candidate, Scored, cut, ranked, spread
from crawlers.draft.known import known
from crawlers.draft.labels import label, means
from crawlers.draft.names import called, classes, selectors
from crawlers.draft.relations import Beside
from crawlers.draft.sample import Element, Sample, flat, said, whole
from crawlers.draft.zones import apart, aside, frame
from crawlers.profile import Pick
from pipeline.values import countries, money

WORDS = known(
    "vendor seller merchant sellername vendorname username shopname storename verkaeufer verkauefer haendler anbieter vendeur vendedor satici shop store member user author autor auteur poster nickname"
)
NAME = re.compile(r"[^\W_][\w.\-@!$&'’ ]{0,39}|[\w.\-!$&][\w.\-@!$&]{1,39}")
GENERIC = re.compile(
    r"(view|visit|see|contact|message|more|all|add|report|block|favou?rite|send|about|my|login|log|vendor|seller|profile|shop|store|user|level|trusted|verified|feedback|member|home|back|offers?|account|settings|become|other|back|reviews?|ratings?|stats|yes|no|online|offline)\b.*|\d[\d.,% ]*|n/?a",
    re.IGNORECASE,
)
LEADS = (
    "sold by ",
    "by ",
    "von ",
    "vom ",
    "par ",
    "por ",
    "da ",
    "from ",
    "vendor: ",
    "seller: ",
    "vendor ",
    "seller ",
    "@",
    "★ ",
    "● ",
    "✓ ",
    "👤 ",
    "~",
)
TAILS = (
    " (",
    " [",
    "\n",
    " |",
    " ★",
    " ☆",
    " ⭐",
    " •",
    " ·",
    " – ",
    " — ",
    " - ",
    " +",
    ", ",
    " /",
    "(",
    "[",
    " Level",
    " Lvl",
    " level",
    " ✓",
    " ✔",
    " Verified",
    " <",
    " %",
)
HANDLED = re.compile(r"[@~][\w.-]+")
"""The address of a member's page that is nothing but the name."""
HANDLE = re.compile(r"\w[\d_.-]+\w|\d")
"""What names of vendors have inside, and names of places have not."""
SAFE = re.compile(r"[\w/.?=&%-]{2,60}")


def vendor(samples: Sequence[Sample], told: Sequence[Beside]) -> Scored | None:
    """The best selector of the vendor's name; None where nothing looks like one."""
    candidates = [Candidate(one.selector, _label_prior(one)) for one in told if one.field == "vendor"]
    for sample in spread(samples)[:4]:
        candidates += _linked(sample)
        candidates += [*_named(sample), *_handles(sample)]
    first = ranked(candidates, samples, _quality)[:50]
    again = [one.candidate for one in first] + [trimmed for one in first if (trimmed := _trimmed(one, samples))]
    found = ranked(again, samples, _quality)
    return max(found, key=_rank) if found else None


def _label_prior(one: Beside) -> float:
    return (0.0 if one.weak else 0.3) + 0.03 * str(
        one.selector if isinstance(one.selector, str) else one.selector.select
    ).endswith("a")


def _rank(one: Scored) -> float:
    """The score; a name that never changes is more often the reader's own."""
    return one.score - 0.2 * (len(set(one.values)) == 1 and len(one.values) > 3)  # noqa: PLR2004


def _quality(text: str, sample: Sample) -> float:
    if len(text) > 120 or GENERIC.fullmatch(text) or money(text) or means(text):  # noqa: PLR2004
        return 0.0
    if text.removeprefix("@") in linked_names(sample):
        return 1.0 if text.startswith("@") else 1.1
    if not NAME.fullmatch(text):
        return 0.35
    spaces = text.count(" ")
    known = countries(text) and spaces < 3 and not HANDLE.search(text)  # noqa: PLR2004
    return 0.2 if known else 1.0 if spaces == 0 else 0.8 if spaces < 3 else 0.3  # noqa: PLR2004


def linked_names(sample: Sample) -> set[str]:
    """The names of vendors in the addresses of a sample."""
    if "names" not in sample.__dict__:
        sample.__dict__["names"] = {plain(href) for _, href in _vendor_links(sample)}
    return sample.__dict__["names"]  # type: ignore[no-any-return]  # kept beside the frozen fields


def _vendor_links(sample: Sample) -> list[tuple[Element, str]]:
    found = []
    for anchor in sample.node.root.xpath(".//a[@href]")[:600]:
        href = anchor.get("href").strip()
        if _vendor_words(href) and (flat(whole(anchor)) or flat(anchor.tail)):
            found.append((anchor, href))
    return found


def _vendor_words(href: str) -> set[str]:
    try:
        parts = urlsplit(href)
    except ValueError:
        return set()
    keys = [pair.partition("=")[0] for pair in parts.query.split("&")]
    path = parts.path.strip("/").split("/")
    first = path[:-1] if len(path) > 1 else []
    page = [re.sub(r"\.\w+$", "", path[-1])] if parts.query else []
    named = {"user"} if HANDLED.fullmatch(path[-1]) else set()
    return named | {word.lower() for word in (*first, *page, *keys)} & VENDORS


def _linked(sample: Sample) -> Iterator[Candidate]:
    """Links to a vendor's page."""
    place = 0
    for anchor, href in _vendor_links(sample):
        outside = frame(anchor, sample)
        prior = 0.2 - 0.3 * outside - _among(anchor, sample) - 0.02 * min(place, 10)
        place += not outside
        if not flat(whole(anchor)):
            yield from (
                Candidate(
                    f"{sample.prefix}a[contains(@class, '{name}')]/following-sibling::text()[normalize-space()][1]",
                    prior,
                )
                for name in classes(anchor)[:2]
            )
            continue
        begin = href[
            : len(href) - len(href.rstrip("/").rpartition("/" if "?" not in href else "=")[2]) - href.endswith("/")
        ]
        part = re.sub(r"^(https?://[^/]*)?(\.{0,2}/)*", "", begin)
        if SAFE.fullmatch(part):
            yield Candidate(f"a[href*='{part}']", prior if sample.first(f"a[href*='{part}']") == said(anchor) else -0.2)
            for name in selectors(anchor, sample)[:16]:
                if name.endswith(" a") or " > a" in name:
                    yield Candidate(f"{name}[href*='{part}']", prior - 0.005)
        yield from (Candidate(selector, prior - 0.02) for selector in selectors(anchor, sample)[:10])
        if place > 8:  # noqa: PLR2004
            return


def _among(element: Element, sample: Sample) -> float:
    """What speaks against the place of an element: among others' names, or far from the offer."""
    others = aside(element, sample) or apart(element)
    return 0.2 * others + 0.03 * away(element, sample)


def _handles(sample: Sample) -> Iterator[Candidate]:
    """Links of a row that say a name, whatever their addresses."""
    for place, anchor in enumerate(sample.node.root.xpath(".//a[@href]")[:8] if sample.row else ()):
        text = whole(anchor)
        if " " not in text and NAME.fullmatch(text) and not GENERIC.fullmatch(text):
            yield from (
                Candidate(selector, -0.1 - 0.02 * place - 0.01 * rank)
                for rank, selector in enumerate(selectors(anchor, sample)[:6])
            )


def _named(sample: Sample) -> Iterator[Candidate]:
    """Elements that are called after the vendor, and the texts behind "by"."""
    elements = [one for one in sample.node.root.iter() if isinstance(one.tag, str) and called(one, WORDS)]
    inside = [one for one in elements if not frame(one, sample) and 0 < len(whole(one)) <= 120]  # noqa: PLR2004
    for place, element in enumerate(inside[:10]):
        prior = 0.05 - 0.02 * place - _among(element, sample)
        names = selectors(element, sample)[:8]
        yield from (Candidate(selector, prior) for selector in names)
        if len(element):
            yield from (Candidate(f"{selector}::text", prior - 0.03) for selector in names[:3])
            yield from (Candidate(f"{name} {tag}", prior - 0.04) for name in names[:2] for tag in ("a", "b", "strong"))


def _trimmed(one: Scored, samples: Sequence[Sample]) -> Candidate | None:
    """The candidate with what stands before and behind the names cut off."""
    selector = one.candidate.selector
    values = [value for value in one.values if value]
    before = isinstance(selector, Pick) and selector.before not in ("", "\n")
    lead = _lead(values)
    if before or not values:
        return None
    pairs = zip(
        values, [sample for sample, value in zip(spread(samples), one.values, strict=True) if value], strict=True
    )
    tail = Counter(found for value, sample in pairs if (found := _tail(value.removeprefix(lead), sample))).most_common(
        1
    )
    if not lead and not tail:
        return None
    if lead and isinstance(selector, Pick) and selector.after:
        return None
    return Candidate(cut(selector, after=lead, before=tail[0][0] if tail else ""), one.candidate.prior)


def _lead(values: Sequence[str]) -> str:
    """What most values begin with that is no part of a name."""
    for lead in LEADS:
        if sum(value.lower().startswith(lead) for value in values) > 0.7 * len(values):
            return values[0][: len(lead)]
    return ""


def _tail(text: str, sample: Sample) -> str:
    """What begins behind the name; "" where nothing does."""
    for name in linked_names(sample):
        if name and text.startswith(name) and len(text) > len(name):
            rest = text[len(name) :]
            return next((tail for tail in TAILS if rest.startswith(tail)), rest[:1])
    found = min(((place, tail) for tail in TAILS if (place := text.find(tail)) > 0), default=(0, ""))
    return found[1]


__all__ = ["label", "linked_names", "vendor"]

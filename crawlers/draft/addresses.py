"""The shapes of a market's addresses: which part of a link is its own, and which a placeholder stands for."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from crawlers.actions import acts
from crawlers.draft.known import known
from crawlers.draft.sample import Element
from crawlers.pattern import Pattern, joined, local

ORIGIN = "http://saved.invalid/"
MOST = 600
"""Links of one page that are looked at."""
FEWEST_DIGITS = 3
"""Characters of the shortest key."""
VARIED = 3
"""So many different words in one place are names, not places of the market."""
SEGMENT = re.compile(
    r"(?P<before>(?:[A-Za-z_]+[-_.])*|[A-Za-z]{1,12})(?P<key>[0-9]+|[0-9a-fA-F]{8}-[0-9a-fA-F-]{20,}|\w*\d\w*)(?P<after>(?:\.[a-z]{2,5})?)",
    re.ASCII,
)
LISTINGS = known(
    "listing listings item items product products offer offers ad ads advert p i l view detail details viewitem viewlisting viewproduct deal good goods lot produkt artikel angebot produit annonce producto articulo tovar urun"
)
CATEGORIES = known(
    "category categories cat cats c browse search catalog catalogue section page products listings shop market kategorie categorie categoria kategori rubrik cid csid subcategory type all"
)
VENDORS = known(
    "vendor vendors seller sellers user users profile profiles member members merchant merchants u v store stores shop shops contactmember verkaeufer haendler anbieter vendeur vendedor satici dealer supplier"
)
PAGING = frozenset({"page", "p", "pg", "start", "offset", "seite", "pagina"})


@dataclass(frozen=True)
class Link:
    """A link of a page."""

    element: Element
    address: str
    """Path and query."""


def links(root: Element) -> list[Link]:
    """The links of a part of a page that lead to addresses of the market or of the same folder."""
    found = []
    for anchor in root.xpath(".//a[@href]")[:MOST]:
        href = anchor.get("href").strip()
        if href.startswith(("#", "mailto:", "javascript:")):
            continue
        url = joined(ORIGIN, re.sub(r"^file:/{2,3}(?:[^?#]*/)?", "", href))
        if urlsplit_safe(url) and (address := local(url)):
            found.append(Link(anchor, address))
    return found


def urlsplit_safe(url: str) -> bool:
    """Whether a URL is one of the web."""
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return False


class Shapes:
    """What all links of all pages together say of the market's addresses."""

    def __init__(self, given: Iterable[str]) -> None:
        addresses = sorted(set(given))
        names: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for address in addresses:
            path, query = apart(address)
            for place, segment in enumerate(path[1:], 1):
                names[*path[:place], f"#{len(path)}"].add(segment)
            for key, value in query:
                names[*path, "?", key].add(value)
        self._names = names
        self._homes = _homes(addresses)

    def shape(self, address: str) -> str:
        """The rule that the address would be an instance of, its placeholders named a, b, c …"""
        path, query = apart(address)
        if path == ("",) and query:
            path = self._homes.get(query[0][0], path)
        letters = iter("abcdefghijklmnop")
        segments = [self._segment(path, place, letters) for place in range(len(path))]
        pairs = [self._pair(path, key, value, letters) for key, value in sorted(query)]
        return "/" + "/".join(segments) + ("?" + "&".join(pairs) if pairs else "")

    def _segment(self, path: Sequence[str], place: int, letters: Iterable[str]) -> str:
        segment = path[place]
        varied = place > 0 and len(self._names[*path[:place], f"#{len(path)}"]) > VARIED
        found = SEGMENT.fullmatch(segment)
        if found and not (place == 0 and len(path) > 1):
            return f"{found['before']}{{{_next(letters)}}}{found['after']}"
        if varied or len(segment) > 24 or (place == len(path) - 1 and segment.count("-") > 1):  # noqa: PLR2004
            return f"{{{_next(letters)}}}"
        return segment

    def _pair(self, path: Sequence[str], key: str, value: str, letters: Iterable[str]) -> str:
        varied = len(self._names[*path, "?", key]) > 1 or any(map(str.isdigit, value))
        return f"{key}={{{_next(letters)}}}" if value and varied else f"{key}={value}"


def _homes(addresses: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The path of links by their first query key: a saved page does not say where its "?cat=5" leads."""
    found: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for path, query in map(apart, addresses):
        if query and path != ("",):
            found[query[0][0]][path] += 1
    return {key: counted.most_common(1)[0][0] for key, counted in found.items()}


def _next(letters: Iterable[str]) -> str:
    return next(iter(letters), "z")


def apart(address: str) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    """Segments and query of an address."""
    path, _, query = address.partition("?")
    return tuple(path.strip("/").split("/")) + (("",) if path.endswith("/") and path != "/" else ()), parse_qsl(
        query, keep_blank_values=True
    )[:8]


def said(shape: str) -> set[str]:
    """The words in a shape, placeholders left out."""
    return set(re.split(r"[^a-z]+", re.sub(r"\{[a-z]\}", " ", re.sub(r"\.(php|html?|aspx?)", "", shape.lower())))) - {
        ""
    }


def fragment(shape: str) -> str:
    """The part of a shape before its first placeholder, to find its links by; "" where that says nothing."""
    begin = shape.partition("{")[0]
    return begin.lstrip("/") if said(begin) and re.fullmatch(r"[\w/.?=&%+~-]+", begin) else ""


def sound(shape: str) -> bool:
    """Whether a profile could have the shape as a rule."""
    try:
        Pattern.of(shape)
    except ValueError:
        return False
    return not acts(shape)


def listing_rule(shape: str, addresses: Sequence[str]) -> str:
    """The shape as a `listing` rule: the placeholder that looks most like a number of the market's own is the key."""
    matches = [found for address in addresses if (found := Pattern.of(shape).match(address))]
    letters = re.findall(r"\{([a-z])\}", shape)
    if not letters or not matches:
        return ""
    values = {letter: [found[letter] for found in matches] for letter in letters}
    best = max(letters, key=lambda letter: _keyed(values[letter]))
    tabs = [letter for letter in letters if letter != best and max(map(len, values[letter])) < FEWEST_DIGITS]
    return _named(_without(shape, tabs), {letter: "key" if letter == best else f"part_{letter}" for letter in letters})


def _keyed(values: Sequence[str]) -> tuple[bool, int]:
    """How much values look like keys: with digits and not short, then many."""
    numbers = all(len(value) >= FEWEST_DIGITS and any(map(str.isdigit, value)) for value in values)
    return numbers, len(set(values))


def _without(shape: str, letters: Sequence[str]) -> str:
    """The shape without the query keys of some placeholders, such as the number of a tab."""
    path, mark, query = shape.partition("?")
    pairs = [pair for pair in query.split("&") if not any(pair.endswith(f"={{{letter}}}") for letter in letters)]
    return path + mark * bool(pairs) + "&".join(pairs)


def follow_rule(shape: str) -> str:
    """The shape as a `follow` rule."""
    letters = re.findall(r"\{([a-z])\}", shape)
    paging = [letter for letter in letters if re.search(rf"\b({'|'.join(PAGING)})[=/]\{{{letter}\}}", shape)]
    others = [letter for letter in letters if letter not in paging]
    names = {letter: f"id_{letter}" if number else "id" for number, letter in enumerate(others)}
    paged = {letter: f"page_{letter}" if number else "page" for number, letter in enumerate(paging)}
    return _named(shape, names | paged)


def _named(shape: str, names: dict[str, str]) -> str:
    return re.sub(r"\{([a-z])\}", lambda found: f"{{{names[found[1]]}}}", shape)


def plain(value: str) -> str:
    """The last value in an address, in plain letters: the name of the vendor whose page it is, or a number."""
    path, query = apart(value.partition("#")[0])
    last = query[-1][1] if query and query[-1][1] else next((one for one in reversed(path) if one), "")
    return unquote(last).replace("+", " ")

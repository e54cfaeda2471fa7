"""Which addresses of a market a rule of its profile means."""

import re
from functools import lru_cache
from typing import NamedTuple, Self
from urllib.parse import unquote, urljoin, urlsplit

from w3lib.url import canonicalize_url

LONGEST = 2_000
"""Characters of the longest address that is looked at."""
REMEMBERED = 4_096
"""Addresses of which is remembered what they came to, for pages of a market share most of theirs: at most 16 MB."""
ROOTED = re.compile(r"/(?!/)")
"""How a link from the root of the same host begins."""
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
CROWD = re.compile(r"(\{[a-z_]+\}[^/?&]*){3}")
"""Three placeholders between two slashes: an address of dashes could be shared out among them in a billion ways."""
ANY = r"([^/&?#]+)"
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Pattern(NamedTuple):
    """An anchored path with exactly these query keys, in any order."""

    names: tuple[str, ...]
    expression: re.Pattern[str]

    @classmethod
    def of(cls, rule: str) -> Self:
        """The pattern that a rule such as "/category/{id}?page={n}" writes; a `ValueError` says what is wrong with it."""
        if not rule.startswith("/") or rule.startswith("//") or "#" in rule:
            raise ValueError(f"'{rule}' is no rule: write a path such as '/listing/{{key}}'")
        bare = PLACEHOLDER.sub("0", rule)
        if "{" in bare or "}" in bare or "*" in bare:
            raise ValueError(f"'{rule}' is no rule: a placeholder is a name such as {{id}}, and there are no wildcards")
        if CROWD.search(rule):
            raise ValueError(f"'{rule}' is no rule: at most two placeholders stand between two slashes")
        parts = PLACEHOLDER.split(_ordered(rule))
        names = tuple(parts[1::2])
        if len(set(names)) < len(names):
            raise ValueError(f"'{rule}' is no rule: a placeholder stands in it twice")
        return cls(names, re.compile(ANY.join(re.escape(part) for part in parts[0::2])))

    def match(self, address: str) -> dict[str, str] | None:
        """The placeholders' values in an address as `normal` writes it, or None where the rule does not mean it."""
        found = self.expression.fullmatch(address)
        return dict(zip(self.names, map(_plain, found.groups()), strict=True)) if found else None


def normal(address: str) -> str | None:
    """The one way to write a path and query: escapes and key order canonical, no fragment, no ..; None where it is too long or no such thing."""
    if not address.startswith("/") or address.startswith("//") or len(address) > LONGEST:
        return None
    try:
        found = canonicalize_url(address)
    except ValueError:
        return None
    return found if len(found) <= LONGEST else None  # an escaped letter takes up to twelve


def local(url: str) -> str | None:
    """Path and query of a web address, as `normal` writes them."""
    return _local(url) if len(url) <= LONGEST else _local.__wrapped__(url)  # a URL can be as long as its page


@lru_cache(REMEMBERED)
def _local(url: str) -> str | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return normal((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def joined(base: str, href: str) -> str:
    """The whole address that a link means; "" for what is none."""
    href = href.strip()
    try:
        return _rooted(_root(base), href) if ROOTED.match(href) and len(href) <= LONGEST else urljoin(base, href)
    except ValueError:
        return ""


def _root(base: str) -> str:
    """The part of an address that a link from the root makes use of, which is the same on every page of a mirror."""
    parts = urlsplit(base)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else base


_rooted = lru_cache(REMEMBERED)(urljoin)


def _plain(value: str) -> str:
    """The value without its escapes; as it stands where they spell no text, so that different ones stay different."""
    try:
        plain = unquote(value, errors="strict")
    except UnicodeDecodeError:
        return value
    return value if CONTROL.search(plain) else plain


def _ordered(rule: str) -> str:
    path, mark, query = rule.partition("?")
    pairs = sorted(pair if "=" in pair else f"{pair}=" for pair in query.split("&")) if query else []
    return path + mark * bool(pairs) + "&".join(pairs)

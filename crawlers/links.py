"""The links of a page: which a profile means, and why the others are left alone."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from urllib.parse import urlsplit

from lxml.etree import _Element  # type: ignore[import-untyped]  # lxml ships no types

from crawlers.actions import acts
from crawlers.page import Page
from crawlers.pattern import REMEMBERED, local
from crawlers.profile import MarketProfile
from crawlers.reason import Reason
from crawlers.route.magic import is_file

SHOWN = 200
"""Characters kept of an address that is never asked for."""
ZERO = r":0(\.0*)?(px|pt|em|rem|%|vw|vh)?(;|!|$)"
HIDING = re.compile(
    rf"display:none|visibility:(hidden|collapse)|(^|;)(opacity|font-size|(max-)?(width|height)){ZERO}"
    r"|(left|top|right|text-indent):-\d{3,}|clip:rect\(0|clip-path:inset\((50|100)%|scale\(0\)"
)
"""Inline styles, without their spaces, that take an element out of people's sight."""


class Kind(StrEnum):
    """What an address shows."""

    START = "start"
    PAGE = "page"
    LISTING = "listing"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Link:
    """An address that a page leads to; with a refusal, one that is not followed."""

    address: str
    """Path and query on the market, whatever the mirror; the URL where it leads elsewhere."""
    kind: Kind
    refusal: Reason | None = None
    key: str = ""
    """The listing's own key where the market shows it under several addresses (`listing` has other placeholders)."""
    points: int = 0
    """What a session should be spent on first."""


def links(page: Page, profile: MarketProfile) -> list[Link]:
    """Every different link of the page, followed or refused, in the order of the page; none on what is no HTML."""
    found: dict[str, Link] = {}
    for url, hidden in _anchors(page).items():
        link = classified(url, profile, hidden=hidden)
        if link and (link.address not in found or found[link.address].refusal):
            found[link.address] = link
    return list(found.values())


def _anchors(page: Page) -> dict[str, bool]:
    """What the page links to, and whether it hides every such link."""
    found: dict[str, bool] = {}
    hides = cache(_hides)  # a style of megabytes around thousands of links is read once
    for url, anchor in page.anchors:
        found[url] = found.get(url, True) and any(map(hides, (anchor, *anchor.iterancestors())))
    return found


def classified(url: str, profile: MarketProfile, *, hidden: bool = False) -> Link | None:
    """What an address is to the profile; None for what no request is made for at all (mailto:, javascript:)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https"):
        return None
    if not any(origin.serves(parts) for origin in profile.origins):
        return Link(address=url[:SHOWN], kind=Kind.OTHER, refusal=Reason.OFF_MARKET)
    address = local(url)
    if address is None:
        return Link(address=url[:SHOWN], kind=Kind.OTHER, refusal=Reason.NOT_AN_ADDRESS)
    kind = kind_of(address, profile)
    refusal = _refusal(address, kind, hidden=hidden)
    key = _key(address, profile) if kind is Kind.LISTING and refusal is None else ""
    return Link(address=address, kind=kind, refusal=refusal, key=key)


def _key(address: str, profile: MarketProfile) -> str:
    pattern = profile.key_pattern
    match = pattern.match(address) if pattern and len(pattern.names) > 1 else None
    return match["key"] if match else ""


def kind_of(address: str, profile: MarketProfile) -> Kind:
    """Which of the profile's rules mean the address; with `rows`, listings are read on result pages instead."""
    if any(pattern.match(address) is not None for pattern in profile.pages):
        return Kind.PAGE
    if profile.key_pattern and not profile.rows and profile.key_pattern.match(address):
        return Kind.LISTING
    return Kind.OTHER


def _refusal(address: str, kind: Kind, *, hidden: bool) -> Reason | None:
    if told := _told(address):
        return told
    if kind is Kind.OTHER:
        return Reason.NOT_IN_PROFILE
    return Reason.HIDDEN if hidden else None


@lru_cache(REMEMBERED)
def _told(address: str) -> Reason | None:
    """Why an address is not followed by its own words, whatever the profile means."""
    if acts(address):
        return Reason.ACTION_WORD
    return Reason.NOT_TEXT if is_file(address) else None


def _hides(element: _Element) -> bool:
    if "hidden" in element.attrib or element.tag in ("template", "noscript"):
        return True
    if element.get("aria-hidden", "").strip().lower() == "true":
        return True
    return bool(HIDING.search("".join(element.get("style", "").lower().split())))

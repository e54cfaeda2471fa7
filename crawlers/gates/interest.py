"""Which links deserve a session first: weapons categories, what they list, and vendors with earlier hits."""

import re
from collections.abc import Collection
from dataclasses import replace
from functools import cache
from typing import NamedTuple, Self

from crawlers.gates.face import folded
from crawlers.links import Kind, Link
from crawlers.outcome import Outcome, Place
from crawlers.page import Page
from crawlers.pattern import Pattern, local
from crawlers.profile import MarketProfile, is_address

ARMS = (
    "weapon", "firearm", "gun", "guns", "pistol", "handgun", "rifle", "shotgun", "revolver", "ammo", "ammunition", "glock",
    "waffe", "waffen", "schusswaffe", "munition", "pistole", "gewehr", "arme", "armes", "fusil", "arma", "armas", "pistola",
    "оружие", "оружия", "патроны", "пистолет", "broń", "amunicja", "wapen", "wapens", "munitie", "armi", "munizioni", "silah", "silahlar",
)  # fmt: skip
"""What markets call arms, whole words; a profile's `arms` takes their place."""
CATEGORY, LISTED, VENDOR = 4, 3, 2
"""Points of a link that names arms, of a listing on a page of arms, and of a vendor with earlier hits."""
MOST_LETTERS = 5_000_000
"""Letters of all links of a page that are read: the largest page has as many, where no link lies in another."""
STEM = 5
"""Letters from which a word may go on: "rifle" means "rifles" too, "arma" not "armario"."""
WORD = re.compile(r"[^\W\d_]+")


class _Named(NamedTuple):
    """What the entries of `arms` look for."""

    words: frozenset[str]
    stems: tuple[str, ...]
    phrases: tuple[str, ...]
    addresses: tuple[Pattern, ...]

    @classmethod
    @cache
    def of(cls, entries: tuple[str, ...]) -> Self:
        told = [folded(entry) for entry in entries if not is_address(entry)]
        words = frozenset(filter(WORD.fullmatch, told))
        return cls(
            words=words,
            stems=tuple(word for word in words if len(word) >= STEM),
            phrases=tuple(entry for entry in told if entry not in words),
            addresses=tuple(Pattern.of(entry) for entry in entries if is_address(entry)),
        )


def ranked(found: Outcome, page: Page, profile: MarketProfile, hits: Collection[str]) -> Outcome:
    """The outcome with points on the links that a session is for."""
    if not found.links:
        return found
    texts = _texts(page)
    inside = found.place.points >= LISTED
    links = [
        replace(link, points=_points(link, texts.get(link.address, ""), found.place, profile, hits, inside=inside))
        for link in found.links
    ]
    return replace(found, links=links)


def _texts(page: Page) -> dict[str, str]:
    """What each address is called by the links to it."""
    told: dict[str, str] = {}
    letters = 0
    for url, anchor in page.anchors:
        address, text = local(url) or "", "".join(anchor.itertext())
        letters += len(text)
        if letters > MOST_LETTERS:
            break
        told[address] = f"{told.get(address, '')} {text[:200]}"
    return told


def _points(link: Link, text: str, place: Place, profile: MarketProfile, hits: Collection[str], *, inside: bool) -> int:
    if link.refusal:
        return 0
    words = folded(text)
    if _arms(link.address, words, profile):
        return CATEGORY
    if inside and (link.kind is Kind.LISTING or _same_path(link.address, place.address)):
        return place.points if link.kind is not Kind.LISTING else LISTED
    return VENDOR if hits and any(vendor in words or f"/{vendor}" in link.address for vendor in hits) else 0


def _arms(address: str, words: str, profile: MarketProfile) -> bool:
    named = _Named.of(ARMS if profile.arms is None else profile.arms)
    spoken = set(WORD.findall(words))
    return (
        not named.words.isdisjoint(spoken)
        or any(word.startswith(named.stems) for word in spoken)
        or any(phrase in words for phrase in named.phrases)
        or any(pattern.match(address) is not None for pattern in named.addresses)
    )


def _same_path(one: str, other: str) -> bool:
    return one.partition("?")[0] == other.partition("?")[0]

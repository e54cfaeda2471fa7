"""Which links deserve a session first: weapons categories, what they list, and vendors with earlier hits."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

import parsel

from crawlers.gates.face import folded
from crawlers.links import Kind, Link
from crawlers.outcome import Outcome, Place
from crawlers.page import Page
from crawlers.pattern import Pattern, joined, local
from crawlers.profile import MarketProfile, is_address

ARMS = (
    "weapon", "firearm", "gun", "guns", "pistol", "handgun", "rifle", "shotgun", "revolver", "ammo", "ammunition", "glock",
    "waffe", "waffen", "schusswaffe", "munition", "pistole", "gewehr", "arme", "armes", "fusil", "arma", "armas", "pistola",
    "оружие", "оружия", "патроны", "пистолет", "broń", "amunicja", "wapen", "wapens", "munitie", "armi", "munizioni", "silah", "silahlar",
)  # fmt: skip
"""What markets call arms, whole words; a profile's `arms` takes their place."""
CATEGORY, LISTED, VENDOR = 4, 3, 2
"""Points of a link that names arms, of a listing on a page of arms, and of a vendor with earlier hits."""
MOST = 2_000
MOST_LETTERS = 5_000_000
"""Letters of all links of a page that are read: the largest page has as many, where no link lies in another."""
STEM = 5
"""Letters from which a word may go on: "rifle" means "rifles" too, "arma" not "armario"."""
WORD = re.compile(r"[^\W\d_]+")


def ranked(found: Outcome, page: Page, profile: MarketProfile, hits: Collection[str]) -> Outcome:
    """The outcome with points on the links that a session is for."""
    if not found.links or not isinstance(page.document, parsel.Selector):
        return found
    texts = _texts(page, page.document)
    inside = found.place.points >= LISTED
    links = [
        replace(link, points=_points(link, texts.get(link.address, ""), found.place, profile, hits, inside=inside))
        for link in found.links
    ]
    return replace(found, links=links)


def _texts(page: Page, document: parsel.Selector) -> dict[str, str]:
    """What each address is called by the links to it."""
    base = joined(page.capture.url, document.css("base::attr(href)").get("")[:MOST])
    told: dict[str, str] = {}
    letters = 0
    for anchor in document.root.xpath("//a[@href]")[:MOST]:
        address, text = local(joined(base, anchor.get("href"))) or "", "".join(anchor.itertext())
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
    entries: Sequence[str] = ARMS if profile.arms is None else profile.arms
    spoken = set(WORD.findall(words))
    return any(
        Pattern.of(entry).match(address) is not None if is_address(entry) else _said(folded(entry), words, spoken)
        for entry in entries
    )


def _said(entry: str, words: str, spoken: set[str]) -> bool:
    if not WORD.fullmatch(entry):
        return entry in words
    return entry in spoken or (len(entry) >= STEM and any(word.startswith(entry) for word in spoken))


def _same_path(one: str, other: str) -> bool:
    return one.partition("?")[0] == other.partition("?")[0]

"""The phrases of invented adverts, by language and section, and what each section's goods are."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

from pipeline.taxonomy import Category, Goods, Subtype

PHRASES = Path(__file__).parent / "phrases"
SHARED = "shared"
LANGUAGES = {
    "en": 34, "de": 11, "fr": 11, "es": 11, "ru": 12, "tr": 10, "it": 5, "pt": 5, "nl": 5, "pl": 5, "uk": 4, "sr": 4,
}  # fmt: skip
"""Shares of the languages; their sum does not matter, as with all shares here."""
KINDS = {
    "FA.PIS": 24, "FA.REV": 9, "FA.RIF": 17, "FA.SHO": 9, "FA.SMG": 8, "FA.MG": 3, "FA.CNV": 8, "FA.REA": 4,
    "FA.CRA": 6, "FA.LW": 2, "FA.DIS": 3, "FA.CMB": 2, "FA.UNS": 8,
    "PC.BAR": 12, "PC.FRM": 14, "PC.SLD": 10, "PC.BLT": 8, "PC.SUP": 16, "PC.CNV": 10, "PC.KIT": 8, "PC.MAG": 14,
    "PC.OTH": 8, "AM.RND": 66, "AM.CMP": 16, "AM.BLK": 8,
    "EXP": 16, "DIG.MAN": 20, "DIG.3DF": 16, "ACC": 66, "REP": 48, "AIR": 42, "BLK": 40, "DEA": 22, "ANT": 20,
    "MEL": 34, "BOD": 12, "SVC": 18,
    "OTH.VAG": 14, "OTH.thin": 14, "OTH.drugs": 80, "OTH.drugs.trap": 60, "OTH.documents": 34,
    "OTH.counterfeit_money": 18, "OTH.fraud_data": 44, "OTH.malware": 24, "OTH.malware.trap": 14,
    "OTH.laundering": 20, "OTH.other": 100, "OTH.other.trap": 140,
}  # fmt: skip
"""Shares of what is offered. A kind is the name of a section; a trap is one whose words are those of arms."""
Book = Mapping[str, list[str]]


class Label(msgspec.Struct, frozen=True):
    """What the goods of a section are."""

    category: Category
    subtype: Subtype = Subtype.UNKNOWN
    goods: Goods = Goods.UNKNOWN


@cache
def phrases(language: str) -> Book:
    """The phrases of a language by section, with the names and figures that all share where it has none of its own."""
    own: dict[str, list[str]] = {}
    for path in sorted((PHRASES / language).glob("*.txt")):
        for block in path.read_text(encoding="utf-8").split("\n[")[1:]:
            name, *found = block.splitlines()
            own.setdefault(name.rstrip("]"), []).extend(line for line in found if line)
    return own if language == SHARED else {**phrases(SHARED), **own}


@cache
def kinds(language: str) -> Mapping[str, int]:
    """The kinds of goods for which a language has phrases, with their shares."""
    return {kind: share for kind, share in KINDS.items() if kind in phrases(language)}


@cache
def label(kind: str) -> Label:
    """What a kind's goods are: the letters before the dot are the category, those after it the subtype or the goods."""
    name, _, rest = kind.partition(".")
    goods = Goods(rest.removesuffix(".trap")) if name == Category.OTHER else Goods.UNKNOWN
    return Label(Category(name), Subtype(kind), goods)


@cache
def told(language: str, kind: str) -> list[str]:
    """The sentences that a description of such goods has, the particular ones first."""
    book, parts = phrases(language), kind.split(".")
    names = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return [sentence for name in names for sentence in book.get(f"{name}.about", [])]

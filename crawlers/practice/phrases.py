"""The words of adverts and how they are written, read from the YAML files of `phrases/`."""

from functools import cache

import msgspec

from crawlers.practice.wares import FOLDER, read

FALLBACK = "en"
DECIMAL_COMMA = frozenset({"de", "fr", "es", "ru", "tr"})
Pool = dict[str, tuple[str, ...]]
"""Sentences by language."""


class Titles(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one family of wares is titled in one language."""

    titles: tuple[str, ...]
    states: tuple[str, ...]


class Sentences(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What descriptions are made of."""

    about: dict[str, Pool]
    posted: Pool
    terms: Pool
    repeats: Pool
    edits: Pool
    placeholders: Pool
    feedback: Pool
    units: dict[str, dict[str, str]]


class Home(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A country that vendors ship from."""

    share: float
    language: str
    spellings: tuple[str, ...]


class Places(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where vendors ship from and to."""

    homes: dict[str, Home]
    regions: Pool

    def spellings(self, code: str) -> tuple[str, ...]:
        """The ways to write a country or region."""
        return self.homes[code].spellings if code in self.homes else self.regions[code]


class Handles(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What vendors' handles are put together from."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    syllables: tuple[str, ...]


@cache
def handles() -> Handles:
    """What vendors' handles are put together from."""
    return read(FOLDER / "phrases" / "handles.yaml", Handles)


@cache
def titles() -> dict[str, dict[str, Titles]]:
    """How adverts are titled, by family and language."""
    return read(FOLDER / "phrases" / "titles.yaml", dict[str, dict[str, Titles]])


@cache
def sentences() -> Sentences:
    """What descriptions are made of."""
    return read(FOLDER / "phrases" / "sentences.yaml", Sentences)


@cache
def places() -> Places:
    """Where vendors ship from and to."""
    return read(FOLDER / "phrases" / "places.yaml", Places)


def spoken(pool: Pool, language: str) -> tuple[str, ...]:
    """The sentences in this language, or the English ones."""
    return pool.get(language) or pool[FALLBACK]


def lot_text(lot: float, unit: str, language: str, gap: str = " ") -> str:
    """A lot as an advert writes it: "3,5 g", "50 Schuss", "1 piece"."""
    number = f"{lot:g}".replace(".", "," if language in DECIMAL_COMMA else ".")
    one, _, many = sentences().units[language].get(unit, unit).partition("|")
    if unit in {"g", "kg"}:
        return f"{number}{gap}{unit}"
    return f"{number} {one if lot == 1 else many or one}"

"""Listings whose true category is known, each with where it comes from."""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path

import msgspec

from pipeline.errors import SettingsError
from pipeline.taxonomy import IN_SCOPE, Act, Category, Goods, Subtype

MOST_LETTERS = 700
"""Letters kept of a surface-web description: classifieds tell the item first, then themselves."""
LABELS = {
    "firearm": Category.FIREARM,
    "parts": Category.PARTS,
    "ammunition": Category.AMMUNITION,
    "airgun_airsoft": Category.AIR,
    "info_about_weapons": Category.DIGITAL,
    "other_weapon": Category.MELEE,
    "fireworks": Category.OTHER,
    "none": Category.OTHER,
    "gun_discussion_not_offer": Category.OTHER,
}
"""Labels of the research data; "opaque" and the "mixed" ones tell no category and are left out."""
GAME_WORDS = ("{} skin", "CS2 {}", "CSGO skin {}", "{} Steam", "{} CS:GO", "Counter-Strike {}")
AIRSOFT_WORDS = ("{} airsoft", "airsoft {}", "{} softair", "{} страйкбол", "{} AEG", "réplique airsoft {}")


class Source(StrEnum):
    """Where an example comes from; figures are never pooled over sources."""

    DARKWEB = "darkweb"
    SURFACE = "surface"
    AIRSOFT = "airsoft"
    GAME = "game"
    GENERATED = "generated"
    SLICE = "slice"


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A listing with its true category."""

    title: str
    category: Category
    source: Source
    description: str = ""
    act: Act = Act.OFFER
    subtype: Subtype = Subtype.UNKNOWN
    goods: Goods = Goods.UNKNOWN
    """What is offered where it is about no arms, as the market's category path tells it."""
    market: str = ""
    """The market, or the name of the data set."""
    vendor: str = ""
    """Who wrote it, in lower case; "" where that is not known."""
    origin: str = ""
    """The name of its row, without its text; "" for an example that no row of the data holds."""

    @property
    def in_scope(self) -> bool:
        """Whether it offers something in scope."""
        return self.act is Act.OFFER and self.category in IN_SCOPE

    @property
    def text(self) -> str:
        """What makes it the same as another example: its letters and digits."""
        return " ".join(re.findall(r"\w+", f"{self.title}\n{self.description}".lower()))


def real(data: Path) -> list[Example]:
    """The dark-web and surface-web examples of a data folder, each text of a market once."""
    found = [*darkweb(data), *surface(data)]
    return list({(example.market, example.text): example for example in reversed(found)}.values())[::-1]


def darkweb(data: Path) -> Iterator[Example]:
    """The hand-labelled listings of dark-web markets."""
    for row in _rows(data / "darkweb_listings.csv"):
        if row["label"] in LABELS:
            yield Example(
                title=row["title"],
                description=row["description"],
                category=LABELS[row["label"]],
                source=Source.DARKWEB,
                market=row["market"],
                vendor=row["vendor"].strip().lower(),
            )


def surface(data: Path) -> Iterator[Example]:
    """The advertisements and forum threads of the open web, with their site's category."""
    for row in _rows(data / "surface_weapon_text.csv"):
        if row["label"] in LABELS:
            yield Example(
                title=row["title"],
                description=row["description"][:MOST_LETTERS],
                category=LABELS[row["label"]],
                source=Source.SURFACE,
                act=_act(row),
                market=row["source"],
            )


def airsoft(data: Path) -> list[Example]:
    """Airsoft models, always with a word that says so: their names are those of real firearms."""
    makers = {row["_id"]: row["shortName"] for row in _rows(data / "airsoft_db" / "ManufacturerCatalog.csv")}
    names = {
        f"{makers.get(row['manufacturerId'], '')} {row['shortName']}".strip()
        for row in _rows(data / "airsoft_db" / "GunCatalog.csv")
    }
    return _dressed(names, AIRSOFT_WORDS, Category.REPLICA, Source.AIRSOFT)


def games(data: Path) -> list[Example]:
    """Weapon skins of a video game in twelve languages, always with a word that says so."""
    rows = _rows(data / "videogame_cs2" / "cs2_weapons_multilingual.csv")
    skins = {row["name"].replace("|", ""): row["description"] for row in rows if "|" in row["name"]}
    dressed = _dressed(skins, GAME_WORDS, Category.OTHER, Source.GAME)
    told = [skins[name] if number % 2 else "" for number, name in enumerate(sorted(skins))]
    return [msgspec.structs.replace(each, description=text) for each, text in zip(dressed, told, strict=True)]


def models(data: Path) -> list[str]:
    """Makers' names with their models, for the generator."""
    tree = json.loads((data / "gazetteers" / "models.json").read_text(encoding="utf-8"))
    listed = [brand for brand in tree["dicts"] if isinstance(brand["models"], list)]
    return sorted({model["name"] for brand in listed for model in brand["models"]})


def _dressed(names: Iterable[str], words: tuple[str, ...], category: Category, source: Source) -> list[Example]:
    return [
        Example(title=words[number % len(words)].format(name), category=category, source=source, market=source)
        for number, name in enumerate(sorted(names))
    ]


def _act(row: dict[str, str]) -> Act:
    if row["kind"] == "Want To Buy":
        return Act.REQUEST
    return Act.DISCUSSION if row["label"] == "gun_discussion_not_offer" else Act.OFFER


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}; name the folder of the research data with --data") from error

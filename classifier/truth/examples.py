"""Listings whose true category is known, each with where it comes from."""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path

import msgspec

from classifier.truth.corrections import Correction, Reading, origin
from classifier.truth.goods import goods
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
"""Labels of the research data and the categories they stand for, before corrections.

"opaque" and the "mixed" ones tell no category: such rows are left out unless a correction says what they are.
"""
SECTIONS = {
    "Rifles": Subtype.RIFLE,
    "Shotguns": Subtype.SHOTGUN,
    **{f"{bore} Gauge": Subtype.SHOTGUN for bore in (10, 12, 16, 20, 28, 410)},
}
"""Sections of open-web sites that tell the subtype of a firearm."""
NAMED = {"revolver": Subtype.REVOLVER, "pistol": Subtype.PISTOL}
"""Words of a title that tell it where the section does not."""
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
    """Adverts of our own making that judge a model and never teach one."""
    REVIEW = "review"
    """What the analysts of a home decided."""


POSTED = frozenset({Source.DARKWEB, Source.REVIEW})
"""Sources of listings that dark-web vendors posted."""


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
    path: tuple[str, ...] = ()
    """The market's own category path."""
    origin: str = ""
    """The name of its row, without its text; "" for an example that no row of the data holds."""

    @property
    def offers(self) -> bool:
        """Whether it offers anything."""
        return self.act is Act.OFFER

    @property
    def in_scope(self) -> bool:
        """Whether it offers something in scope."""
        return self.offers and self.category in IN_SCOPE

    @property
    def text(self) -> str:
        """What makes it the same as another example: its letters and digits."""
        return " ".join(re.findall(r"\w+", f"{self.title}\n{self.description}".lower()))


def real(data: Path) -> list[Example]:
    """The dark-web and surface-web examples of a data folder, each text of a market once."""
    found = [*darkweb(data), *surface(data)]
    return list({(example.market, example.text): example for example in reversed(found)}.values())[::-1]


def darkweb(data: Path) -> Iterator[Example]:
    """The hand-labelled listings of dark-web markets, as corrected."""
    reading = Reading.load()
    for row in _rows(data / "darkweb_listings.csv"):
        if (truth := _truth(reading, _posted(row), row["label"])) is not None:
            yield _listing(row, truth)


def vague(data: Path) -> Iterator[Example]:
    """The dark-web listings whose text cannot tell what is offered: arms are hinted by section or vendor alone."""
    reading = Reading.load()
    for row in _rows(data / "darkweb_listings.csv"):
        name = _posted(row)
        found = reading.corrections.get(name)
        if (found.category if found else row["label"]) in {Category.UNKNOWN, "opaque"}:
            subtype = Subtype.VAGUE
            yield _listing(row, Truth(origin=name, category=Category.OTHER, subtype=subtype))


def labels(data: Path) -> dict[str, str]:
    """The label that the data give each dark-web row, by its origin, before any correction."""
    return {_posted(row): row["label"] for row in _rows(data / "darkweb_listings.csv")}


def surface(data: Path) -> Iterator[Example]:
    """The advertisements and forum threads of the open web, with their site's category, as corrected."""
    reading = Reading.load()
    for number, row in enumerate(_rows(data / "surface_weapon_text.csv"), start=1):
        name = origin(row["source"], str(number), row["title"], row["description"])
        if (truth := _truth(reading, name, row["label"], _act(row))) is not None:
            yield Example(
                title=row["title"],
                description=row["description"][:MOST_LETTERS],
                category=truth.category,
                source=Source.SURFACE,
                act=truth.act,
                subtype=_section(row, truth),
                market=row["source"],
                origin=name,
            )


def airsoft(data: Path) -> list[Example]:
    """Airsoft models, always with a word that says so: their names are those of real firearms."""
    makers = {row["_id"]: row["shortName"] for row in _rows(data / "airsoft_db" / "ManufacturerCatalog.csv")}
    names = {
        f"{makers.get(row['manufacturerId'], '')} {row['shortName']}".strip(): row["_id"]
        for row in _rows(data / "airsoft_db" / "GunCatalog.csv")
    }
    return _dressed(names, AIRSOFT_WORDS, Category.REPLICA, Source.AIRSOFT)


def games(data: Path) -> list[Example]:
    """Weapon skins of a video game in twelve languages, always with a word that says so."""
    rows = _rows(data / "videogame_cs2" / "cs2_weapons_multilingual.csv")
    skins = {row["name"].replace("|", ""): row for row in rows if "|" in row["name"]}
    names = {name: f"{row['lang']}-{row['id']}" for name, row in skins.items()}
    dressed = _dressed(names, GAME_WORDS, Category.OTHER, Source.GAME)
    told = [skins[name]["description"] if number % 2 else "" for number, name in enumerate(sorted(skins))]
    return [msgspec.structs.replace(each, description=text) for each, text in zip(dressed, told, strict=True)]


def models(data: Path) -> list[str]:
    """Makers' names with their models, for the generator."""
    tree = json.loads((data / "gazetteers" / "models.json").read_text(encoding="utf-8"))
    listed = [brand for brand in tree["dicts"] if isinstance(brand["models"], list)]
    return sorted({model["name"] for brand in listed for model in brand["models"]})


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """What a row is, and its name."""

    origin: str
    category: Category
    act: Act = Act.OFFER
    subtype: Subtype = Subtype.UNKNOWN


def _truth(reading: Reading, name: str, label: str, act: Act = Act.OFFER) -> Truth | None:
    """What a row is by the second reading, else by its label; None where neither can tell."""
    found = reading.corrections.get(name)
    if found is not None:
        return _corrected(found)
    if label not in LABELS:
        return None
    subtype = reading.subtypes.get(name, Subtype.UNKNOWN)
    return Truth(origin=name, category=LABELS[label], act=act, subtype=subtype)


def _corrected(found: Correction) -> Truth | None:
    if found.category is Category.UNKNOWN:
        return None
    return Truth(origin=found.origin, category=found.category, act=found.act, subtype=found.subtype)


def _listing(row: dict[str, str], truth: Truth) -> Example:
    return Example(
        title=row["title"],
        description=row["description"],
        category=truth.category,
        source=Source.DARKWEB,
        act=truth.act,
        subtype=truth.subtype,
        goods=goods(row["market"], row["category_raw"]) if truth.category is Category.OTHER else Goods.UNKNOWN,
        market=row["market"],
        vendor=row["vendor"].strip().lower(),
        path=tuple(step for step in (part.strip() for part in row["category_raw"].split("/")) if step),
        origin=truth.origin,
    )


def _posted(row: dict[str, str]) -> str:
    return origin(row["market"], row["listing_id"], row["title"], row["description"])


def _section(row: dict[str, str], truth: Truth) -> Subtype:
    """The subtype as read, else as the site's section tells it, else as the title does."""
    if truth.subtype is not Subtype.UNKNOWN:
        return truth.subtype
    if truth.category is Category.AMMUNITION:
        return Subtype.ROUND
    if truth.category is not Category.FIREARM:
        return Subtype.UNKNOWN
    named = (subtype for word, subtype in NAMED.items() if word in row["title"].lower())
    return SECTIONS.get(row["category"]) or next(named, Subtype.UNKNOWN)


def _dressed(names: Mapping[str, str], words: tuple[str, ...], category: Category, source: Source) -> list[Example]:
    return [
        Example(
            title=words[number % len(words)].format(name),
            category=category,
            source=source,
            market=source,
            origin=f"{source}/{names[name]}",
        )
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

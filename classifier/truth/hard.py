"""Real rows out of scope that read like arms, by what makes them hard; false alarms are counted on each apart."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from classifier.truth.examples import Example, Source, airsoft, games, real
from pipeline.records import digest
from pipeline.taxonomy import Act, Category, Goods, Subtype

GUN_WORDS = re.compile(
    r"\b(?:ak[ -]?(?:47|74)|guns?|pistols?|rifles?|shotguns?|glock|beretta|colt|uzi|kalash\w*|bullets?|grenades?|granades?|bombs?"
    r"|cartridges?|cartuchos?|ammo|rounds|calib(?:er|re)s?|barrels?|magazines?|shells?|snipers?|triggers?|gunpowder|landmine|explosi\w+"
    r"|weapon\w*|muniti\w+|holsters?|c-?4|tnt|9 ?mm|shots?)\b",
    re.IGNORECASE,
)
FIELD_BOOKS = re.compile(
    r"\b(?:military|army|marine corps|combat|survival(?:ist)?|assassin|kill\w*|murder|sabotage|guerr?illa|fighting|poisons?)\b",
    re.IGNORECASE,
)


def hard_slices(data: Path) -> dict[str, list[Example]]:
    """The hard real examples of a data folder, by slice; none of them is in scope.

    The rows of "airsoft models" and "game skins" are the halves that `taught` leaves out; those of the other slices are
    rows of `real`, to be scored by a model of folds that did not hold them.
    """
    rows = [each for each in real(data) if not each.in_scope]
    slices = {name: [each for each in rows if belongs(each)] for name, belongs in SLICES.items()}
    return slices | {"airsoft models": held_out(airsoft(data)), "game skins": held_out(games(data))}


def taught(examples: Iterable[Example]) -> list[Example]:
    """The half of a collection of models or skins that may be learned from: all languages of a skin are in one half."""
    return [each for each in examples if not _held(each)]


def held_out(examples: Iterable[Example]) -> list[Example]:
    """The other half, for tests alone."""
    return [each for each in examples if _held(each)]


def _held(example: Example) -> bool:
    item = example.origin.rpartition("-")[2]
    return int(digest("held out", example.source, item)[0], 16) % 2 == 1


def _says(pattern: re.Pattern[str], example: Example) -> bool:
    return bool(pattern.search(example.title) or pattern.search(example.description))


def _offers(*categories: Category) -> Callable[[Example], bool]:
    return lambda each: each.act is Act.OFFER and each.category in categories


def _about_no_arms(example: Example) -> bool:
    return example.source is Source.DARKWEB and example.act is Act.OFFER and example.category is Category.OTHER


SLICES: dict[str, Callable[[Example], bool]] = {
    "drugs with gun words": lambda each: each.goods is Goods.DRUGS and _says(GUN_WORDS, each),
    "other goods with gun words": lambda each: (
        _about_no_arms(each) and each.goods is not Goods.DRUGS and _says(GUN_WORDS, each)
    ),
    "books on fighting and survival": lambda each: (
        _about_no_arms(each) and each.goods is not Goods.DRUGS and _says(FIELD_BOOKS, each)
    ),
    "custom orders": lambda each: _about_no_arms(each) and "custom" in each.title.lower(),
    "guides": lambda each: _offers(Category.DIGITAL)(each) and each.subtype is Subtype.MANUAL,
    "design files": lambda each: _offers(Category.DIGITAL)(each) and each.subtype is Subtype.DESIGN_FILE,
    "melee and sprays": _offers(Category.MELEE),
    "air guns and airsoft": _offers(Category.AIR, Category.REPLICA),
    "accessories": _offers(Category.ACCESSORY),
    "antiques and their replicas": _offers(Category.ANTIQUE),
    "body armour": _offers(Category.BODY_ARMOUR),
    "services and licences": _offers(Category.SERVICE),
    "requests": lambda each: each.act is Act.REQUEST and each.category is not Category.OTHER,
    "talk, news and rules": lambda each: (
        each.source is Source.SURFACE and each.act not in {Act.OFFER, Act.REQUEST} and each.category is Category.OTHER
    ),
}
"""Slices by name, and what belongs in each; a row may be in several."""

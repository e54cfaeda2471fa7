"""Adverts that nobody posted, in twelve languages, drawn from phrases with a seed."""

import random
import re
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import TypeVar

from classifier.disguise import disguised, misspelt
from classifier.examples import Example, Source
from pipeline.taxonomy import Act, Category

PHRASES = Path(__file__).parent / "phrases"
SLOT = re.compile(r"\{(\w+)\}")
LANGUAGES = {
    "en": 36, "de": 10, "fr": 10, "es": 10, "ru": 10, "tr": 8, "it": 4, "pt": 4, "nl": 4, "pl": 4, "uk": 3, "sr": 3,
}  # fmt: skip
CATEGORIES = {
    Category.FIREARM: 15, Category.PARTS: 13, Category.AMMUNITION: 13, Category.EXPLOSIVE: 2, Category.DIGITAL: 6,
    Category.ACCESSORY: 9, Category.REPLICA: 7, Category.AIR: 6, Category.BLANK: 6, Category.DEACTIVATED: 3,
    Category.ANTIQUE: 2, Category.MELEE: 7, Category.BODY_ARMOUR: 2, Category.SERVICE: 2, Category.OTHER: 110,
}  # fmt: skip
ACTS = {Act.OFFER: 86, Act.REQUEST: 7, Act.RULE: 2, Act.FEEDBACK: 2, Act.DISCUSSION: 3}
"""Shares of the languages, categories and acts; their sums do not matter."""
SECTIONS = {Act.RULE: "rule", Act.FEEDBACK: "feedback", Act.DISCUSSION: "talk"}
NAMED = 0.15
"""Part of the firearm adverts that take a name from the gazetteer."""
PLAIN = 0.3
"""Part of the titles, descriptions and adverts of anything else that are made of everyday words."""
Kind = TypeVar("Kind")
Phrases = dict[str, list[str]]


def generated(count: int, seed: int, names: Sequence[str] = ()) -> list[Example]:
    """So many adverts, the same ones for the same seed and names; `names` are makers' models beside the built-in ones."""
    rng = random.Random(seed)  # noqa: S311  # a reproducible draw, no secret
    return [_advert(rng, names) for _ in range(count)]


@cache
def phrases(language: str) -> Phrases:
    """The phrases of a language by section, with the names and figures that all share."""
    sections: Phrases = {} if language == "shared" else dict(phrases("shared"))
    for block in (PHRASES / f"{language}.txt").read_text(encoding="utf-8").split("\n[")[1:]:
        name, *found = block.splitlines()
        sections[name.rstrip("]")] = [line for line in found if line]
    return sections


def _advert(rng: random.Random, names: Sequence[str]) -> Example:
    language, act = _drawn(LANGUAGES, rng), _drawn(ACTS, rng)
    book = phrases(language)
    category = _drawn({kind: share for kind, share in CATEGORIES.items() if kind in book}, rng)
    title, description = _words(book, category, act, rng, names)
    title, description = _spelt(title, description, rng)
    return Example(
        title=title,
        description=description,
        category=Category.OTHER if act in SECTIONS else category,
        act=act,
        source=Source.GENERATED,
        market=language,
    )


def _words(book: Phrases, category: Category, act: Act, rng: random.Random, names: Sequence[str]) -> tuple[str, str]:
    item = _item(book, category, rng, names)
    if act in SECTIONS:
        return _filled(rng.choice(book[SECTIONS[act]]), book, rng, item), ""
    wrapper = rng.choice(book["request" if act is Act.REQUEST else "title"])
    title, description = _filled(wrapper, book, rng, item), _description(book, category, act, rng)
    if rng.random() < PLAIN:
        title = f"{title}{rng.choice((', ', ' - ', ' | ', ' / ', ' '))}{_plain(book, rng, 2)}"
    if description and rng.random() < 0.05:  # noqa: PLR2004  # vendors hide the item behind a custom listing
        return _filled("custom listing for {letter}", book, rng, item), f"{item}. {description}"
    return title, f"{item}. {description}" if description and rng.random() < 0.4 else description  # noqa: PLR2004  # many repeat it


def _item(book: Phrases, category: Category, rng: random.Random, names: Sequence[str]) -> str:
    if category is Category.FIREARM and names and rng.random() < NAMED:
        return rng.choice(names)
    if category is Category.OTHER and rng.random() < PLAIN:
        return _plain(book, rng, 4)
    return _filled(rng.choice(book[category]), book, rng, "")


def _plain(book: Phrases, rng: random.Random, most: int) -> str:
    """Everyday words of a language, so that none of them tells anything by itself."""
    return " ".join(rng.sample(book["word"], k=rng.randint(1, most)))


def _description(book: Phrases, category: Category, act: Act, rng: random.Random) -> str:
    length = rng.choices((0, 1, 3, 8), (55, 15, 22, 8))[0]
    neutral = rng.sample(book["neutral"], k=min(length, len(book["neutral"])))
    about = book.get("request.about" if act is Act.REQUEST else f"{category}.about", [])
    chosen = [*neutral, *rng.sample(about, k=min(length, len(about), 2))]
    if chosen and rng.random() < PLAIN:
        chosen.append(f"{_plain(book, rng, 8)}.")
    rng.shuffle(chosen)
    return " ".join(_filled(sentence, book, rng, "") for sentence in chosen)


def _filled(phrase: str, book: Phrases, rng: random.Random, item: str) -> str:
    return SLOT.sub(lambda slot: item if slot[1] == "item" else rng.choice(book[slot[1]]), phrase)


def _spelt(title: str, description: str, rng: random.Random) -> tuple[str, str]:
    chance = rng.random()
    if chance < 0.14:  # noqa: PLR2004  # shares of ways to spell, set by hand
        return disguised(title, rng), disguised(description, rng)
    if chance < 0.22:  # noqa: PLR2004
        return misspelt(title, rng), description
    if chance < 0.45:  # noqa: PLR2004
        change = rng.choice((str.upper, str.lower, str.title))
        return change(title), description
    return title, description


def _drawn(shares: dict[Kind, int], rng: random.Random) -> Kind:
    return rng.choices(tuple(shares), cum_weights=tuple(accumulate(shares.values())))[0]

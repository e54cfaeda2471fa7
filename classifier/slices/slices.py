"""The test slices: for every hard boundary, adverts of our own making in a dozen languages.

They are written apart from the adverts a model is taught (neither side reads the other), as titles of markets and
forums are written, and hold invented offers only. `market` is the language, `origin` tells the written line.
Half of the lines is there to choose by while a model is made, the other half to report on.
"""

import random
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from classifier.slices.template import Fillers, Kind, Template, fillers, templates
from classifier.slices.tricks import disguised, plainer
from classifier.truth.examples import Example, Source

TEXTS = Path(__file__).parent / "texts"
IN_SCOPE = ("firearms", "parts", "furniture", "ammunition", "storefronts", "scams", "converted", "lookalikes")
"""Slices whose every example is an offer in scope: they measure recall."""
OUT_OF_SCOPE = (
    "airguns", "airsoft", "blanks", "deactivated", "antiques", "accessories", "muzzles", "manuals", "melee", "games",
    "news", "bans", "requests", "feedback", "drug_words", "tools", "ammo_words", "gun_names", "ordinary", "services",
    "explosives",
)  # fmt: skip
"""Slices without an offer in scope: they measure false alarms of the track of offers."""
DISGUISED, PLAIN, DISGUISED_OTHER = "obfuscated", "obfuscated_plain", "obfuscated_other"
"""Disguised offers, the same offers plain (same origin, same order), and disguised adverts that are out of scope."""
HIDDEN = ("firearms", "parts", "furniture", "ammunition", "converted")
INNOCENT = ("airguns", "airsoft", "melee", "drug_words", "ordinary")
READINGS = 5
"""Most adverts made of one written line."""
DISGUISED_OF_EACH = 50
HABIT, TAIL = 0.35, 0.25
"""Share of titles that show a habit of their writer, and of adverts that end in sentences about the deal itself."""
TAILS = "tails"
ARROW, BREAK, READING = " => ", " -- ", "/"
"""Between an advert and its disguise; between title and description; between a line's name and the number of a reading."""


def sliced(seed: int = 1) -> dict[str, list[Example]]:
    """Every slice by its name."""
    named = {name: _examples(name, seed) for name in (*IN_SCOPE, *OUT_OF_SCOPE)}
    pairs = [*_written_pairs(), *_made_pairs(named, HIDDEN, DISGUISED, seed)]
    others = list(_made_pairs(named, INNOCENT, DISGUISED_OTHER, seed))
    return named | {
        DISGUISED: [hidden for hidden, _ in pairs],
        PLAIN: [plain for _, plain in pairs],
        DISGUISED_OTHER: [hidden for hidden, _ in others],
    }


def tried(seed: int = 1) -> dict[str, list[Example]]:
    """The half of every slice that recipes may be chosen by; no figure comes from it."""
    return {name: [each for each in found if not _kept_back(each)] for name, found in sliced(seed).items()}


def reported(seed: int = 1) -> dict[str, list[Example]]:
    """The half of every slice that figures come from; nothing is chosen by it."""
    return {name: [each for each in found if _kept_back(each)] for name, found in sliced(seed).items()}


def line(example: Example) -> str:
    """The written line that an example comes from: what to draw again with replacement, for its readings are alike."""
    return example.origin.partition(READING)[0]


def _kept_back(example: Example) -> bool:
    """Whether it is for figures alone: so is every second written line, by its checksum, with its readings and disguises."""
    written = line(example).removeprefix(f"{DISGUISED}:").removeprefix(f"{DISGUISED_OTHER}:")
    return zlib.crc32(written.encode()) % 2 == 1


def _examples(name: str, seed: int) -> list[Example]:
    rng = random.Random(f"{name} {seed}")  # noqa: S311  # an example is no secret
    words, tails = _words(name), list(templates(_text(TAILS)))
    found: dict[str, Example] = {}
    for template in templates(_text(name)):
        fitting = [tail for tail in tails if (tail.language, tail.kind.act) == (template.language, template.kind.act)]
        for example in _readings(name, template, words, rng):
            tailed = msgspec.structs.replace(example, description=_tailed(example.description, fitting, rng))
            found.setdefault(example.text, tailed)
    return list(found.values())


def _readings(name: str, template: Template, words: Fillers, rng: random.Random) -> Iterator[Example]:
    for number in range(1, READINGS + 1):
        title, _, description = template.drawn(words, rng).partition(BREAK)
        yield _example(_habit(title, rng), description, template, f"{name}:{template.line}{READING}{number}")


def _written_pairs() -> Iterator[tuple[Example, Example]]:
    nobody = random.Random(0)  # noqa: S311  # nothing is drawn: these lines have no braces
    for template in templates(_text(DISGUISED)):
        plain, _, hidden = template.drawn({}, nobody).partition(ARROW)
        origin = f"{DISGUISED}:{template.line}"
        yield _example(hidden, "", template, origin), _example(plain, "", template, origin)


def _made_pairs(
    named: dict[str, list[Example]], of: tuple[str, ...], name: str, seed: int
) -> Iterator[tuple[Example, Example]]:
    rng = random.Random(f"{name} {seed}")  # noqa: S311  # an example is no secret
    for kind in of:
        for plain in rng.sample(named[kind], k=DISGUISED_OF_EACH):
            origin = f"{name}:{plain.origin}"
            hidden = msgspec.structs.replace(
                plain,
                title=disguised(plain.title, rng),
                description=disguised(plain.description, rng) if plain.description else "",
                origin=origin,
            )
            yield hidden, msgspec.structs.replace(plain, origin=origin)


def _example(title: str, description: str, template: Template, origin: str) -> Example:
    kind: Kind = template.kind
    return Example(
        title=title.strip(),
        description=description.strip(),
        category=kind.category,
        subtype=kind.subtype,
        act=kind.act,
        goods=kind.goods,
        source=Source.SLICE,
        market=template.language,
        origin=origin,
    )


def _words(name: str) -> Fillers:
    return fillers(_text("fillers")) | fillers(_text(name))


def _text(name: str) -> str:
    return (TEXTS / f"{name}.txt").read_text(encoding="utf-8")


def _tailed(description: str, tails: list[Template], rng: random.Random) -> str:
    count = rng.randint(1, 4) if rng.random() < TAIL else 0
    told = [tail.drawn({}, rng) for tail in rng.sample(tails, k=min(count, len(tails)))]
    return " ".join([description, *told]).strip()


def _habit(title: str, rng: random.Random) -> str:
    return rng.choice(HABITS)(title) if rng.random() < HABIT else title


HABITS: tuple[Callable[[str], str], ...] = (
    str.lower,
    str.upper,
    plainer,
    lambda title: f"{title} !!",
    lambda title: f"★ {title} ★",
    lambda title: f"[{title}]",
    lambda title: f">>> {title}",
    lambda title: title.replace(", ", " | "),
    lambda title: title.replace(" ", "  ", 1),
    lambda title: f"#{len(title) * 37 % 9973} {title}",
)
"""What writers of titles do to them."""

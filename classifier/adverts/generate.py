"""Adverts that nobody posted, in twelve languages, drawn from phrases with a seed."""

import random
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import TypeVar

from classifier.adverts.pen import Pen
from classifier.adverts.phrasebook import LANGUAGES, kinds, label, phrases
from classifier.adverts.spelling import spelt
from classifier.truth.examples import Example, Source
from pipeline.taxonomy import IN_SCOPE, Act, Category, Goods, Subtype

ACTS = {
    Act.OFFER: 720, Act.REQUEST: 100, Act.FEEDBACK: 45, Act.DISCUSSION: 50, Act.NEWS: 40, Act.RULE: 18,
    Act.DIRECTORY: 12, Act.WARNING: 15,
}  # fmt: skip
LENGTHS = {0: 34, 1: 9, 2: 9, 4: 12, 7: 14, 10: 12, 14: 10}
"""Shares of the acts, and of the numbers of sentences a description has."""
BORROWED = 0.12
"""Part of the adverts in other languages that are framed in English, as many on international markets are."""
PLAIN = 0.25
"""Part of the titles, descriptions and other goods with everyday words."""
HIDDEN, EVASIVE, PASTED, QUOTED, REPLIED, DENIED = 0.05, 0.02, 0.03, 0.03, 0.015, 0.02
"""Parts of the offers that name the goods in the description alone, tell why they stand under another name,
paste news and rules before it, quote their buyers after it (of arms), answer a request, or say of goods out of scope that they are no weapons."""
THIN = "OTH.thin"
"""The kind of titles that say nothing; alone, what they offer is unknown."""
Kind = TypeVar("Kind")


def generated(count: int, seed: int, names: Sequence[str] = ()) -> list[Example]:
    """So many adverts, the same ones for the same seed and names; `names` are makers' models beside the built-in ones."""
    rng = random.Random(seed)  # noqa: S311  # a reproducible draw, no secret
    return [_advert(rng, names) for _ in range(count)]


def _advert(rng: random.Random, names: Sequence[str]) -> Example:
    language, act = _drawn(LANGUAGES, rng), _drawn(ACTS, rng)
    kind = _drawn(kinds(language), rng)
    act = Act.OFFER if kind == THIN else act
    pen = Pen(language=language, book=phrases(language), rng=rng, names=names)
    traded = act in (Act.OFFER, Act.REQUEST)
    title, description = _traded(pen, kind, act) if traded else _said(pen, kind, act)
    title, description = spelt(title, description, language, rng)
    what = label(kind)
    return Example(
        title=title,
        description=description,
        category=what.category if traded else Category.OTHER,
        subtype=what.subtype if traded else Subtype.UNKNOWN,
        goods=what.goods if traded else Goods.UNKNOWN,
        act=act,
        source=Source.GENERATED,
        market=language,
    )


def _traded(pen: Pen, kind: str, act: Act) -> tuple[str, str]:
    frame, item = _frame(pen), _item(pen, kind)
    if kind == THIN:
        return item, " ".join(frame.lines("neutral", _length(pen)))
    if act is Act.OFFER and pen.lucky(HIDDEN):
        return frame.line(THIN), " ".join([frame.line("lead", item), *_sentences(pen, frame, kind, act)])
    section = "request" if act is Act.REQUEST else "reply" if pen.lucky(REPLIED) else "title"
    title = frame.line(section, item)
    if pen.lucky(PLAIN):
        title = f"{title}{pen.rng.choice((', ', ' - ', ' | ', ' / ', ' '))}{pen.plain(2)}"
    sentences = _sentences(pen, frame, kind, act)
    if sentences and pen.lucky(0.4):  # many vendors say it twice
        sentences.insert(0, frame.line("lead" if act is Act.OFFER else "request", item))
    return title, " ".join(_around(pen, sentences, item, kind) if act is Act.OFFER else sentences)


def _said(pen: Pen, kind: str, act: Act) -> tuple[str, str]:
    """A text that trades nothing: what it speaks of does not make it an offer."""
    title = pen.line(act, _item(pen, kind))
    about = pen.lines(f"{act}.about", _length(pen), _item(pen, kind))
    return title, ("\n" if act is Act.DIRECTORY else " ").join(about)


def _frame(pen: Pen) -> Pen:
    """The pen that writes what stands around the goods."""
    if pen.language == "en" or not pen.lucky(BORROWED):
        return pen
    return Pen(language="en", book=phrases("en"), rng=pen.rng)


def _item(pen: Pen, kind: str) -> str:
    if kind == "OTH.other" and pen.lucky(PLAIN):
        return pen.plain(4)
    return pen.line(kind)


def _sentences(pen: Pen, frame: Pen, kind: str, act: Act) -> list[str]:
    length = _length(pen)
    if act is Act.REQUEST:
        return frame.lines("request.about", length)
    about = pen.about(kind, min(length, pen.rng.randint(0, 4)))
    chosen = [*about, *frame.lines("neutral", length - len(about))]
    if label(kind).category not in IN_SCOPE and pen.lucky(DENIED):
        chosen.append(pen.line("denial"))
    if chosen and pen.lucky(PLAIN):
        chosen.append(f"{pen.plain(8)}.")
    pen.rng.shuffle(chosen)
    return chosen


def _around(pen: Pen, sentences: list[str], item: str, kind: str) -> list[str]:
    """The description with what some vendors put before and after it; reviews speak of arms, so that only who sells them quotes any."""
    if pen.lucky(EVASIVE):
        sentences = [pen.line("evasion"), *sentences]
    if pen.lucky(PASTED):
        sentences = [*pen.lines("news.about", pen.rng.randint(1, 4)), pen.line("rule"), *sentences]
    if label(kind).category is not Category.OTHER and pen.lucky(QUOTED):
        sentences = [*sentences, *(f'"{review}"' for review in pen.lines("feedback.about", 2, item))]
    return [sentence for sentence in sentences if sentence]


def _length(pen: Pen) -> int:
    return _drawn(LENGTHS, pen.rng)


def _drawn(shares: Mapping[Kind, int], rng: random.Random) -> Kind:
    return rng.choices(tuple(shares), cum_weights=tuple(accumulate(shares.values())))[0]

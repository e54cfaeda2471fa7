"""What the linear models count in a text: words, pairs of neighbouring words, and the letter runs inside words."""

import re
from itertools import chain, pairwise
from typing import NamedTuple

from pipeline.text import normalised, uncovered

VERSION = 1
"""Raised whenever the same text would give other features: models made before are then refused."""
LONGEST = 40
"""Letters read of one word; longer ones are keys and digests."""
REST = 0.5
"""Weight of what only the description says: titles name the item, descriptions also speak of delivery and payment."""
RUNS = (3, 4, 5)
"""Lengths of the letter runs."""
WORD = re.compile(r"\.?\d[\d.,]*\w*|[^\W\d]\w*")
KEY_BLOCK = re.compile(r"-----BEGIN PGP.*?(?:-----END PGP[^-]*-----|\Z)", re.DOTALL)
ARMOUR = re.compile(
    r"-----(?:BEGIN|END) PGP(?: (?:(?:PUBLIC|PRIVATE) KEY BLOCK|(?:SIGNED )?MESSAGE|SIGNATURE))?-{0,5}"
    r"|(?<!\S)(?:(?:Version|Comment|Hash|Charset):|(?:GnuPG|MacGPG2?|GPGTools|BCPG|OpenPGP\.js)(?:/MacGPG2)?|v?\d(?:\.\d{1,3}){1,3}"
    r"|\((?:Darwin|GNU/Linux|MingW32|Cygwin)\)|https?://(?:gpgtools|openpgpjs)\.org|SHA(?:1|256|512)"
    r"|=[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{40,}={0,2})(?!\S)|(?<!\S)\S{1,39} \.\.\.\s*\Z"
)
"""What a PGP block is made of, up to where its market cut it; any other word in one is a vendor's, who would hide it there."""
DIGIT = re.compile(r"\d")
KNOWN, LONGEST_KNOWN = 32_768, 24
"""Most stretches between spaces whose words are remembered, and the letters beyond which none is: a page cannot fill the memory."""


class Part(NamedTuple):
    """Some words, each once, and their neighbourhoods."""

    words: tuple[str, ...]
    pairs: tuple[str, ...]
    """Neighbours written as one word, so that AK 47 and AK47 agree; each once."""


class View(NamedTuple):
    """A listing as the models read it."""

    title: Part
    rest: Part
    """What only the description says; it counts `REST` as much."""
    invisible: int
    mixed: int


class _Known(dict[str, tuple[str, ...]]):
    """The words of what stands between two spaces, learnt as they come: most of it stood in other texts before."""

    def __missing__(self, run: str) -> tuple[str, ...]:
        words = tuple(found.rstrip(".,").replace(",", ".")[:LONGEST] for found in WORD.findall(run))
        if len(run) <= LONGEST_KNOWN:
            if len(self) >= KNOWN:
                self.clear()
            self[run] = words
        return words


_KNOWN = _Known()


def view(title: str, description: str) -> View:
    """The words of a listing as written and, where that differs, as they read once disguises are undone."""
    head, body = normalised(title), normalised(keyless(description))
    first, second = _part(head.text), _part(body.text)
    rest = Part(_without(second.words, first.words), _without(second.pairs, first.pairs))
    return View(first, rest, head.invisible + body.invisible, head.mixed + body.mixed)


def grams(word: str) -> list[str]:
    """The features of one word, each once: itself, its shape where it has digits, and its letter runs."""
    found = [f"={word}"]
    if word[0] == ".":
        found.append(f"={word[1:]}")
    if DIGIT.search(word):
        found.append(f"#{DIGIT.sub('0', word)[:12]}")
    padded = f" {word} "
    found += [padded[at : at + size] for size in RUNS for at in range(len(padded) - size + 1)]
    return list(dict.fromkeys(found))


def _part(normal: str) -> Part:
    if not normal:
        return Part((), ())
    written = normal.lower()
    read = uncovered(normal).lower()
    lines = [_words(each) for each in dict.fromkeys((written, read))]
    words = dict.fromkeys(word for line in lines for word in line)
    pairs = dict.fromkeys(f"={first}{second}" for line in lines for first, second in pairwise(line))
    return Part(tuple(words), tuple(pairs))


def _without(names: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    gone = frozenset(known)
    if gone.isdisjoint(names):
        return names
    return tuple(name for name in names if name not in gone)


def _words(text: str) -> list[str]:
    return list(chain.from_iterable(map(_KNOWN.__getitem__, text.split())))


def keyless(text: str) -> str:
    """The text without the armour of its PGP blocks."""
    return KEY_BLOCK.sub(_unarmoured, text) if "-----BEGIN PGP" in text else text


def _unarmoured(block: re.Match[str]) -> str:
    words = [word for word in ARMOUR.sub(" ", block[0]).split() if WORD.search(word)]
    return f" {' '.join(words)} " if words else " "

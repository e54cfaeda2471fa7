"""What a model was trained on, as digests and sums: to tell rows it has seen, and markets that have moved on."""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from classifier.linear import Floats
from pipeline.errors import ModelRejectedError
from pipeline.text import tokens

FILE = "reference.json"
MANIFEST = "manifest.json"
SHIPPED = Path(__file__).parents[1] / "models"
FORMAT = 1
EDGES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 0.7)
"""Where the bins of scores end: about three to a power of ten, for most scores are tiny."""
WORDS = 2_000
"""Words whose frequencies are kept; all others count as one."""
FEWEST = 3
"""Vendors that must have used a word; below that it could be part of a handle."""
READ = 5_000
"""Characters of a text that are read for its words: descriptions begin with the item."""
_BYTES = 8
_WORD = re.compile(r"\w+")


class Reference(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """What a model was trained on; nothing in it can be read back as text."""

    format: int = FORMAT
    files: dict[str, str] = msgspec.field(default_factory=dict)
    """SHA-256 of the files of training data, by their names."""
    listings: int = 0
    scores: tuple[int, ...] = ()
    """How many listings scored in each bin; out of fold where training could say so."""
    flagged: int = 0
    words: dict[str, int] = msgspec.field(default_factory=dict)
    """Digest of a word that three vendors or more used → listings that have it, the most frequent ones."""
    uses: int = 0
    """Words of all listings, each once a listing, those that are not kept included."""
    languages: dict[str, int] = msgspec.field(default_factory=dict)
    texts: str = ""
    """The keys of all texts, eight bytes each, sorted, in base64."""

    def knows(self, key: str) -> bool:
        """Whether a text with this key was trained on."""
        place = int(np.searchsorted(self._keys, np.uint64(int(key, 16))))
        return place < len(self._keys) and int(self._keys[place]) == int(key, 16)

    @cached_property
    def _keys(self) -> NDArray[np.uint64]:
        return np.frombuffer(base64.b64decode(self.texts), dtype="<u8")


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One listing as a reference counts it."""

    title: str
    description: str
    score: float
    flagged: bool
    language: str = ""


def key_of(title: str, description: str) -> str:
    """The same for texts that differ in case, spacing and punctuation alone: sixteen hexadecimal digits."""
    words = " ".join(_WORD.findall(f"{title}\n{description}".lower()))
    return hashlib.sha256(words.encode(errors="replace")).hexdigest()[: 2 * _BYTES]


def words_of(title: str, description: str) -> set[str]:
    """The digests of a listing's words, each once."""
    return {_hashed(word) for word in tokens(f"{title[:READ]}\n{description[:READ]}")}


def binned(scores: Sequence[float]) -> tuple[int, ...]:
    """How many scores are in each bin."""
    places = np.searchsorted(np.array(EDGES), np.array(scores, dtype=np.float64), side="right")
    return tuple(map(int, np.bincount(places, minlength=len(EDGES) + 1)))


def reference(
    listings: Iterable[Seen], vendors: Iterable[str], files: Mapping[str, str], also: Iterable[str] = ()
) -> Reference:
    """The reference of the listings that a model was trained on, each with its vendor; `also` are keys of further texts."""
    counts, users, languages = Counter[str](), _Users(), Counter[str]()
    scores, keys, flagged = list[float](), set(also), 0
    for seen, vendor in zip(listings, vendors, strict=True):
        words = words_of(seen.title, seen.description)
        counts.update(words)
        users.add(words, vendor or f"#{len(scores)}")
        languages[seen.language] += 1
        keys.add(key_of(seen.title, seen.description))
        scores.append(seen.score)
        flagged += bool(seen.flagged)
    kept = sorted((word for word in counts if users.many(word)), key=lambda word: (-counts[word], word))[:WORDS]
    return Reference(
        files=dict(files),
        listings=len(scores),
        scores=binned(scores),
        flagged=flagged,
        words={word: counts[word] for word in kept},
        uses=counts.total(),
        languages=dict(sorted(languages.items())),
        texts=base64.b64encode(np.sort(np.array([int(key, 16) for key in keys], dtype="<u8")).tobytes()).decode(),
    )


def save(found: Reference, directory: Path) -> None:
    """Write the reference of a model directory; the same one gives the same bytes."""
    (directory / FILE).write_bytes(msgspec.json.encode(found) + b"\n")


def directory_of(digest: str, home: Path) -> Path | None:
    """The directory of the model with this digest: the home's copy, or a shipped one; None where neither is there."""
    shipped = sorted(path.parent for path in SHIPPED.glob(f"*/{MANIFEST}"))
    places = [home / "models" / digest, *(path for path in shipped if _digest(path) == digest)]
    return next((path for path in places if (path / FILE).exists()), None)


def load(directory: Path) -> Reference | None:
    """The reference of a model directory; None where it has none."""
    path = directory / FILE
    if not path.exists():
        return None
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Reference)
        found.knows("0")
    except (OSError, ValueError, msgspec.DecodeError) as error:
        raise ModelRejectedError(f"{path}: cannot be read ({error}); fetch the model directory again") from error
    if found.format != FORMAT:
        raise ModelRejectedError(f"{path}: made for another version of Headstamp; train or fetch one for this one")
    return found


def share(counts: "Sequence[int] | NDArray[np.int64]") -> Floats:
    """Counts as shares, with half a count more in each so that none is nothing."""
    filled = np.array(counts, dtype=np.float64) + 0.5
    shares: Floats = filled / filled.sum()
    return shares


class _Users:
    """Which words three vendors or more used; more are not remembered."""

    def __init__(self) -> None:
        self._of: dict[str, set[str]] = {}

    def add(self, words: Iterable[str], vendor: str) -> None:
        for word in words:
            users = self._of.setdefault(word, set())
            if len(users) < FEWEST:
                users.add(vendor)

    def many(self, word: str) -> bool:
        return len(self._of[word]) >= FEWEST


@lru_cache(maxsize=65_536)
def _hashed(word: str) -> str:
    return hashlib.sha256(word.encode(errors="replace")).hexdigest()[: 2 * _BYTES]


def _digest(directory: Path) -> str:
    return hashlib.sha256((directory / MANIFEST).read_bytes()).hexdigest()[:32]

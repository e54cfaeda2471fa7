"""What systems said of examples whose truth is known, kept as files so that a report is made again without training."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from pipeline.errors import SettingsError
from pipeline.taxonomy import Track, Verdict

SUFFIX = ".jsonl"
ALONE = -1
"""The cluster of an example that resembles no other."""
STRICT, RANDOM, MARKET = "strict", "random", "market-"
"""Splits: five folds in which no vendor and no cluster is twice; rows drawn at random; the markets named left out."""
SLICES = "slices"
"""Hard boundaries and other languages, each row with the name of its slice."""
OBFUSCATED, TITLES = "obfuscated", "titles"
"""The same examples respelt as vendors do to hide words, and without their descriptions."""
_PARTING = "+"


class Judged(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One example with its truth, and what each system said of it without having learnt from it."""

    id: str
    """Id of the example; it holds no text."""
    source: str
    """Where the example comes from; no figure is pooled over sources."""
    category: str
    act: str
    in_scope: bool
    scores: dict[str, float]
    """Probability in scope by system."""
    flagged: dict[str, bool]
    """By system, at the policy's threshold: the one that lets so many false alarms through on the training side."""
    best: dict[str, bool] = msgspec.field(default_factory=dict)
    """By system, at the threshold that gave the best F1 on the training side; one without such a threshold is not there."""
    market: str = ""
    vendor: str = ""
    """Who wrote it, "" where that is not known; never shipped."""
    cluster: int = ALONE
    """Examples that read alike bear the same number."""
    language: str = ""
    slice: str = ""
    """The hard boundary that it tests; "" for a plain listing."""
    subtype: str = ""
    given_category: str = ""
    given_act: str = ""
    given_subtype: str = ""
    verdicts: dict[Track, Verdict] = msgspec.field(default_factory=dict)
    """What the policy asks for by track; a track that is not there is clear."""
    screened: bool = False
    """Whether the screen would have kept it from the encoder."""


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """All examples of one way to hold some of them out."""

    name: str
    """`STRICT`, `RANDOM`, `MARKET` with the markets' names, or `SLICES`."""
    rows: tuple[Judged, ...]
    variant: str = ""
    """How the examples were changed: `OBFUSCATED` or `TITLES`; "" as posted."""

    @property
    def stem(self) -> str:
        """The name of its file, without the ending."""
        return f"{self.name}{_PARTING}{self.variant}" if self.variant else self.name

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems that scored every example, in the order in which the first names them."""
        return tuple(name for name in self.rows[0].scores if all(name in row.scores for row in self.rows))

    def of(self, source: str) -> "Split":
        """The rows of one source."""
        return msgspec.structs.replace(self, rows=tuple(row for row in self.rows if row.source == source))


def save(split: Split, folder: Path) -> Path:
    """Write a split into a folder; the file that holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{split.stem}{SUFFIX}"
    path.write_bytes(b"".join(_lines(split.rows)))
    return path


def load(folder: Path) -> list[Split]:
    """The splits that a folder holds, by name; a `SettingsError` where there are none, or one cannot be read."""
    found = [split for path in sorted(folder.glob(f"*{SUFFIX}")) if (split := _split(path)).rows]
    if not found:
        raise SettingsError(
            f"{folder}: holds no scored examples; `headstamp evaluate --work DIR` writes them into DIR/scored"
        )
    return found


def _split(path: Path) -> Split:
    name, _, variant = path.name.removesuffix(SUFFIX).partition(_PARTING)
    try:
        rows = msgspec.json.Decoder(Judged).decode_lines(path.read_bytes())
    except (msgspec.DecodeError, OSError) as error:
        raise SettingsError(f"{path}: cannot be read ({error}); delete it and evaluate again") from error
    return Split(name=name, variant=variant, rows=tuple(rows))


def _lines(rows: Iterable[Judged]) -> Iterator[bytes]:
    encoder = msgspec.json.Encoder()
    for row in rows:
        yield encoder.encode(row) + b"\n"


def sources(splits: Sequence[Split]) -> tuple[str, ...]:
    """Where the examples of some splits come from, in the order of the alphabet."""
    return tuple(sorted({row.source for split in splits for row in split.rows}))

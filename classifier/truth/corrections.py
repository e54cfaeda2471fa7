"""What the second labelling pass found: corrected labels, subtypes, and which rows were read; by row, never with its text."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import msgspec

from pipeline.records import digest
from pipeline.taxonomy import Act, Category, Subtype

TRUTH = Path(__file__).parent
DIGITS = 8
"""Hexadecimal digits of a text's digest in an origin: market keys repeat, and a correction holds for one text alone."""


class Correction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a row is, where its label says otherwise or too little."""

    origin: str
    was: str
    """The label that the data give it."""
    category: Category
    """`unknown`: its text cannot tell, so it is left out of every score."""
    subtype: Subtype = Subtype.UNKNOWN
    act: Act = Act.OFFER
    reason: str
    """Why, by the taxonomy's wording; ours, never the row's."""
    sure: bool = True
    """Whether a careful reader would hardly say otherwise."""


class Closer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The subtype of a row whose label is right."""

    origin: str
    subtype: Subtype


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Everything the second pass found, by the origin of the row."""

    corrections: Mapping[str, Correction]
    subtypes: Mapping[str, Subtype]

    @classmethod
    def load(cls, folder: Path = TRUTH) -> Self:
        """The second pass as it stands in a folder."""
        lines = (folder / "corrections.jsonl").read_bytes().splitlines()
        found = [msgspec.json.decode(line, type=Correction) for line in lines]
        closer = [
            msgspec.json.decode(line, type=Closer) for line in (folder / "subtypes.jsonl").read_bytes().splitlines()
        ]
        return cls(
            corrections={each.origin: each for each in found},
            subtypes={each.origin: each.subtype for each in closer},
        )


def rows_read(folder: Path = TRUTH) -> frozenset[str]:
    """The origins of the dark-web rows that the second pass read one by one."""
    return frozenset((folder / "read.txt").read_text(encoding="utf-8").split())


def origin(collection: str, key: str, *text: str) -> str:
    """The name of a row: its collection, its key there and a digest of its text."""
    return f"{collection}/{key}#{digest(*text)[:DIGITS]}"

"""The rows of a labelled file, each with its truth (docs/labelling.md has the columns and labels)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec

from classifier.truth.examples import LABELS
from pipeline.errors import SettingsError
from pipeline.records import Listing, Rejected
from pipeline.rows import Row, chosen, rows
from pipeline.rows.table import header, records
from pipeline.taxonomy import CATEGORIES, IN_SCOPE, SUBTYPES, Act, Category

LABEL, POSITIVE, ACT, LANGUAGE = "label", "positive", "act", "language"
"""The columns that are read beside those of a listing; one of the first two is needed."""
UNTOLD = frozenset({"opaque", "unknown", "mixed_classified", "mixed_gun_forum_trade"})
"""Labels of texts that cannot tell what they offer, or that offer several things; they are no truth."""
DISCUSSION = "gun_discussion_not_offer"
"""The label of the research data that says what the text does, where no column does."""
CODES: Mapping[str, Category] = MappingProxyType(
    {str(code): code for code in CATEGORIES} | {str(code): code.category for code in SUBTYPES}
)
"""Headstamp's own codes and the categories that they stand for."""
MOST_NAMED = 10
_TRUE, _FALSE = frozenset({"1", "true", "yes"}), frozenset({"0", "false", "no"})
_KNOWN: Mapping[str, str] = MappingProxyType({name.lower(): name for name in (*CODES, *LABELS, *UNTOLD)})
_ACTS: Mapping[str, Act] = MappingProxyType({"": Act.OFFER} | {str(act): act for act in Act if act is not Act.UNKNOWN})


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One row with its truth."""

    listing: Listing
    category: Category
    act: Act
    in_scope: bool
    label: str
    """As it is known where it is, else as the row has it."""
    language: str
    """In lower case; "" where the file does not say."""


class LeftOut(msgspec.Struct, kw_only=True):
    """The rows that could not be read or tell no truth."""

    reasons: Counter[str] = msgspec.field(default_factory=Counter)
    labels: Counter[str] = msgspec.field(default_factory=Counter)
    """Labels that nobody knows, with their rows."""
    acts: Counter[str] = msgspec.field(default_factory=Counter)

    @property
    def told(self) -> str:
        """How many rows were left out by reason."""
        return ", ".join(f"{count:,} {reason}" for reason, count in self.reasons.most_common())

    @property
    def unknown(self) -> list[str]:
        """A sentence for the labels, and one for the acts, that are not known, with those that are."""
        sentences = (
            (LABEL, self.labels, [*map(str, CATEGORIES), "a subtype's code", *LABELS, *sorted(UNTOLD)]),
            (ACT, self.acts, [act for act in _ACTS if act]),
        )
        return [
            f"column '{column}': {_named(found)} not known, and those rows were left out; known are {', '.join(known)}"
            for column, found, known in sentences
            if found
        ]


def cases(path: Path, left_out: LeftOut) -> Iterator[Case]:
    """The rows that tell the truth; the others are counted. A `SettingsError` where the file has no column that could."""
    mapping, columns = chosen(path), header(path)
    if not {LABEL, POSITIVE} & set(columns):
        raise SettingsError(
            f"{path}: has neither a column '{LABEL}' nor '{POSITIVE}', so there is nothing to compare with"
        )
    truths = records(path, (LABEL, POSITIVE, ACT, LANGUAGE))
    for row, truth in zip(rows(path, mapping, activation=0), truths, strict=True):
        cells = {} if isinstance(truth.found, Rejected) else truth.found
        found = _case(row, {name: cell.strip() for name, cell in cells.items()}, left_out)
        if isinstance(found, Case):
            yield found
        else:
            left_out.reasons[found] += 1


def _case(row: Row, cells: Mapping[str, str], left_out: LeftOut) -> Case | str:
    """The row with its truth, or the reason why it has none."""
    if isinstance(row.found, Rejected):
        return row.found.reason
    given = cells.get(LABEL, "")
    label, positive = _KNOWN.get(given.lower(), given), cells.get(POSITIVE, "").lower()
    if label in UNTOLD:
        return label
    category = CODES.get(label) or LABELS.get(label)
    if category is None and positive not in _TRUE | _FALSE:
        left_out.labels.update([label] if label else [])
        return "unknown_label" if label else "no_truth"
    said = cells.get(ACT, "").lower()
    if said not in _ACTS:
        left_out.acts[said] += 1
        return "unknown_act"
    act = Act.DISCUSSION if label == DISCUSSION and not said else _ACTS[said]
    return Case(
        listing=row.found,
        category=category or Category.UNKNOWN,
        act=act,
        in_scope=act is Act.OFFER and (positive in _TRUE or (positive not in _FALSE and category in IN_SCOPE)),
        label=label or f"{POSITIVE} {positive}",
        language=cells.get(LANGUAGE, "").lower(),
    )


def _named(found: Counter[str]) -> str:
    shown = ", ".join(f"'{name[:40]}'" for name, _ in found.most_common(MOST_NAMED))
    more = len(found) - MOST_NAMED
    return f"{shown} and {more} more are" if more > 0 else f"{shown} {'is' if len(found) == 1 else 'are'}"

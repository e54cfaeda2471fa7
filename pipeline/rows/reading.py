"""Makes listings of a file's records."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from pipeline.records import Date, Import, Listing, Money, Precision, Rejected
from pipeline.rows.mapping import FIELDS, REQUIRED, Mapping
from pipeline.rows.source import digest_of
from pipeline.rows.table import Cells, records
from pipeline.text import bounded
from pipeline.values import amounts, countries, date, exclusions, money, whole

UNDATED = Date(at=datetime(2000, 1, 1, tzinfo=UTC), precision=Precision.UNKNOWN)
"""The date of a row that has none, where its mapping states none either: never the file's, so that every copy gives the same."""
MOST_STEPS = 20
"""Steps of a category path that are kept."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One data row of a file, and what became of it."""

    line: int
    """The line on which it begins, as an editor counts."""
    number: int
    """1 for the first row after the header."""
    found: Listing | Rejected
    replaced: int = 0
    """Characters put for bytes that are no UTF-8."""


def rows(path: Path, mapping: Mapping, activation: int) -> Iterator[Row]:
    """Every data row of a CSV or JSONL file, gzipped or not, in its order.

    A damaged gzip stream raises a `MalformedError` after the rows before the damage.
    """
    maker = _Maker(mapping, digest_of(path), activation)
    for number, record in enumerate(records(path, maker.columns), start=1):
        found = record.found if isinstance(record.found, Rejected) else maker.listing(record.found, record.line)
        yield Row(line=record.line, number=number, found=found, replaced=record.replaced)


class _Maker:
    """Makes the listings of one file."""

    def __init__(self, mapping: Mapping, file: str, activation: int) -> None:
        self._mapping, self._file, self._activation = mapping, file, activation
        self._digest = mapping.digest
        self._since = date(mapping.default.date) or UNDATED
        places = [(field, mapping.column(field), mapping.otherwise(field)) for field in FIELDS]
        self._places = [(field, column, otherwise) for field, column, otherwise in places if column or otherwise]
        self.columns = tuple(sorted(mapping.known))

    def listing(self, cells: Cells, line: int) -> Listing | Rejected:
        """The listing of one record, or why it is none."""
        text, cut = self._texts(cells)
        for field in REQUIRED:
            if not text[field]:
                return Rejected(reason=f"no_{field}", detail=f"column '{self._mapping.column(field)}' is empty")
        seen = date(text["date"]) or self._since
        return Listing(
            market=text["market"],
            key=text["key"],
            title=text["title"],
            description=text["description"],
            vendor=text["vendor"],
            category_path=self._category(cells),
            price=_price(text["price"], text["currency"]),
            price_text=text["price"],
            amounts=amounts(text["title"]),
            ships_from=countries(text["ships_from"]),
            ships_from_text=text["ships_from"],
            ships_to=countries(text["ships_to"]),
            ships_to_text=text["ships_to"],
            ships_not_to=exclusions(text["ships_to"]),
            posted=date(text["posted"]),
            feedback=whole(text["feedback"]),
            sold=whole(text["sold"]),
            stock=whole(text["stock"]),
            truncated=cut,
            provenance=Import(
                time=seen.at,
                precision=seen.precision,
                file=self._file,
                line=line,
                mapping=self._digest,
                activation=self._activation,
            ),
        )

    def _texts(self, cells: Cells) -> tuple[dict[str, str], tuple[str, ...]]:
        """Every field's text, "" where there is none, and the names of those that were cut."""
        texts = dict.fromkeys(FIELDS, "")
        cut: list[str] = []
        for field, column, otherwise in self._places:
            if given := cells.get(column, "").strip() or otherwise:
                kept, was_cut = bounded(given)
                texts[field] = kept.strip()
                cut += [field] * was_cut
        return texts, tuple(cut)

    def _category(self, cells: Cells) -> tuple[str, ...]:
        named = self._mapping.category
        steps = [cells.get(column, "") for column in named]
        if len(named) == 1:
            steps = steps[0].split(self._mapping.separator, MOST_STEPS) if self._mapping.separator else steps
        return tuple(kept for step in steps if (kept := bounded(step)[0].strip()))[:MOST_STEPS]


def _price(text: str, currency: str) -> Money | None:
    found = money(text)
    return found if found or not (text and currency) else money(f"{text} {currency}")

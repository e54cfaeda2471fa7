"""A draft reads markets of many layouts without an edit: invented pages, and what a reader finds on them."""

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from crawlers.draft import draft, written
from crawlers.profile import MarketProfile, read
from crawlers.saved import flat, page_of, read_page

LAYOUTS = Path(__file__).parents[2] / "pages" / "layouts"
EXPECTED: dict[str, dict[str, list[dict[str, Any]]]] = json.loads(
    (LAYOUTS / "expected.json").read_text(encoding="utf-8")
)
FIELDS = ("title", "vendor", "price", "currency", "ships_from", "ships_to")
BARE = MarketProfile(market="draft")


def drafted(pages: Sequence[Path], folder: Path) -> MarketProfile:
    """The profile that the pages suggest, by way of its file."""
    file = folder / "draft.yaml"
    file.write_text(written(draft([(path.name, page_of(path, BARE)) for path in pages])), encoding="utf-8")
    return read(file)


def wrong(layout: str, profile: MarketProfile) -> list[str]:
    """Every field of a layout's pages that is not as written down."""
    found = []
    for name, expected in EXPECTED[layout].items():
        rows = [flat(listing) for listing in read_page(LAYOUTS / layout / name, profile)[0]]
        for number, told in enumerate(expected):
            row = rows[number] if number < len(rows) else {}
            found += [f"{name}, {number}: {field}" for field in FIELDS if not _same(row.get(field), told[field])]
    return found


def _same(read_value: object, told: Any) -> bool:
    if isinstance(read_value, Decimal):
        return read_value == Decimal(told)
    return bool(list(read_value) == told) if isinstance(read_value, tuple) else bool(read_value == told)


@pytest.mark.parametrize("layout", sorted(EXPECTED))
def test_a_draft_of_all_pages_reads_every_field(layout: str, tmp_path: Path) -> None:
    assert wrong(layout, drafted(sorted((LAYOUTS / layout).glob("*.html")), tmp_path)) == []


NOT_ALONE = {"headrow": "nothing on one page tells the market's name in h1 from the title in h2"}


@pytest.mark.parametrize("layout", sorted(set(EXPECTED) - set(NOT_ALONE)))
def test_a_draft_of_one_page_reads_every_field_of_the_others(layout: str, tmp_path: Path) -> None:
    assert wrong(layout, drafted([LAYOUTS / layout / min(EXPECTED[layout])], tmp_path)) == []


def test_every_layout_holds_rows_or_listing_pages_as_it_was_made(tmp_path: Path) -> None:
    rowed = {layout for layout in EXPECTED if drafted(sorted((LAYOUTS / layout).glob("*.html")), tmp_path).rows}
    assert rowed == {"resulttable", "resultlines", "cardgrid", "ledger", "bsrows", "cardfeet", "bareprices"}

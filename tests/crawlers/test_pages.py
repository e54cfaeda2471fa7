"""Saved pages of our own making, and what must be read on them; a new pair of files is a new test."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crawlers.profile import read
from crawlers.saved import flat, read_page

PAGES = Path(__file__).parents[1] / "pages"


def read_as_json(page: Path) -> list[dict[str, Any]]:
    """What the profile beside a page reads on it; what is empty is left out."""
    listings, rejected = read_page(page, read(page.parent / "profile.yaml"))
    rows = [{name: value for name, value in flat(one).items() if value not in ("", None, ())} for one in listings]
    read_rows: list[dict[str, Any]] = msgspec.json.decode(msgspec.json.encode([*rows, *rejected]))
    return read_rows


@pytest.mark.parametrize("page", sorted(PAGES.glob("*/*.html")), ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_a_page_is_read_as_written_down(page: Path) -> None:
    assert read_as_json(page) == json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))

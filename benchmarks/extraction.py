"""How exactly the seven real layouts are read: every field of the expected records in tests/pages/real against `extract`.

Run as `PYTHONPATH=. .venv/bin/python benchmarks/extraction.py ../shared/data/market_html`. The expected records were
made without the product's code: by regular expressions of the standard library, from the markup as read by eye. The
pages are not committed; of titles, handles and long texts the records keep digests.
"""

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from crawlers.profile import load
from crawlers.saved import flat, read_page

EXPECTED = Path(__file__).parents[1] / "tests" / "pages" / "real"
DIGESTED = ("title", "vendor", "vendor_profile", "description")
"""Fields of which the records keep the digest; of `shipping` and `bulk` it is each entry's text."""
LEFT_OUT = ("market", "truncated", "unread")
"""What a page does not say."""


class Compared(NamedTuple):
    """One field of one listing: what the page says, and what was read."""

    market: str
    page: str
    field: str
    expected: Any
    found: Any

    @property
    def exact(self) -> bool:
        """Whether it was read as the page says it."""
        return bool(self.expected == self.found)


def compared(expected: Path, pages: Path) -> Iterator[Compared]:
    """Every field that a page shows or that was read on it, listing by listing in the order of the page."""
    record = json.loads(expected.read_text(encoding="utf-8"))
    market = expected.parent.name
    listings, _ = read_page(pages / record["page"], load(market), record["address"])
    found = [shown(flat(one)) for one in listings]
    for number in range(max(len(found), len(record["listings"]))):
        told, got = _at(record["listings"], number), _at(found, number)
        for field in told.keys() | got.keys():
            yield Compared(market, expected.stem, field, told.get(field), got.get(field))


def shown(row: Mapping[str, object]) -> dict[str, Any]:
    """A listing as the records write it: without what is empty, texts as digests."""
    plain = msgspec.json.decode(msgspec.json.encode(row))
    kept = {name: value for name, value in plain.items() if name not in LEFT_OUT and value not in ("", None, [])}
    kept |= {name: digest(kept[name]) for name in DIGESTED if name in kept}
    kept |= {
        name: [entry | {"text": digest(entry["text"])} for entry in kept[name]]
        for name in ("shipping", "bulk")
        if name in kept
    }
    return kept


def digest(text: str) -> str:
    """SHA-256 and length of a text, each run of white space as one space."""
    plain = " ".join(text.split())
    return f"sha256:{hashlib.sha256(plain.encode()).hexdigest()} {len(plain)}"


def _at(rows: Sequence[dict[str, Any]], number: int) -> dict[str, Any]:
    return rows[number] if number < len(rows) else {}


def main(pages: Path) -> None:
    """Print the table of docs/market-profiles.md, then every field that differs."""
    every = [one for path in sorted(EXPECTED.glob("*/*.json")) for one in compared(path, pages)]
    print("| market | pages | listings | fields shown | exact | which differ |\n| --- | --: | --: | --: | --: | --- |")
    for market in sorted({one.market for one in every}):
        print(_row(market, [one for one in every if one.market == market]))
    print(_row("all", every))
    for one in every:
        if not one.exact:
            print(f"{one.market}/{one.page} {one.field}: {one.expected!r} was read as {one.found!r}", file=sys.stderr)


def _row(market: str, fields: Sequence[Compared]) -> str:
    exact = sum(one.exact for one in fields)
    differ = Counter(one.field for one in fields if not one.exact)
    named = ", ".join(f"`{field}` {number}" for field, number in differ.most_common()) or "none"
    pages = len({(one.market, one.page) for one in fields})
    listings = sum(one.field == "title" for one in fields)
    return f"| {market} | {pages} | {listings} | {len(fields):,} | {exact / len(fields):.1%} | {named} |"


if __name__ == "__main__":
    main(Path(sys.argv[1]))

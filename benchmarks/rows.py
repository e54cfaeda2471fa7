"""How fast rows become listings: `pipeline.rows` against `csv.DictReader` alone, and search words a title.

Run as `PYTHONPATH=. .venv/bin/python benchmarks/rows.py ../shared/data/darkweb_listings.csv`.
"""

import csv
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from pipeline.records import Listing
from pipeline.rows import chosen, rows
from pipeline.text import deobfuscated, normalised, tokens
from pipeline.values import amounts, countries, money

ROUNDS = 3


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of the fastest of some rounds."""
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def plain(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def main(path: Path) -> None:
    mapping = chosen(path)
    found = [row.found for row in rows(path, mapping, 1)]
    listings = [each for each in found if isinstance(each, Listing)]
    bare, whole = seconds(lambda: plain(path)), seconds(lambda: list(rows(path, mapping, 1)))
    print(
        f"rows {len(found):,}, listings {len({each.id for each in listings}):,}, rejected {len(found) - len(listings)}"
    )
    print(f"csv.DictReader alone  {len(found) / bare:>10,.0f} rows/s  1.00")
    print(f"pipeline.rows         {len(found) / whole:>10,.0f} rows/s  {bare / whole:.2f}")
    titles = [each.title for each in listings]
    texts = [each.description for each in listings if each.description]
    each_text(normalised, titles, texts)
    each_text(deobfuscated, titles, texts)
    each_text(tokens, titles, texts)
    each_text(amounts, titles)
    each_text(money, [each.price_text for each in listings])
    each_text(countries, [each.ships_from_text for each in listings])


def _all(work: Callable[[str], object], texts: Sequence[str]) -> None:
    for text in texts:
        work(text)


def each_text(work: Callable[[str], object], *parts: Sequence[str]) -> None:
    for texts in parts:
        each = seconds(partial(_all, work, texts)) / len(texts)
        print(f"{work.__name__:<14} {each * 1e6:>6.1f} µs for {sum(map(len, texts)) / len(texts):>4.0f} characters")


if __name__ == "__main__":
    shared = Path(__file__).parents[2] / "shared" / "data" / "darkweb_listings.csv"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else shared)

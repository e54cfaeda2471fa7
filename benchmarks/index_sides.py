"""The two indexes that benchmarks/index.py compares: the one that ships, and the prototype of ../shared/notes."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.index import Mergeable, Query, Range, Sort
from pipeline.index.sqlite import SqliteIndex
from pipeline.records import Assessment
from pipeline.taxonomy import Category

PROTOTYPE = Path(__file__).parents[2] / "shared" / "notes" / "embedded_lab" / "embedded_index.py"
COUNT = "SELECT count(*) FROM ft JOIN listing l ON l.id=ft.rowid WHERE ft MATCH ? AND l.price_usd BETWEEN ? AND ?"
PRICES = (500, 40_000)


class Ours:
    """The index that ships."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "index.db"
        self._index = SqliteIndex(self.path)

    def add(self, batch: Sequence[Mergeable]) -> None:
        """Merge a batch."""
        self._index.merge(batch)

    def find(self, words: str, category: Category) -> None:
        """The newest 50 of a category and price with these words, and their number."""
        filters = {"category": (category.value,)}
        ranges = {"price_cents": Range(low=PRICES[0], high=PRICES[1])}
        self._index.search(Query(words=words, filters=filters, ranges=ranges))

    def total(self, words: str) -> None:
        """How many listings have these words."""
        self._index.search(Query(words=words, size=0))

    def facet(self, words: str) -> None:
        """The number of listings with these words by category."""
        self._index.count(["category"], Query(words=words))

    def months(self) -> None:
        """The number of listings by month, category and country."""
        self._index.count(["month", "category", "ships_from"], Query())

    def best(self, words: str) -> None:
        """The 50 most relevant."""
        self._index.search(Query(words=words, sort=Sort.RELEVANCE))

    def vendor(self, name: str) -> None:
        """How many listings a vendor has on one market."""
        self._index.search(Query(filters={"market": ("market7",), "vendor": (name,)}, size=1))

    def queue(self) -> None:
        """The first page of the review queue, likeliest first."""
        filters = {"verdict": ("flagged", "review"), "review": ("open",)}
        self._index.search(Query(filters=filters, sort=Sort.SCORE))

    def close(self) -> None:
        """Let go of the file."""
        self._index.close()


class Prototype:
    """The index of the notes; it keeps fewer facts, no history, and never moves a tag."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "prototype.db"
        spec = importlib.util.spec_from_file_location("embedded_index", PROTOTYPE)
        assert spec is not None
        assert spec.loader is not None
        module: Any = importlib.util.module_from_spec(spec)  # a prototype has no types
        spec.loader.exec_module(module)
        self._index: Any = module.Index(str(self.path), "FULL")

    def add(self, batch: Sequence[Mergeable]) -> None:
        """Create, or classify again, a batch of listings."""
        found = [one for one in batch if isinstance(one, Assessment)]
        if found[0].classification.activation > 1:
            self._index.classify([(one.classification.category.value, 0.5, "m2", 2, one.id) for one in found])
        else:
            self._index.create([_flat(one) for one in found])

    def find(self, words: str, category: Category) -> None:
        """The newest 50 of a category and price with these words, and their number."""
        self._index.search(words, {"category": category.value}, "l.price_usd BETWEEN ? AND ?", PRICES)
        self._index.db.execute(COUNT, (self._index._match(words, {"category": category.value}), *PRICES)).fetchone()  # noqa: SLF001  # it shows no other way

    def total(self, words: str) -> None:
        """How many listings have these words."""
        self._index.count(words)

    def facet(self, words: str) -> None:
        """The number of listings with these words by category."""
        self._index.facet(words, "category")

    def months(self) -> None:
        """The number of listings by month, category and country."""
        self._index.db.execute("SELECT month,category,ship_from,count(*) FROM listing GROUP BY 1,2,3").fetchall()

    def best(self, words: str) -> None:
        """The 50 most relevant."""
        self._index.search(words, rank=True)

    def close(self) -> None:
        """Let go of the file."""
        self._index.db.close()


def _flat(found: Assessment) -> dict[str, object]:
    listing, time_seen = found.listing, int(found.listing.provenance.time.timestamp())
    return {
        "uid": found.id,
        "title": listing.title,
        "description": listing.description,
        "market": listing.market,
        "vendor": listing.vendor,
        "category": found.classification.category.value,
        "ship_from": listing.ships_from[0],
        "ship_to": listing.ships_to[0],
        "price_usd": found.dollars.cents if found.dollars else None,
        "posted_at": time_seen,
        "first_seen": time_seen,
        "last_seen": time_seen,
        "month": found.listing.provenance.time.year * 100 + found.listing.provenance.time.month,
        "label": "other",
        "score": found.classification.score,
        "cls_version": 1,
    }

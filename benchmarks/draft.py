"""How many fields does a drafted profile read right, on layouts that its rules were not made for?"""

import argparse
import hashlib
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from crawlers.draft import draft, written
from crawlers.profile import MarketProfile, read
from crawlers.saved import flat, page_of, read_page
from pipeline.terminal import show_facts, show_json, show_table

TRUTH = Path(__file__).parent / "draft_truth.jsonl"
"""What a reader of the pages wrote down; titles and vendors by the first half of their SHA-256, and no page."""
PAGES = Path(__file__).parents[2] / "shared" / "data" / "market_html"
FIELDS = ("title", "vendor", "price", "ships_from", "ships_to")
MOST = 30
"""Pages that one draft is given."""
GOAL = 0.8


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """What one page says of its offer, or of the offer at one place of it."""

    market: str
    page: str
    place: int
    title: str
    vendor: str
    price: Decimal | None
    currency: str
    ships_from: tuple[str, ...]
    ships_to: tuple[str, ...]


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """How one market is read by a draft of one choice of its pages."""

    market: str
    given: str
    pages: int
    listings: int
    exact: dict[str, float]
    seconds: float

    @property
    def share(self) -> float:
        """Of all fields."""
        return sum(self.exact.values()) / len(self.exact)


def main() -> int:
    """Print the table; 1 where a market stays below the goal, 2 where the pages are not there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=Path, default=PAGES, help="folder of the saved pages")
    parser.add_argument("--wrong", action="store_true", help="print every field that is not exact")
    parser.add_argument("--json", action="store_true", help="print the scores as JSON")
    arguments = parser.parse_args()
    if not arguments.pages.is_dir():
        print(
            f"{arguments.pages}: no saved pages here; the benchmark needs them, and they are not in the repository",
            file=sys.stderr,
        )
        return 2
    scores = [
        score
        for market, told in truths().items()
        for score in scored(market, told, arguments.pages, wrong=arguments.wrong)
    ]
    if arguments.json:
        show_json(scores)
    else:
        show_table(("market", "given", "pages", "listings", *FIELDS, "all", "seconds"), [_row(one) for one in scores])
        mean = sum(one.share for one in scores) / len(scores)
        show_facts({"fields exact, mean over the rows": f"{mean:.1%}", "goal, per market": f"{GOAL:.0%}"})
    return int(any(one.share < GOAL for one in scores))


def truths() -> dict[str, list[Truth]]:
    """The truth by market."""
    found: dict[str, list[Truth]] = defaultdict(list)
    for line in TRUTH.read_text(encoding="utf-8").splitlines():
        one = msgspec.json.decode(line, type=Truth)
        found[one.market].append(one)
    return found


def scored(market: str, told: Sequence[Truth], pages: Path, *, wrong: bool) -> list[Score]:
    """A market drafted from its pages of all kinds, from those with listings, and from one of these alone."""
    known = sorted({pages / one.page for one in told})
    others = [path for path in sorted(known[0].parent.iterdir()) if path not in known]
    step = max(1, len(others) // max(1, MOST - len(known)))
    choices = {
        "mixed": sorted([*known, *others[::step][: max(0, MOST - len(known))]]),
        "listings": known,
        "one page": known[:1],
    }
    return [_score(market, given, chosen, told, pages, wrong=wrong) for given, chosen in choices.items()]


def _score(
    market: str, given: str, chosen: Sequence[Path], told: Sequence[Truth], pages: Path, *, wrong: bool
) -> Score:
    begin = time.perf_counter()
    bare = MarketProfile(market="draft")
    text = written(draft([(path.name, page_of(path, bare)) for path in chosen]))
    seconds = time.perf_counter() - begin
    right: dict[str, list[bool]] = defaultdict(list)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "draft.yaml"
        file.write_text(text, encoding="utf-8")
        profile = read(file)
    for page in sorted({one.page for one in told}):
        rows = [flat(listing) for listing in read_page(pages / page, profile)[0]]
        _compare(rows, [one for one in told if one.page == page], right, f"{market}, {given}, {page}" if wrong else "")
    exact = {name: sum(right[name]) / len(right[name]) for name in FIELDS}
    return Score(
        market=market, given=given, pages=len(chosen), listings=len(told), exact=exact, seconds=round(seconds, 2)
    )


def _compare(
    rows: Sequence[dict[str, object]], told: Sequence[Truth], right: dict[str, list[bool]], label: str
) -> None:
    for number, one in enumerate(told):
        row = rows[number] if number < len(rows) else {}
        for name in FIELDS:
            good = bool(row) and _exact(row, one, name)
            right[name].append(good)
            if label and not good:
                print(f"{label}, {number}: {name} is {str(row.get(name))[:80]!r}", file=sys.stderr)


def _exact(row: dict[str, object], one: Truth, name: str) -> bool:
    if name in ("title", "vendor"):
        return hashlib.sha256(" ".join(str(row[name]).split()).encode()).hexdigest()[:16] == str(getattr(one, name))
    if name == "price":
        return (row["price"], row["currency"]) == (one.price, one.currency)
    return row[name] == (one.ships_from if name == "ships_from" else one.ships_to)


def _row(score: Score) -> list[str]:
    shares = [f"{score.exact[name]:.0%}" for name in FIELDS]
    return [
        score.market,
        score.given,
        str(score.pages),
        str(score.listings),
        *shares,
        f"{score.share:.0%}",
        f"{score.seconds:.1f}",
    ]


if __name__ == "__main__":
    sys.exit(main())

"""How often a sign that the rules find in real listings is one: precision as reviewed, a line a code and source.

Run as `PYTHONPATH=. .venv/bin/python benchmarks/signs.py`; `--unread CODE` shows hits that nobody has reviewed.
"""

import argparse
import csv
import math
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from classifier.signs import signs
from pipeline.records import Import, Listing, Sign, digest
from pipeline.taxonomy import Act, Category, Indicator
from pipeline.terminal import show_json, show_table
from pipeline.values import countries

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
TRUTH = ROOT / "classifier" / "truth" / "signs.jsonl"
CATEGORIES = {
    "firearm": Category.FIREARM,
    "parts": Category.PARTS,
    "ammunition": Category.AMMUNITION,
    "airgun_airsoft": Category.AIR,
    "info_about_weapons": Category.DIGITAL,
    "other_weapon": Category.MELEE,
}
"""The research data's labels; a row of any other label is about no arms here."""
WORDING = ("TI-STL", "TI-XB", "ET-H", "ET-G", "C.SCAM")
"""Codes whose words say the same of any goods: they are also judged on listings of other goods, as if these were firearms."""
SAMPLE = 60
"""Most hits of a code and set that were reviewed, drawn by digest."""
LEAST = 30
"""Reviewed hits below which nothing is claimed."""
Z = 1.96
COLUMNS = ("code", "listings", "hits", "reviewed", "right", "vendors", "markets", "precision [95 %]")
AT = datetime(2024, 1, 1, tzinfo=UTC)


class Review(msgspec.Struct, frozen=True):
    """One reader's verdict on one hit: an offset into a listing, and no text of it."""

    id: str
    code: str
    field: str
    start: int
    end: int
    right: bool
    why: str


class Row(NamedTuple):
    """A listing of the research data."""

    kind: str
    """"dark web", "surface", or "other goods" for dark-web listings that are about no arms."""
    listing: Listing
    category: Category
    act: Act

    @property
    def held_out(self) -> bool:
        """Whether nobody looked at it while the rules were written."""
        return int(self.listing.id[:8], 16) % 5 >= 2


class Hit(NamedTuple):
    """A sign found in a listing."""

    row: Row
    sign: Sign

    @property
    def key(self) -> tuple[str, str, str, int, int]:
        """What a review of it is filed under."""
        sign = self.sign
        return self.row.listing.id, sign.id, sign.field, sign.start, sign.end

    @property
    def rank(self) -> str:
        """Its place in the draw."""
        return digest("draw", *map(str, self.key))


def rows(data: Path) -> Iterator[Row]:
    """Every listing of both files, once a text."""
    goals = {line["listing_id"]: line["ships_to"] for line in read(data / "agora_2014q1_listings.csv")}
    for line in read(data / "darkweb_listings.csv"):
        listing = told(line, line["market"], line["listing_id"], line["ships_from"], line["vendor"])
        category = CATEGORIES.get(line["label"], Category.OTHER)
        if category is Category.OTHER:
            yield Row("other goods", listing, category, Act.OFFER)
            continue
        goal = goals.get(line["listing_id"], "") if line["market"] == "agora" else ""
        listing = msgspec.structs.replace(listing, ships_to=countries(goal), ships_to_text=goal)
        yield Row("dark web", listing, category, Act.OFFER)
    for number, line in enumerate(read(data / "surface_weapon_text.csv"), start=1):
        listing = told(line, "surface", str(number), "", "")
        listing = msgspec.structs.replace(listing, category_path=(line["source"],))
        yield Row("surface", listing, CATEGORIES.get(line["label"], Category.OTHER), act(line))


def read(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def told(line: dict[str, str], market: str, key: str, origin: str, vendor: str) -> Listing:
    return Listing(
        market=market,
        key=key,
        title=line["title"],
        description=line["description"],
        vendor=vendor,
        ships_from=countries(origin),
        ships_from_text=origin,
        provenance=Import(time=AT, file="0" * 64, line=1, mapping="m", activation=1),
    )


def act(line: dict[str, str]) -> Act:
    if line["kind"] == "Want To Buy":
        return Act.REQUEST
    return Act.DISCUSSION if line["label"] == "gun_discussion_not_offer" else Act.OFFER


def hits(found: Iterable[Row]) -> Iterator[Hit]:
    """The signs of each listing, those of one place once; on other goods those of `WORDING`, as if of firearms, and threats."""
    seen = set()
    for row in found:
        other = row.kind == "other goods"
        for sign in signs(row.listing, Category.FIREARM if other else row.category, row.act):
            hit = Hit(row, sign)
            if (not other or sign.id in (*WORDING, Indicator.HARM)) and hit.key not in seen:
                seen.add(hit.key)
                yield hit


def reviews() -> dict[tuple[str, str, str, int, int], Review]:
    """What was reviewed, by what it is filed under."""
    decoder = msgspec.json.Decoder(Review)
    found = map(decoder.decode, TRUTH.read_bytes().splitlines() if TRUTH.exists() else ())
    return {(each.id, each.code, each.field, each.start, each.end): each for each in found}


def sets(found: Iterable[Hit]) -> dict[tuple[str, str], list[Hit]]:
    """The held-out hits by code and kind, in the order of the draw."""
    sorted_out = defaultdict(list)
    for hit in found:
        if hit.row.held_out:
            sorted_out[hit.sign.id, hit.row.kind].append(hit)
    return {name: sorted(sorted_out[name], key=lambda hit: hit.rank) for name in sorted(sorted_out)}


def interval(right: int, total: int) -> str:
    """The share with its 95 % interval (Wilson, 1927); nothing is claimed of few."""
    if total < LEAST:
        return "no claim"
    share = right / total
    middle = share + Z * Z / (2 * total)
    half = Z * math.sqrt(share * (1 - share) / total + Z * Z / (4 * total**2))
    low, high = ((middle + sign * half) / (1 + Z * Z / total) for sign in (-1, 1))
    return f"{share:.1%} [{max(0, low):.1%}, {min(1, high):.1%}]"


def figures(found: Sequence[Hit]) -> Iterator[tuple[str, ...]]:
    """One line a code and kind."""
    known = reviews()
    for (code, kind), each in sets(found).items():
        judged = [hit for hit in each if hit.key in known]
        listings = [hit.row.listing for hit in judged]
        vendors = {(one.market, one.vendor) for one in listings if one.vendor}
        places = {one.category_path or one.market for one in listings}
        right = sum(known[hit.key].right for hit in judged)
        counts = (len(each), len(judged), right, len(vendors), len(places))
        yield code, kind, *map(str, counts), interval(right, len(judged))


def markdown(found: Sequence[Hit]) -> str:
    """The table as docs/signs.md shows it."""
    lines = [COLUMNS, ["---"] * 2 + ["--:"] * 5 + ["---"], *figures(found)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def unread(found: Sequence[Hit], code: str) -> None:
    """Show the drawn hits that nobody has reviewed, with their neighbourhood."""
    known = reviews()
    for (name, kind), each in sets(found).items():
        for hit in each[:SAMPLE] if name == code else ():
            if hit.key not in known:
                text, sign = getattr(hit.row.listing, hit.sign.field), hit.sign
                around = f"{text[max(0, sign.start - 60) : sign.start]}[[{text[sign.start : sign.end]}]]{text[sign.end : sign.end + 60]}"
                print(*hit.key, kind, hit.row.category, " ".join(around.split()), sep="\t")


def main() -> None:
    """Print the reviewed precision, the threats to life found in all listings, and what a listing costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--unread", metavar="CODE")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--markdown", action="store_true", help="the table of docs/signs.md")
    arguments = parser.parse_args()
    listings = list(rows(arguments.data))
    found = list(hits(listings))
    if arguments.unread:
        unread(found, arguments.unread)
        return
    lines = list(figures(found))
    if arguments.markdown:
        print(markdown(found))
        return
    if arguments.json:
        show_json([dict(zip(COLUMNS, line, strict=True)) for line in lines])
        return
    show_table(COLUMNS, lines)
    harm = sum(hit.sign.id == Indicator.HARM for hit in found)
    print(f"threats to life in {len(listings):,} listings, whatever they offer: {harm}")
    cost("no arms", [row for row in listings if row.kind == "other goods"], Category.OTHER)
    cost("arms", [row for row in listings if row.kind == "surface"], Category.FIREARM)


def cost(name: str, listings: Sequence[Row], category: Category) -> None:
    """Print the CPU time of a listing."""
    begun = time.process_time()
    for row in listings:
        signs(row.listing, category, Act.OFFER)
    spent = (time.process_time() - begun) / len(listings) * 1e6
    letters = sum(len(row.listing.title) + len(row.listing.description) for row in listings) / len(listings)
    print(f"{name}: {spent:.0f} µs for {letters:.0f} characters")


if __name__ == "__main__":
    main()

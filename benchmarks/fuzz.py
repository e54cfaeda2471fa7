"""Whether a spoilt page can break or stall extraction: `extract`, links and gates on mutations of pages.

Run as `PYTHONPATH=. .venv/bin/python benchmarks/fuzz.py 10000 [../shared/data/market_html]`. It prints how many mutated
pages were read, what came of them, and the CPU time of the slowest; an exception ends it.
"""

import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from crawlers.extract import extract
from crawlers.gate import gate
from crawlers.links import links
from crawlers.page import Page
from crawlers.profile import MarketProfile, load, read
from crawlers.saved import page_of
from pipeline.codec import decode, message
from pipeline.records import Listing, Rejected

OWN = Path(__file__).parents[1] / "tests" / "pages"
REAL = {
    "agora": "agora",
    "hansa": "hansa_zhenwang",
    "cypher": "htweng_cypher",
    "yellowbrick": "htweng_yellowbrick",
    "apollon": "magnublo_apollon",
    "cryptonia": "magnublo_cryptonia",
    "dream": "magnublo_dream",
}
MOST_CHANGES = 12
LONGEST = 400_000
"""Bytes of a mutated page; longer ones are cut."""
NASTY = (
    b"<", b">", b"<!--", b"-->", b"<![CDATA[", b"<script>", b"</div></div>", b"<b>" * 2_000, b"\x00", b"\xff\xfe", b"&#0;", b"&#xD800;",
    b"&#x1F4A3;", b"1" * 5_000, b"1.," * 2_000, b"no " * 2_000, b"$1 " * 2_000, b"( " * 2_000, b"-----BEGIN PGP PUBLIC KEY BLOCK-----" * 20,
    b"<table><tr>" * 300, b"</table>", b"' \" ", b"\xe2\x80\xae", b"\xcc\x81" * 3_000, b"2 days ago", b"9" * 400 + b" years ago", b"Worldwide except ",
    b"<base href='//[::1'>", b"<a href='http://[/'>x</a>", b"<meta charset=utf-7>", b"<p " + b"a=1 " * 400 + b">", b"<plaintext>", b"<select><option>",
)  # fmt: skip


class Seed(NamedTuple):
    """A page to spoil, and the profile that reads it."""

    page: Page
    profile: MarketProfile


def seeds(pages: Path | None) -> list[Seed]:
    """Our own saved pages, and the real ones where they are there."""
    own = [(path, read(path.parent / "profile.yaml")) for path in sorted(OWN.glob("*/*.html"))]
    real = (
        [(path, load(name)) for name, folder in REAL.items() for path in sorted((pages / folder).iterdir())]
        if pages
        else []
    )
    return [Seed(page_of(path, profile), profile) for path, profile in (*own, *real)]


def mutants(found: Sequence[Seed], count: int, seed: int = 1) -> Iterator[Seed]:
    """So many spoilt pages, the same ones for the same seed."""
    rng = random.Random(seed)
    for _ in range(count):
        chosen, other = rng.choice(found), rng.choice(found)
        body = chosen.page.body
        for _ in range(rng.randint(1, MOST_CHANGES)):
            body = _changed(body, other.page.body, rng)
        yield Seed(Page(capture=chosen.page.capture, body=body[:LONGEST]), chosen.profile)


def _changed(body: bytes, other: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(body) + 1)
    stop = min(len(body), start + rng.choice((1, 10, 100, 1_000, 20_000)))
    match rng.randrange(6):
        case 0:
            return body[:start] + body[stop:]
        case 1:
            return body[:stop] + body[start:stop] * rng.choice((1, 5, 50)) + body[stop:]
        case 2:
            return body[:start] + rng.choice(NASTY) + body[start:]
        case 3:
            return body[:start] + bytes(rng.randrange(256) for _ in range(min(20, stop - start))) + body[stop:]
        case 4:
            return body[:start] + other[start:stop] + body[stop:]
        case _:
            return body.replace(
                rng.choice((b"</", b"=", b'"', b"<div", b"class")), rng.choice(NASTY), rng.randint(1, 3)
            )


def read_whole(spoilt: Seed) -> list[Listing | Rejected]:
    """What a crawl does with a page, without its archive."""
    gate(spoilt.page, spoilt.profile)
    found = extract(spoilt.page, spoilt.profile)
    links(spoilt.page, spoilt.profile)
    for one in found:
        assert isinstance(one, Rejected) or decode(message(one), (Listing,)) == one
    return found


def main(count: int, pages: Path | None) -> None:
    """Read so many spoilt pages and say how long they took."""
    came: Counter[str] = Counter()
    taken: list[float] = []
    for spoilt in mutants(seeds(pages), count):
        start = time.process_time()
        found = read_whole(spoilt)
        taken.append(time.process_time() - start)
        came.update({one.reason if isinstance(one, Rejected) else "listing" for one in found} or {"nothing"})
    taken.sort()
    print(
        f"pages read {len(taken):,}, exceptions 0; CPU ms a page: median {1000 * statistics.median(taken):.1f},",
        end=" ",
    )
    print(f"99 % {1000 * taken[len(taken) * 99 // 100]:.0f}, slowest {1000 * taken[-1]:.0f}")
    print(", ".join(f"{name} {number:,}" for name, number in came.most_common()))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)

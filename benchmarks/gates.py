"""How many gates are found by general signs, and how many other pages are taken for one; tuned and held-out pages apart."""

import argparse
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from crawlers.gates.recognise import recognised
from crawlers.practice.catalogue import market
from crawlers.practice.pages import Pages
from crawlers.practice.server import mirrors
from crawlers.practice.site import Site
from crawlers.profile import MarketProfile
from crawlers.saved import page_of
from pipeline.terminal import show_json, show_table

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "tests" / "pages"
REAL = ROOT.parent / "shared" / "data" / "market_html"
REAL_GATES = {"login_page_saved_cryptonia_login_page_0", "login_page_saved_cryptonia_login_page_1", "anti_ddos_anti_ddos_0", "login_page_login_0"}  # fmt: skip
"""Those among the 349 real pages that are gates, judged by eye."""
Z = 1.96
NOBODY = MarketProfile(market="nobody")


class Figure(NamedTuple):
    """How many pages of a set were taken for a gate."""

    pages: str
    total: int
    gates: int
    """Taken for some gate."""
    named: int | None
    """Taken for the very gate that they are; None where their names do not say which."""

    @property
    def interval(self) -> str:
        """The share with its 95 % interval (Wilson, 1927)."""
        share = self.gates / self.total
        middle = share + Z * Z / (2 * self.total)
        half = Z * (share * (1 - share) / self.total + Z * Z / (4 * self.total**2)) ** 0.5
        low, high = ((middle + sign * half) / (1 + Z * Z / self.total) for sign in (-1, 1))
        return f"{share:.1%} [{max(0, low):.1%}, {min(1, high):.1%}]"


def main() -> None:
    """Print one line a set of pages, and what each page costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    begun = time.process_time()
    found = list(figures())
    spent = time.process_time() - begun
    if arguments.json:
        show_json([figure._asdict() | {"interval": figure.interval} for figure in found])
        return
    rows = [(one.pages, one.total, one.gates, "" if one.named is None else one.named, one.interval) for one in found]
    show_table(("pages", "total", "taken for a gate", "rightly named", "share [95 %]"), rows)
    sys.stdout.write(f"CPU a page, parsing included: {spent / sum(one.total for one in found) * 1000:.1f} ms\n")


def figures() -> Iterator[Figure]:
    """One figure a set: gates should be taken for gates, plain pages not."""
    gates = PAGES / "gates"
    yield _figure("gates, tuned on", sorted((gates / "tuned").glob("*.html")))
    yield _figure("gates, held out", sorted((gates / "held_out").glob("*.html")))
    yield _figure("plain, tuned on", sorted((gates / "tuned_plain").glob("*.html")))
    yield _figure("plain, held out", sorted((gates / "held_out_plain").glob("*.html")))
    real = sorted(REAL.rglob("*.htm*"))
    if real:
        yield _figure("gates, real markets", [path for path in real if _is_gate(path)])
        yield _figure("plain, real markets", [path for path in real if not _is_gate(path)])
    yield _practice()


def _is_gate(path: Path) -> bool:
    return any(path.stem.endswith(name) for name in REAL_GATES)


def _figure(name: str, paths: Sequence[Path]) -> Figure:
    told = [(path, recognised(path, NOBODY)) for path in paths]
    named = sum(gate == path.name.partition("-")[0] for path, gate in told)
    ours = name in ("gates, tuned on", "gates, held out")
    return Figure(name, len(told), sum(gate is not None for _, gate in told), named if ours else None)


def _practice() -> Figure:
    """The practice market's own pages, gates left out."""
    from tempfile import TemporaryDirectory  # noqa: PLC0415  # pages are read from files, as an operator saves them

    drawn = market(7, 200, 0, None)
    site = Site(Pages(drawn), mirrors())
    with TemporaryDirectory(prefix="headstamp-") as folder:
        paths = [
            _saved(Path(folder), number, site.answer(address).body) for number, address in enumerate(_addresses(site))
        ]
        return _figure("plain, practice market", paths)


def _addresses(site: Site) -> Iterable[str]:
    yield from ("/", "/categories", "/vendors", "/rules", "/mirrors", "/search?q=a", "/nowhere")
    yield from (f"/category/{number}" for number in site.pages.paths)
    yield from (f"/vendor/{handle}" for handle in site.pages.market.vendors)
    yield from (f"/listing/{key}" for key in site.pages.market.offers)


def _saved(folder: Path, number: int, body: bytes) -> Path:
    path = folder / f"{number}.html"
    path.write_bytes(body)
    assert page_of(path, NOBODY).body == body
    return path


if __name__ == "__main__":
    main()

"""How fast is the distributed deployment, beside what its servers and its two cores could do?"""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.distributed_index import Asked, Bulk, asked, shares
from benchmarks.distributed_way import way
from benchmarks.servers import server

PARTS = ("bulk", "way", "search")


def main() -> None:
    """Print the figures of one run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=PARTS, help="parts (default: all)")
    parser.add_argument("--listings", type=int, default=20_000, help="listings merged and carried (default: 20,000)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the median counts (default: 3)")
    parser.add_argument("--searched", type=int, default=1_000_000, help="listings searched (default: 1,000,000)")
    parser.add_argument("--no-sqlite", action="store_true", help="do not search SQLite beside")
    arguments = parser.parse_args()
    parts = arguments.only or PARTS
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}")
    with TemporaryDirectory(prefix="headstamp-distributed-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with server("elasticsearch", folder, ES_HEAP="1g") as elastic:
            if "bulk" in parts:
                _show_bulk(shares(elastic, arguments.listings, arguments.rounds))
            if "way" in parts:
                with server("kafka", folder) as kafka:
                    for what, figure in way(kafka, elastic, folder, arguments.listings, arguments.rounds):
                        print(f"{what:46} {figure}", flush=True)
            if "search" in parts:
                _show_asked(asked(elastic, arguments.searched, folder, sqlite=not arguments.no_sqlite))
    print(f"load of the machine after: {os.getloadavg()[0]:.1f}")


def _show_bulk(found: Iterator[Bulk]) -> None:
    """A line each as it comes: a run is long."""
    print(f"{'documents':32} {'a batch':>8} {'raw/s':>8} {'stage/s':>8} {'share':>6} {'raw, ms CPU':>12} {'stage':>6}")
    for each in found:
        print(f"{each.work:32} {each.batch:8,} {each.raw:8,.0f} {each.stage:8,.0f} {each.share:6.2f}", end=" ")
        print(f"{each.cpu_ms[0]:12.2f} {each.cpu_ms[1]:6.2f}", flush=True)


def _show_asked(found: Iterator[Asked]) -> None:
    print(f"{'question, ms':44} {'p50':>8} {'p95':>8} {'SQLite p50':>10} {'p95':>8} {'times faster':>12}")
    for each in found:
        there = each.sqlite or (0.0, 0.0)
        figures = f"{each.elastic[0]:8,.1f} {each.elastic[1]:8,.1f} {there[0]:10,.1f} {there[1]:8,.1f}"
        print(f"{each.work:44} {figures} {there[0] / each.elastic[0]:12.2f}", flush=True)


if __name__ == "__main__":
    main()

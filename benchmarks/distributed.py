"""How fast is the distributed deployment, beside what its servers and its two cores could do?"""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.distributed_index import Asked, Bulk, asked, shares
from benchmarks.distributed_way import way
from benchmarks.servers import server
from pipeline.terminal import show_table

PARTS = ("bulk", "way", "search")


def main() -> None:
    """Print the figures of one run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=PARTS, help="parts (default: all)")
    parser.add_argument("--listings", type=int, default=20_000, help="listings merged and carried (default: 20,000)")
    parser.add_argument("--searched", type=int, default=1_000_000, help="listings searched (default: 1,000,000)")
    parser.add_argument("--no-sqlite", action="store_true", help="do not search SQLite beside")
    arguments = parser.parse_args()
    parts = arguments.only or PARTS
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}")
    with TemporaryDirectory(prefix="headstamp-distributed-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with server("elasticsearch", folder, ES_HEAP="1g") as elastic:
            if "bulk" in parts:
                _show_bulk(shares(elastic.port, arguments.listings))
            if "way" in parts:
                with server("kafka", folder) as kafka:
                    for what, figure in way(kafka, elastic, folder, arguments.listings):
                        print(f"{what:46} {figure}", flush=True)
            if "search" in parts:
                _show_asked(asked(elastic.port, arguments.searched, folder, sqlite=not arguments.no_sqlite))
    print(f"load of the machine after: {os.getloadavg()[0]:.1f}")


def _show_bulk(found: Iterator[Bulk]) -> None:
    rows = [(each.work, each.batch, f"{each.raw:,.0f}", f"{each.stage:,.0f}", f"{each.share:.2f}") for each in found]
    show_table(("documents", "a batch", "raw/s", "stage/s", "share"), rows)
    sys.stdout.flush()


def _show_asked(found: Iterator[Asked]) -> None:
    rows = []
    for each in found:
        there = each.sqlite or (0.0, 0.0)
        ratio = f"{there[0] / each.elastic[0]:.2f}" if each.sqlite else "-"
        rows.append((each.work, *(f"{value:,.1f}" for value in (*each.elastic, *there)), ratio))
    show_table(("question", "p50 ms", "p95 ms", "SQLite p50", "p95", "times faster (p50)"), rows)


if __name__ == "__main__":
    main()

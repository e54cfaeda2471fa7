"""What keeping a page costs: microseconds of CPU a record for cutting, packing, chaining and syncing, and for the check of it."""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from crawlers.evidence.archive import FOLDER, Archive
from crawlers.evidence.record import Digests, Exchange, Origin
from crawlers.evidence.verify import verify

ONION = "a" * 56


def exchange(number: int, body: bytes) -> Exchange:
    now = datetime.now(UTC)
    return Exchange(
        market="practice",
        visit="v",
        url=f"http://{ONION}.onion/listing/{number}",
        requested=now,
        received=now,
        request_headers=[(b"User-Agent", b"x" * 70), (b"Accept", b"text/html"), (b"Accept-Language", b"en-US")],
        status=200,
        response_headers=[(b"Content-Type", b"text/html; charset=utf-8"), (b"Content-Length", b"1")],
        wire=Digests.of(body),
        body=body,
        content_type="text/html; charset=utf-8",
    )


def timed(work: Callable[[int], object], count: int) -> tuple[float, float]:
    """Median CPU and wall time of one, in microseconds."""
    used, waited = [], []
    for number in range(count):
        begun, at = time.process_time_ns(), time.perf_counter_ns()
        work(number)
        used.append((time.process_time_ns() - begun) / 1000)
        waited.append((time.perf_counter_ns() - at) / 1000)
    return statistics.median(used), statistics.median(waited)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", type=Path, help="saved pages to keep (default: invented ones of 6 KB)")
    parser.add_argument("--count", type=int, default=400)
    arguments = parser.parse_args()
    line = "<p class=row><a href=/listing/{0}>Lot {0}</a> an advert of so many words</p>"
    pages = [path.read_bytes() for path in arguments.pages] or [
        "".join(line.format(page * 1000 + number) for number in range(80)).encode() for page in range(50)
    ]
    with tempfile.TemporaryDirectory() as home, closing(Archive(Path(home))) as archive:
        for name, tail in (("response", b"<!--%d-->"), ("revisit", b"<!--%d-->")):
            cpu, wall = timed(
                lambda n, t=tail: archive.keep(exchange(n, pages[n % len(pages)] + t % n), Origin()),  # type: ignore[misc]
                arguments.count,
            )
            print(f"{name}: {cpu:,.0f} µs of CPU, {wall:,.0f} µs with syncs")
        archive.end("practice")
        begun = time.process_time()
        report = verify(Path(home) / FOLDER)
        print(
            f"verify: {(time.process_time() - begun) / report.records * 1e6:,.0f} µs of CPU a record, sound: {report.sound}"
        )
    print(f"pages: {statistics.mean(map(len, pages)):,.0f} bytes on average")


if __name__ == "__main__":
    main()

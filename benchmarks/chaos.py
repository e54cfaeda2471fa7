"""Does anything get lost, or appear twice, when ingest and the stages are killed at random moments?"""

import argparse
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from benchmarks.product import done, running
from pipeline import codec
from pipeline.audit import Audit
from pipeline.broker.sqlite import SqliteBroker
from pipeline.commands.dead import waiting
from pipeline.deployment import STAGES
from pipeline.index import Query
from pipeline.index.document import Document
from pipeline.index.sqlite import SqliteIndex
from pipeline.records import DeadLetter, Decision, Review
from pipeline.terminal import show_facts, show_json
from pipeline.topics import ASSESSMENTS, LISTINGS, REVIEWS, WORK, Topic

SETTINGS = {
    "run_batch": "20",
    "run_wait_s": "0.1",
    "assess_context": "off",  # what is known around a listing depends on what was indexed before it
}
READS = dict(zip(STAGES, (LISTINGS, ASSESSMENTS, REVIEWS), strict=True))
VICTIMS = ("ingest", *STAGES)
WORDS = ("lamp", "blue", "vintage", "set of two", "large", "used", "ceramic", "wool", "oak", "garden")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
REVIEWED = 10
"""Of so many listings one is reviewed."""
LONGEST_S = 0.3
"""A kill falls within this time of the first listing that its round publishes."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What the kills came to."""

    rounds: int
    killed: dict[str, int]
    struck: int
    """How many were at work when they were killed; the others were starting, waiting or done."""
    listings: int
    reviews: int
    faults: list[str]
    """How the disturbed home differs from the undisturbed one; none is what is hoped for."""


def main() -> int:
    """Print what the kills came to; 1 where anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30, help="kills (default: 30)")
    parser.add_argument("--listings", type=int, default=1_000, help="listings published in a round (default: 1000)")
    parser.add_argument("--seed", type=int, default=1, help="what draws victims and moments (default: 1)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    with TemporaryDirectory(prefix="headstamp-chaos-") as folder:
        report = chaos(Path(folder), arguments.rounds, arguments.listings, arguments.seed)
    show_json(report) if arguments.json else show_facts(msgspec.structs.asdict(report))
    return 1 if report.faults else 0


def chaos(folder: Path, rounds: int, listings: int, seed: int) -> Report:
    """Take the same listings and reviews through two homes, in one of them with a kill -9 a round, and compare."""
    draw = random.Random(seed)
    files = [_file(folder / f"{number}.jsonl", number, listings, draw) for number in range(rounds)]
    calm, disturbed = folder / "calm", folder / "disturbed"
    for file in files:
        done("ingest", str(file), home=calm, **SETTINGS)
    done("run", "--once", home=calm, **SETTINGS)
    reviews = _reviews(calm)
    _publish(calm, reviews)
    done("run", "--once", home=calm, **SETTINGS)
    victims = [VICTIMS[number % len(VICTIMS)] for number in range(rounds)]
    struck = _disturb(disturbed, files, reviews, victims, draw)
    return Report(
        rounds=rounds,
        killed={name: victims.count(name) for name in VICTIMS},
        struck=struck,
        listings=len(_documents(calm)),
        reviews=len(reviews),
        faults=list(_faults(calm, disturbed, reviews)),
    )


def _disturb(
    home: Path, files: Sequence[Path], reviews: Sequence[Review], victims: Sequence[str], draw: random.Random
) -> int:
    """Take the files and reviews through a home, killing a victim a file; how many were at work when it came."""
    struck = 0
    with ExitStack() as stack:
        started = {name: stack.enter_context(running(name, home=home, **SETTINGS)) for name in STAGES}
        for number, (file, victim) in enumerate(zip(files, victims, strict=True)):
            before = _owed(home, "chaos", LISTINGS)
            started["ingest"] = stack.enter_context(running("ingest", str(file), home=home, **SETTINGS))
            while _owed(home, "chaos", LISTINGS) == before and started["ingest"].poll() is None:
                time.sleep(0.01)
            _publish(home, reviews[number :: len(files)])
            time.sleep(draw.uniform(0, LONGEST_S))
            struck += _killed(started[victim], at_work=victim == "ingest" or _owed(home, victim, READS[victim]) > 0)
            words = (victim, str(file)) if victim == "ingest" else (victim,)
            started[victim] = stack.enter_context(running(*words, home=home, **SETTINGS))
            started["ingest"].wait()
        for process in started.values():
            process.send_signal(signal.SIGTERM)
            process.wait()
    done("run", "--once", home=home, **SETTINGS)
    return struck


def _killed(process: subprocess.Popen[str], *, at_work: bool) -> bool:
    there = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return there and at_work


def _owed(home: Path, group: str, topic: Topic) -> int:
    with closing(SqliteBroker(home / "log.db")) as broker:
        return broker.lag(topic.name, group)


def _faults(calm: Path, disturbed: Path, reviews: Sequence[Review]) -> Iterator[str]:
    expected, found = _documents(calm), _documents(disturbed)
    for id_ in sorted(expected.keys() - found.keys()):
        yield f"listing {id_} is lost"
    for id_ in sorted(found.keys() - expected.keys()):
        yield f"listing {id_} is too many"
    for id_ in sorted(expected.keys() & found.keys()):
        if expected[id_] != found[id_]:
            yield f"listing {id_} differs"
    with closing(Audit(disturbed)) as audit:
        if fault := audit.verify():
            yield f"audit: {fault}"
        if sorted(entry.id for entry in audit.entries()) != sorted(review.id for review in reviews):
            yield "audit: not one entry a review"
    for name in ("log.db", "index.db", "audit.db"):
        yield from _damage(disturbed / name)
    for topic in WORK:
        yield from (f"{topic.dead}: {letter.reason}" for letter in _letters(disturbed, topic))


def _letters(home: Path, topic: Topic) -> Iterator[DeadLetter]:
    with closing(SqliteBroker(home / "log.db")) as broker:
        yield from (letter.letter for letter in waiting(broker, topic.name))


def _damage(path: Path) -> Iterator[str]:
    with closing(sqlite3.connect(path)) as connection:
        found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    if found != "ok":
        yield f"{path.name}: {found}"


def _documents(home: Path) -> dict[str, Document]:
    with closing(SqliteIndex(home / "index.db")) as index:
        return {hit.id: hit.document for hit in index.scan(Query())}


def _reviews(home: Path) -> list[Review]:
    current = [document.current for document in _documents(home).values() if document.current]
    chosen = sorted((each.listing for each in current), key=lambda listing: listing.id)[::REVIEWED]
    return [
        Review(
            id=f"review-{number}",
            listing_id=listing.id,
            version=listing.version,
            decision=Decision.OUT_OF_SCOPE,
            analyst="chaos",
            time=BEGIN + timedelta(minutes=number),
        )
        for number, listing in enumerate(chosen)
    ]


def _publish(home: Path, reviews: Sequence[Review]) -> None:
    with closing(SqliteBroker(home / "log.db")) as broker:
        broker.publish(REVIEWS.name, codec.messages(reviews))


def _file(path: Path, number: int, listings: int, draw: random.Random) -> Path:
    """A file of invented listings, a quarter of which came in an earlier file at another price."""
    first = number * listings * 3 // 4
    rows = (
        {
            "market": "chaos",
            "listing_id": str(key),
            "title": " ".join(draw.sample(WORDS, 3)),
            "vendor": f"vendor {key % 17}",
            "price": f"{draw.randrange(100, 99_999) / 100} USD",
            "date": (BEGIN + timedelta(days=number)).date().isoformat(),
        }
        for key in range(first, first + listings)
    )
    path.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    return path


if __name__ == "__main__":
    sys.exit(main())

"""Does anything get lost, or appear twice, when Kafka, Elasticsearch and the stages fail at random moments under load?"""

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import cycle, takewhile
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from benchmarks.chaos_faults import FAULTS
from benchmarks.chaos_load import Sent, decided, loads, poison, subjects
from benchmarks.chaos_site import CALM, Site, site
from benchmarks.product import done, environment
from headstamp import deployment
from pipeline.audit import Audit
from pipeline.broker import START
from pipeline.commands.dead import waiting
from pipeline.deployment import Deployment
from pipeline.errors import BrokerUnavailableError
from pipeline.index import Query
from pipeline.index.document import Document
from pipeline.settings import load
from pipeline.terminal import show_json, show_table
from pipeline.topics import ASSESSMENTS, LISTINGS, REVIEWS

LATEST_S = 2.0
"""A fault strikes within this time of the first message of its round."""
PATIENCE_S = 300.0
"""How long after a fault the stages may take to work what they owe."""
DISK_BYTES = 256 * 2**20


class Struck(msgspec.Struct, frozen=True, kw_only=True):
    """One round: what struck, and how the stages came out of it."""

    fault: str
    at_work: bool
    """Whether messages were owed when it struck."""
    seconds: float
    """From the end of the fault until nothing was owed; below 0 where something still was when patience ended."""
    ended: int
    """Stages that ended by themselves meanwhile, and were started again."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What the rounds came to."""

    rounds: tuple[Struck, ...]
    listings: int
    reviews: int
    poison: int
    repeated: int
    """Assessments and sightings that stand on the log more than once; the index merges such."""
    faults: tuple[str, ...]
    """How the disturbed index, audit and dead letters differ from what they should be; none is what is hoped for."""


def main() -> int:
    """Print what the rounds came to; 1 where anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100, help="faults, each kind in its turn (default: 100)")
    parser.add_argument("--listings", type=int, default=300, help="listings published in a round (default: 300)")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long a server is away (default: 5)")
    parser.add_argument("--long", action="store_true", help="servers are away for 60 seconds")
    parser.add_argument("--minutes", type=float, default=600.0, help="no round begins after these (default: 600)")
    parser.add_argument("--seed", type=int, default=1, help="what draws moments and order (default: 1)")
    parser.add_argument("--only", action="append", choices=list(FAULTS), help="faults (default: all)")
    parser.add_argument("--files", action="append", choices=("kafka", "elastic"), help="a file in place of this server")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    with TemporaryDirectory(prefix="headstamp-chaos-", ignore_cleanup_errors=True) as folder:
        report = chaos(
            Path(folder),
            arguments.only or list(FAULTS),
            rounds=arguments.rounds,
            listings=arguments.listings,
            seconds=60.0 if arguments.long else arguments.seconds,
            seed=arguments.seed,
            minutes=arguments.minutes,
            servers={"kafka", "elastic"} - set(arguments.files or ()),
        )
    show_json(report) if arguments.json else _show(report)
    return 1 if report.faults else 0


def chaos(
    folder: Path,
    names: Sequence[str],
    *,
    rounds: int,
    listings: int,
    seconds: float,
    seed: int,
    servers: AbstractSet[str],
    minutes: float = 600.0,
) -> Report:
    """Take the same load through a site where a fault strikes each round, and through a calm home, and compare."""
    draw, until = random.Random(seed), time.monotonic() + 60 * minutes
    loaded = loads(rounds, listings, draw, refused="elastic" in servers)
    with (
        small_disk(folder / "home") as is_small,
        site(folder, kafka="kafka" in servers, elastic="elastic" in servers) as struck,
    ):
        turns = zip(loaded, cycle(_possible(names, servers, is_small=is_small)), strict=False)
        timely = takewhile(lambda _: time.monotonic() < until, turns)
        done_rounds = [_round(struck, load_, name, draw, seconds) for load_, name in timely]
        sent, parts = loaded[: len(done_rounds)], struck.parts()
        return Report(
            rounds=tuple(done_rounds),
            listings=len(subjects(sent)),
            reviews=len(decided(sent)),
            poison=len(poison(sent)),
            repeated=_repeated(parts),
            faults=tuple(_faults(_calm(folder / "calm", sent), parts, sent)),
        )


def _possible(names: Sequence[str], servers: AbstractSet[str], *, is_small: bool) -> list[str]:
    """The faults that can be done here; the others are named on stderr, with what they need."""
    there = {*servers, *(["small disk"] if is_small else []), *(["compiler"] if shutil.which("cc") else [])}
    for name in names:
        if lacking := set(FAULTS[name].needs) - there:
            sys.stderr.write(f"left out: {name} (needs {', '.join(sorted(lacking))})\n")
    return [name for name in names if not set(FAULTS[name].needs) - there]


def _calm(home: Path, sent: Sequence[Sequence[Sent]]) -> Deployment:
    """A home on files that the load went through without a fault, and without the poison."""
    parts = deployment(load(environment(home, CALM)))
    with closing(parts.broker()) as broker:
        for topic in (LISTINGS, REVIEWS):
            whole = (each for load_ in sent for each in load_)
            broker.publish(topic.name, [each.message for each in whole if each.topic is topic and not each.poison])
    done("run", "--once", home=home, **CALM)
    return parts


def _round(struck: Site, sent: Sequence[Sent], name: str, draw: random.Random, seconds: float) -> Struck:
    before = struck.ended.total()
    sys.stderr.write(f"{time.strftime('%X')} {name}: begins\n")
    with ThreadPoolExecutor(max_workers=1) as pool:
        publishing = pool.submit(struck.publish, sent)
        time.sleep(draw.uniform(0, LATEST_S))
        at_work = publishing.running() or struck.owed() > 0
        FAULTS[name].strike(struck, draw, seconds)
        begun = time.monotonic()
        publishing.result()
    caught_up = _caught_up(struck)
    taken = time.monotonic() - begun
    said = "nothing is owed" if caught_up else "something is STILL owed"
    sys.stderr.write(f"{time.strftime('%X')} {name}: {said} after {taken:.1f} s\n")
    return Struck(
        fault=name,
        at_work=at_work,
        seconds=round(taken, 1) if caught_up else -1.0,
        ended=struck.ended.total() - before,
    )


def _caught_up(struck: Site) -> bool:
    """Whether nothing is owed, and stays so, before patience ends."""
    until, calm = time.monotonic() + PATIENCE_S, 0
    while time.monotonic() < until:
        try:
            calm = calm + 1 if struck.owed() == 0 else 0
        except BrokerUnavailableError:
            calm = 0
        if calm > 1:
            return True
        time.sleep(0.2)
    return False


def _faults(calm: Deployment, parts: Deployment, sent: Sequence[Sequence[Sent]]) -> Iterator[str]:
    expected, found = documents(calm, subjects(sent)), documents(parts, subjects(sent))
    yield from differences(expected, found)
    with closing(Audit(parts.settings.root)) as audit:
        if fault := audit.verify():
            yield f"audit: {fault}"
        if sorted(entry.id for entry in audit.entries()) != sorted(decided(sent)):
            yield "audit: not one entry a review"
    with closing(parts.broker()) as broker:
        letters = {(each.topic, each.letter.value): each.letter.reason for each in waiting(broker)}
    for topic, value in sorted(letters.keys() - poison(sent)):
        yield f"dead letter of {topic} that is no poison: {value[:60]!r}: {letters[topic, value]}"
    for topic, value in sorted(poison(sent) - letters.keys()):
        yield f"poison of {topic} is not among the dead letters: {value[:60]!r}"


def documents(parts: Deployment, known: set[str]) -> dict[str, Document]:
    """Every document of an index by its id: those that searches show, and of the known ids those that they pass over."""
    with closing(parts.index()) as index:
        hits = list(index.scan(Query()))
        shown = {hit.id: hit.document for hit in hits}
        assert len(shown) == len(hits), "a listing is there twice"
        hidden = ((id_, index.get(id_)) for id_ in known - shown.keys())
        return shown | {id_: hit.document for id_, hit in hidden if hit}


def differences(expected: Mapping[str, Document], found: Mapping[str, Document]) -> Iterator[str]:
    """How one set of documents differs from another, a line a listing."""
    for id_ in sorted(expected.keys() - found.keys()):
        yield f"listing {id_} is lost"
    for id_ in sorted(found.keys() - expected.keys()):
        yield f"listing {id_} is too many"
    for id_ in sorted(expected.keys() & found.keys()):
        if expected[id_] != found[id_]:
            yield f"listing {id_} differs"


def _repeated(parts: Deployment) -> int:
    with closing(parts.broker()) as broker:
        values = [each.value for each in broker.read(ASSESSMENTS.name, START)]
    return len(values) - len(set(values))


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A folder on a disk of its own that is soon full, where this user may mount one; whether it is."""
    folder.mkdir(parents=True)
    options = ["-t", "tmpfs", "-o", f"size={DISK_BYTES}", "headstamp-chaos", str(folder)]
    is_small = os.geteuid() == 0 and subprocess.run(["mount", *options], check=False).returncode == 0
    try:
        yield is_small
    finally:
        if is_small:
            subprocess.run(["umount", "--lazy", folder], check=False)


def _show(report: Report) -> None:
    rows = []
    for name in dict.fromkeys(each.fault for each in report.rounds):
        found = [each for each in report.rounds if each.fault == name]
        seconds = [each.seconds for each in found]
        struck, ended = sum(each.at_work for each in found), sum(each.ended for each in found)
        rows.append((name, len(found), struck, ended, statistics.median(seconds), max(seconds), min(seconds) < 0))
    show_table(("fault", "rounds", "at work", "ended", "median s", "worst s", "stuck"), rows)
    print(f"{report.listings} listings, {report.reviews} reviews and erasures, {report.poison} poison messages")
    print(f"{report.repeated} records on the log more than once; {len(report.faults)} faults")
    for fault in report.faults[:50]:
        print(fault)


if __name__ == "__main__":
    sys.exit(main())

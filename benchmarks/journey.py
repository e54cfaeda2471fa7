"""What the way through log and stages costs: ingest + assess + index of a file, as a share of the raw index rate."""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import ClassVar

from headstamp import MODEL, deployment
from pipeline.broker.sqlite import SqliteBroker
from pipeline.commands.ingest import ingested
from pipeline.context import no_context
from pipeline.deployment import policy
from pipeline.index.sqlite import SqliteIndex
from pipeline.policy import Cut, Policy
from pipeline.rates import Rates
from pipeline.records import Assessment, Classification, Context, Listing
from pipeline.rows import batches, chosen, rows
from pipeline.settings import Settings
from pipeline.stages import Classifier, Stage, assess_stage, assessments, index_stage
from pipeline.taxonomy import Category, Track
from pipeline.worker import run_once

GOAL = 0.45
BATCH = 500
FILE = Path(__file__).parents[2] / "shared" / "data" / "darkweb_listings.csv"


class Constant:
    """A classifier that costs nothing."""

    digest = "constant"
    thresholds: ClassVar = {Track.OFFERS: Cut(review_at=0.5, flag_at=0.9)}

    def classify(self, listings: Sequence[Listing], _contexts: Sequence[Context]) -> Sequence[Classification]:
        """The same for every listing."""
        same = Classification(score=0.0, category=Category.OTHER, model=self.digest, activation=1)
        return [same] * len(listings)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", default=FILE, help="CSV or JSONL of listings")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the median counts")
    arguments = parser.parse_args()
    print(f"{'':24}{'rows/s':>10}{'share of raw index':>22}")
    raw = median(arguments.rounds, lambda home: raw_index(arguments.file, home))
    print(f"{'raw index':24}{raw:10,.0f}{1:22.2f}")
    for name in ("constant", "shipped model"):
        rate = median(arguments.rounds, lambda home, name=name: journey(arguments.file, home, name))  # type: ignore[misc]  # a loop's value, bound now
        print(f"{name:24}{rate:10,.0f}{rate / raw:22.2f}")
    print(f"goal: {GOAL} with the constant classifier")


def median(rounds: int, measured: Callable[[Path], float]) -> float:
    found = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            found.append(measured(Path(folder)))
    return sorted(found)[rounds // 2]


def raw_index(file: Path, home: Path) -> float:
    """Rows a second of merging assessments that are made already."""
    listings = [row.found for row in rows(file, chosen(file), 1) if isinstance(row.found, Listing)]
    ready: list[Assessment] = assessments(listings, Constant(), constant_policy(), Rates.of(home), no_context)
    with closing(SqliteIndex(home / "index.db")) as index:
        begun = time.perf_counter()
        for batch in batches(ready, BATCH):
            index.merge(batch)
        return len(ready) / (time.perf_counter() - begun)


def journey(file: Path, home: Path, name: str) -> float:
    """Rows a second from the file to the index, one stage after the other as `run --once` does."""
    parts = deployment(Settings(home=str(home)))
    classifier: Classifier = Constant() if name == "constant" else parts.classifier()
    in_force = constant_policy() if name == "constant" else policy(parts, classifier)
    with (
        closing(SqliteBroker(home / "log.db")) as broker,
        closing(SqliteIndex(home / "index.db")) as index,
        closing(parts.activations()) as activations,
    ):
        begun = time.perf_counter()
        done, _ = ingested([(file, chosen(file))], broker, activations, lambda _lines: None)
        stages: list[Stage] = [assess_stage(classifier, in_force, Rates.of(home), no_context), index_stage(index)]
        for stage in stages:
            run_once(stage, broker, size=BATCH, wait=1.0)
        return done.rows / (time.perf_counter() - begun)


def constant_policy() -> Policy:
    """Nothing is flagged."""
    return Policy(cuts={Track.OFFERS: Cut(review_at=0.5, flag_at=0.9)})


if __name__ == "__main__":
    assert MODEL.is_dir(), f"{MODEL}: no model; `headstamp train` makes one"
    main()

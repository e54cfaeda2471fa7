"""Measures the targets that no training is needed for, entities and explanations, and writes them where a report looks for them.

Run as `PYTHONPATH=. .venv/bin/python benchmarks/targets.py SCORED --model models/stack-1`, then `headstamp evaluate --scored SCORED`.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np

from classifier.entities import entities
from classifier.linear import Floats
from classifier.metrics.draws import Estimate, drawn
from classifier.metrics.figures import FEWEST, FEWEST_VENDORS
from classifier.report import tables
from classifier.report.files import ELSEWHERE
from classifier.report.shape import HEADLINE, Side, Target
from classifier.store import load
from classifier.truth.annotated import Read, read
from classifier.truth.examples import darkweb
from classifier.truth.score import ALL, KindFigures, figures
from pipeline.errors import ModelRejectedError, SettingsError
from pipeline.records import Classification, Context, Import, Listing
from pipeline.stages import Classifier
from pipeline.taxonomy import Track
from pipeline.terminal import show_table

DATA = Path(__file__).parents[2] / "shared" / "data"
ENTITY_F1, LOWERED = 0.94, 0.95
BATCH = 500
NEVER = datetime(2000, 1, 1, tzinfo=UTC)


def main() -> int:
    """Write the targets and print them; 2 where the model or the research data cannot be read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help=f"where {ELSEWHERE} is written: the folder of the scored examples")
    parser.add_argument("--model", type=Path, required=True, help="a model directory")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the research data")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    try:
        found = (
            *named(read(arguments.data), arguments.seed),
            explained(flagged(posted(arguments.data), arguments.model), load(arguments.model, 0), arguments.seed),
        )
    except (ModelRejectedError, SettingsError) as error:
        print(f"NOTHING WAS MEASURED. {error}", file=sys.stderr)
        return 2
    write(found, arguments.folder)
    shown = tables.targets(found)
    show_table(shown.head, shown.lines)
    return 0


def write(found: Sequence[Target], folder: Path) -> None:
    """Put the targets where a report on this folder looks for them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ELSEWHERE).write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")


def named(reads: Sequence[Read], seed: int) -> Iterator[Target]:
    """How well entities are found in the dark-web test part: all kinds together, and each with enough spans of enough vendors."""
    chosen = [each for each in reads if (each.annotated.data, each.annotated.part) == (HEADLINE, "test")]
    for kind in reversed(figures(chosen, entities, seed)):
        if kind.kind == ALL or _binds(kind.marked, kind.vendors):
            yield _entity(kind)


def posted(data: Path) -> list[Listing]:
    """The dark-web listings of the research data, with the market's own section."""
    told = Import(time=NEVER, file="", line=0, mapping="", activation=0)
    return [
        Listing(
            market=each.market,
            key=each.origin,
            title=each.title,
            description=each.description,
            vendor=each.vendor,
            category_path=each.path,
            provenance=told,
        )
        for each in darkweb(data)
    ]


def flagged(listings: Sequence[Listing], model: Path) -> list[Listing]:
    """Those that a model flags; the screen spares the encoder the others."""
    classifier = load(model, 0, screen="on")
    flag_at = classifier.thresholds[Track.OFFERS].flag_at
    said = classified(classifier, listings)
    return [listing for listing, found in zip(listings, said, strict=True) if found.score >= flag_at]


def explained(listings: Sequence[Listing], classifier: Classifier, seed: int) -> Target:
    """The share of flagged listings whose score falls once the heaviest span is deleted; without a span it does not."""
    said = classified(classifier, listings)
    without = classified(classifier, [_without(*each) for each in zip(listings, said, strict=True)])
    lowered = np.array([after.score < before.score for before, after in zip(said, without, strict=True)], dtype=float)
    vendors = {listing.vendor for listing in listings if listing.vendor}
    return Target(
        name="flags whose score falls without the first span",
        side=Side.AT_LEAST,
        wanted=LOWERED,
        reached=_share(lowered, listings, seed),
        n=len(listings),
        vendors=len(vendors),
        binds=_binds(len(listings), len(vendors)),
        note=f"dark web, whole data, most of it taught; {sum(not each.spans for each in said)} without a span",
    )


def classified(classifier: Classifier, listings: Sequence[Listing]) -> list[Classification]:
    """What a classifier says of listings whose surroundings it is not told."""
    batches = (listings[start : start + BATCH] for start in range(0, len(listings), BATCH))
    return [found for batch in batches for found in classifier.classify(batch, [Context()] * len(batch))]


def _without(listing: Listing, said: Classification) -> Listing:
    """A listing without its heaviest span."""
    if not said.spans:
        return listing
    top = said.spans[0]
    text = getattr(listing, top.field)
    return msgspec.structs.replace(listing, **{top.field: text[: top.start] + text[top.end :]})


def _share(lowered: Floats, listings: Sequence[Listing], seed: int) -> Estimate | None:
    """The share with its interval, vendors drawn again."""
    names = [listing.vendor or f"row {number}" for number, listing in enumerate(listings)]
    groups = np.unique(names, return_inverse=True)[1].astype(np.int64)
    return drawn(lambda weights: float(weights @ lowered / weights.sum()) if len(weights) else None, groups, seed)


def _entity(kind: KindFigures) -> Target:
    value, interval = kind.exact.f1, kind.exact.interval
    return Target(
        name="entity F1" if kind.kind == ALL else f"entity F1: {kind.kind}",
        side=Side.AT_LEAST,
        wanted=ENTITY_F1,
        reached=Estimate(value=value, low=interval[0], high=interval[1]) if value is not None and interval else None,
        n=kind.marked,
        vendors=kind.vendors,
        binds=_binds(kind.marked, kind.vendors),
        note="exact spans, dark web, annotated test part; n is spans",
    )


def _binds(count: int, vendors: int) -> bool:
    return count >= FEWEST and vendors >= FEWEST_VENDORS


if __name__ == "__main__":
    sys.exit(main())

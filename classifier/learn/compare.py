"""Compares an old and a new model on examples that neither has learnt, and says why the old one should stay."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from classifier.metrics.figures import CLAIMED, Difference, Figures, difference, figures
from classifier.metrics.judged import Judged
from classifier.metrics.measures import Measure
from classifier.reference import key_of
from classifier.truth.examples import Example
from pipeline.records import Classification, Context, Import, Listing
from pipeline.stages import Classifier
from pipeline.taxonomy import Track

OLD, NEW = "old", "new"
TOLERANCE, FEW_TOLERANCE = 0.005, 0.05
"""By how much a figure may fall: the noise of training again, and on fewer than thirty examples that of one more mistake."""
ALARMS = 0.002
"""By how much the share of false alarms may rise."""
BATCH = 500
_COMPARED = (Measure.PR_AUC, Measure.F1)
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Both models on one part of the fixed set."""

    name: str
    old: Figures
    new: Figures
    gains: tuple[Difference, ...]


def compared(parts: Mapping[str, Sequence[Example]], old: Classifier, new: Classifier, seed: int) -> tuple[Part, ...]:
    """Both models on every part that has examples; parts are never pooled."""
    return tuple(
        _part(name, judged(examples, {OLD: old, NEW: new}), seed) for name, examples in parts.items() if examples
    )


def worse(parts: Sequence[Part]) -> tuple[str, ...]:
    """Why the new model should not replace the old one, in words; none where it may."""
    return tuple(reason for part in parts for reason in _reasons(part))


def judged(examples: Sequence[Example], classifiers: Mapping[str, Classifier]) -> list[Judged]:
    """What the classifiers say of some examples."""
    listings = [_listing(each) for each in examples]
    said = {name: _classified(classifier, listings) for name, classifier in classifiers.items()}
    return [
        Judged(
            id=key_of(each.title, each.description),
            source=each.source,
            market=each.market,
            vendor=each.vendor,
            category=each.category,
            act=each.act,
            in_scope=each.in_scope,
            scores={name: found[place].score for name, found in said.items()},
            flagged={
                name: found[place].score >= classifiers[name].thresholds[Track.OFFERS].flag_at
                for name, found in said.items()
            },
        )
        for place, each in enumerate(examples)
    ]


def _part(name: str, rows: Sequence[Judged], seed: int) -> Part:
    gains = (difference(rows, OLD, NEW, measure, seed=seed) for measure in _COMPARED)
    return Part(
        name=name,
        old=figures(rows, OLD, seed),
        new=figures(rows, NEW, seed),
        gains=tuple(gain for gain in gains if gain is not None),
    )


def _reasons(part: Part) -> Iterator[str]:
    allowed = TOLERANCE if part.old.counts.listings >= CLAIMED else FEW_TOLERANCE
    for gain in part.gains:
        if gain.gain.value < -allowed:
            before, after = part.old.value(gain.measure), part.new.value(gain.measure)
            yield f"{part.name}: {gain.measure.value} falls from {before:.3f} to {after:.3f} ({part.old.counts.listings:,} examples)"
    before, after = part.old.value(Measure.FALSE_ALARM_RATE), part.new.value(Measure.FALSE_ALARM_RATE)
    more = part.new.false_alarms - part.old.false_alarms
    if before is not None and after is not None and after - before > ALARMS and more > 1:
        yield f"{part.name}: false alarms rise from {part.old.false_alarms:,} to {part.new.false_alarms:,}"


def _classified(classifier: Classifier, listings: Sequence[Listing]) -> list[Classification]:
    starts = range(0, len(listings), BATCH)
    batches = (listings[start : start + BATCH] for start in starts)
    return [found for batch in batches for found in classifier.classify(batch, [Context()] * len(batch))]


def _listing(example: Example) -> Listing:
    provenance = Import(time=_NEVER, file="", line=0, mapping="", activation=0)
    return Listing(
        market=example.market,
        key=key_of(example.title, example.description),
        title=example.title,
        description=example.description,
        vendor=example.vendor,
        provenance=provenance,
    )

"""Measures a classifier on any labelled file of the shared schema: a set that nobody here has seen."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from classifier.metrics.classes import Classes, protocol_class, protocol_class_given, told
from classifier.metrics.draws import wilson
from classifier.metrics.figures import Figures, figures
from classifier.metrics.judged import Judged
from classifier.metrics.labelled import Case, LeftOut, cases
from classifier.metrics.measures import room
from classifier.metrics.slices import Slice, languages, slices
from classifier.reference import Reference, key_of
from pipeline.errors import SettingsError
from pipeline.policy import Policy, verdicts
from pipeline.records import Context
from pipeline.rows import batches
from pipeline.rows.source import digest_of
from pipeline.stages import Classifier
from pipeline.taxonomy import Category, Track, Verdict

BATCH = 500
SYSTEM, SOURCE = "classifier", "file"
ALL, UNSEEN, MARKET = "all rows", "rows whose text the model has not seen", "market"
UNTOLD = "untold"
"""The language of a row of which neither the file nor the classifier names one."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Some rows of a file, and how well the classifier tells them."""

    name: str
    figures: Figures


class Outside(msgspec.Struct, frozen=True, kw_only=True):
    """How a classifier does on a file."""

    file: str
    model: str
    flag_at: float
    rows: int
    left_out: dict[str, int]
    """Rows that could not be read or tell no truth, by reason."""
    repeated: int
    """Rows whose text an earlier row has."""
    seen: int
    """Rows whose text the model was trained on; the figures on them flatter."""
    warnings: tuple[str, ...]
    parts: tuple[Part, ...]
    labels: tuple[Slice, ...]
    """Every label of the file with what was flagged of it."""
    languages: tuple[Slice, ...]
    """Every language, as the file says, else as the classifier does, else `UNTOLD`."""
    classes: Classes | None
    """None where the file names no category of what is in scope."""

    @property
    def thin(self) -> bool:
        """Whether more than half of the rows were left out, so that the figures tell little of the file."""
        return 2 * sum(self.left_out.values()) > self.rows


def outside(
    path: Path,
    classifier: Classifier,
    policy: Policy,
    reference: Reference | None,
    *,
    seed: int,
    move: Callable[[int], None] = lambda _steps: None,
) -> Outside:
    """Score a file and compare with its labels; nothing is stored. Each row stands for itself where no vendor is named."""
    left_out = LeftOut()
    judged = [
        row for batch in batches(cases(path, left_out), BATCH) for row in _judged(batch, classifier, policy, move)
    ]
    if not judged:
        reasons = "; ".join((left_out.told or "it has no rows", *left_out.unknown))
        raise SettingsError(f"{path}: no row tells the truth and can be read; {reasons}")
    texts = [row.id for row in judged]
    seen = [reference is not None and reference.knows(text) for text in texts]
    unseen = [row for row, known in zip(judged, seen, strict=True) if not known]
    return Outside(
        file=digest_of(path),
        model=classifier.digest,
        flag_at=policy.cuts[Track.OFFERS].flag_at,
        rows=len(judged) + left_out.reasons.total(),
        left_out=dict(left_out.reasons),
        repeated=len(texts) - len(set(texts)),
        seen=sum(seen),
        warnings=(*_warnings(path, reference, judged, sum(seen)), *left_out.unknown),
        parts=tuple(_parts(judged, unseen, seed)),
        labels=slices(judged, SYSTEM),
        languages=languages(judged, SYSTEM),
        classes=_classes(judged, seed),
    )


def _judged(
    batch: Sequence[Case], classifier: Classifier, policy: Policy, move: Callable[[int], None]
) -> Iterator[Judged]:
    listings = [case.listing for case in batch]
    for case, found in zip(batch, classifier.classify(listings, [Context()] * len(batch)), strict=True):
        listing = case.listing
        asked = verdicts(listing, found, policy)
        yield Judged(
            id=key_of(listing.title, listing.description),
            market=listing.market,
            vendor=listing.vendor.strip().lower(),
            source=SOURCE,
            language=case.language or found.language or UNTOLD,
            slice=case.label,
            category=case.category,
            act=case.act,
            in_scope=case.in_scope,
            scores={SYSTEM: found.score},
            flagged={SYSTEM: asked[Track.OFFERS] is Verdict.FLAGGED},
            given_category=found.category,
            given_act=found.act,
            verdicts=asked,
            screened=found.screened,
        )
    move(len(batch))


def _parts(judged: Sequence[Judged], unseen: Sequence[Judged], seed: int) -> Iterator[Part]:
    yield Part(name=ALL, figures=_figures(judged, seed))
    if unseen and len(unseen) < len(judged):
        yield Part(name=UNSEEN, figures=_figures(unseen, seed))
    markets = sorted({row.market for row in judged})
    for market in markets if len(markets) > 1 else ():
        held = [row for row in judged if row.market == market]
        yield Part(name=f"{MARKET} {market}", figures=_figures(held, seed))


def _figures(judged: Sequence[Judged], seed: int) -> Figures:
    """The figures that so many rows can have."""
    found = figures(judged, SYSTEM, seed)
    kept = {name: value for name, value in found.measures.items() if room(name, len(judged))}
    return msgspec.structs.replace(found, measures=kept)


def _classes(judged: Sequence[Judged], seed: int) -> Classes | None:
    """How well the categories are told, over the rows whose category is known or that are out of scope."""
    rows = [row for row in judged if not row.in_scope or row.category != Category.UNKNOWN]
    if not any(row.category != Category.UNKNOWN for row in rows):
        return None
    return told(rows, protocol_class, protocol_class_given(SYSTEM), seed)


def _warnings(path: Path, reference: Reference | None, judged: Sequence[Judged], seen: int) -> Iterator[str]:
    if reference is None:
        yield "the model does not say what it was trained on; if these rows were among it, the figures flatter"
    elif digest_of(path) in reference.files.values():
        yield "the model was trained on this very file: these are no test figures"
    elif seen:
        found = wilson(seen, len(judged))
        assert found
        yield f"the model was trained on the texts of {seen:,} of {len(judged):,} rows ({found.value:.1%}): the figures flatter"
    if not any(row.in_scope for row in judged):
        yield "no row is in scope: only false alarms are measured"

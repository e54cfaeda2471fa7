"""Measures a classifier on any labelled file of the shared schema: a set that nobody here has seen."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from classifier.metrics.classes import Classes, protocol_class, protocol_class_given, told
from classifier.metrics.draws import wilson
from classifier.metrics.figures import Figures, figures
from classifier.metrics.judged import Judged
from classifier.metrics.slices import Slice, languages, slices
from classifier.reference import Reference, key_of
from classifier.truth.examples import LABELS
from pipeline.errors import SettingsError
from pipeline.policy import Policy, verdicts
from pipeline.records import Context, Listing, Rejected
from pipeline.rows import Row, batches, chosen, rows
from pipeline.rows.source import digest_of
from pipeline.rows.table import header, records
from pipeline.stages import Classifier
from pipeline.taxonomy import IN_SCOPE, Act, Category, Track, Verdict

BATCH = 500
LABEL, POSITIVE = "label", "positive"
"""The columns that tell the truth; where a row has both, `positive` says whether it is in scope."""
OPAQUE = "opaque"
"""The label of a text that cannot tell what it offers; it is no truth."""
SYSTEM, SOURCE = "classifier", "file"
ALL, UNSEEN, MARKET = "all rows", "rows whose text the model has not seen", "market"
_TRUE, _FALSE = frozenset({"1", "true", "yes"}), frozenset({"0", "false", "no"})


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
    """Every language that the classifier names."""
    classes: Classes | None


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One row with its truth."""

    listing: Listing
    category: str
    in_scope: bool
    label: str


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
    left_out: Counter[str] = Counter()
    cases = _cases(path, left_out)
    judged = [row for batch in batches(cases, BATCH) for row in _judged(batch, classifier, policy, move)]
    if not judged:
        raise SettingsError(f"{path}: no row tells the truth and can be read; {_reasons(left_out)}")
    texts = [row.id for row in judged]
    seen = [reference is not None and reference.knows(text) for text in texts]
    unseen = [row for row, known in zip(judged, seen, strict=True) if not known]
    return Outside(
        file=digest_of(path),
        model=classifier.digest,
        flag_at=policy.cuts[Track.OFFERS].flag_at,
        rows=len(judged) + sum(left_out.values()),
        left_out=dict(left_out),
        repeated=len(texts) - len(set(texts)),
        seen=sum(seen),
        warnings=tuple(_warnings(path, reference, judged, sum(seen))),
        parts=tuple(_parts(judged, unseen, seed)),
        labels=slices(judged, SYSTEM),
        languages=languages(judged, SYSTEM),
        classes=told(judged, protocol_class, protocol_class_given(SYSTEM), seed),
    )


def _cases(path: Path, left_out: Counter[str]) -> Iterator[Case]:
    if not {LABEL, POSITIVE} & set(header(path)):
        raise SettingsError(
            f"{path}: has neither a column '{LABEL}' nor '{POSITIVE}', so there is nothing to compare with"
        )
    truths = records(path, (LABEL, POSITIVE))
    for row, truth in zip(rows(path, chosen(path), activation=0), truths, strict=True):
        cells = {} if isinstance(truth.found, Rejected) else truth.found
        found = _case(row, cells.get(LABEL, "").strip(), cells.get(POSITIVE, "").strip().lower())
        if isinstance(found, Case):
            yield found
        else:
            left_out[found] += 1


def _case(row: Row, label: str, positive: str) -> Case | str:
    """The row with its truth, or the reason why it has none."""
    if isinstance(row.found, Rejected):
        return row.found.reason
    if label == OPAQUE:
        return OPAQUE
    category = LABELS.get(label)
    if positive in _TRUE | _FALSE:
        in_scope = positive in _TRUE
    elif category:
        in_scope = category in IN_SCOPE
    else:
        return "no_truth"
    return Case(listing=row.found, category=category or Category.UNKNOWN, in_scope=in_scope, label=label or positive)


def _judged(
    cases: Sequence[Case], classifier: Classifier, policy: Policy, move: Callable[[int], None]
) -> Iterator[Judged]:
    listings = [case.listing for case in cases]
    for case, found in zip(cases, classifier.classify(listings, [Context()] * len(cases)), strict=True):
        listing = case.listing
        asked = verdicts(listing, found, policy)
        yield Judged(
            id=key_of(listing.title, listing.description),
            market=listing.market,
            vendor=listing.vendor.strip().lower(),
            source=SOURCE,
            language=found.language,
            slice=case.label,
            category=case.category,
            act=Act.OFFER,
            in_scope=case.in_scope,
            scores={SYSTEM: found.score},
            flagged={SYSTEM: asked[Track.OFFERS] is Verdict.FLAGGED},
            given_category=found.category,
            given_act=found.act,
            verdicts=asked,
            screened=found.screened,
        )
    move(len(cases))


def _parts(judged: Sequence[Judged], unseen: Sequence[Judged], seed: int) -> Iterator[Part]:
    yield Part(name=ALL, figures=figures(judged, SYSTEM, seed))
    if unseen and len(unseen) < len(judged):
        yield Part(name=UNSEEN, figures=figures(unseen, SYSTEM, seed))
    markets = sorted({row.market for row in judged})
    for market in markets if len(markets) > 1 else ():
        held = [row for row in judged if row.market == market]
        yield Part(name=f"{MARKET} {market}", figures=figures(held, SYSTEM, seed))


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


def _reasons(left_out: Counter[str]) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in left_out.most_common()) or "it has no rows"

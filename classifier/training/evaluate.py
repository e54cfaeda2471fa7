"""Scores every example by systems that had not seen its vendor, or its market, and by ones that may have."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np

from classifier import heads
from classifier.judge import Judge, category, likeliest, subtype
from classifier.language import language
from classifier.metrics.judged import MARKET, OBFUSCATED, RANDOM, SLICES, STRICT, TITLES, Judged, Split
from classifier.model import Model
from classifier.screen import SCREENED
from classifier.slices.slices import DISGUISED as HIDDEN
from classifier.slices.slices import DISGUISED_OTHER, PLAIN
from classifier.slices.slices import line as line_of
from classifier.slices.slices import reported as invented
from classifier.stack import Stack
from classifier.training.folded import Folded, aligned, folded, hardness, linear, lines
from classifier.training.lesson import DISGUISED, FOLDS, TITLE, Lesson, folds, lesson
from classifier.training.matrix import Rows
from classifier.training.settle import TRACKED, raw, settled, track_scores
from classifier.training.systems import STACK, Said, said
from classifier.truth.examples import POSTED, Example, Source
from classifier.truth.hard import hard_slices
from classifier.tuning.course import course
from classifier.tuning.workshop import INT8, WHOLE, Workshop
from pipeline.policy import Policy, verdicts
from pipeline.records import Context, Import, Listing, Precision
from pipeline.taxonomy import Track, Verdict

LEFT_OUT = (("agora",), ("evolution",), ("hydra_2014", "cypher", "whitehouse", "nexus_wethenorth"))
"""Markets held out together: the last four hold four offers in all, so that they tell of false alarms alone."""
VARIANTS = {"": "", TITLE: TITLES, DISGUISED: OBFUSCATED}
"""The lesson's variants of a listing, and what the report calls them."""

UNSEEN = frozenset({Source.AIRSOFT, Source.GAME})
"""Sources of which `hard_slices` gives the half that nothing is trained on."""
REPEATED = frozenset({HIDDEN, PLAIN, DISGUISED_OTHER})
"""Slices whose adverts stand in another slice too; they count for no language."""
Marked = tuple[str, Judged]
"""A row with its variant."""


def judged(data: Path, shop: Workshop, stack: Stack | None) -> Iterator[Split]:
    """Every split of the research data, scored; what is trained on the way is kept in the workshop.

    `stack` is the whole model, which scores the slices that no model was trained on.
    """
    shop.say("reading the research data")
    taught = lesson(data, shop.seed)
    part = folded(taught, taught.tested, folds(taught, shop.seed), shop)
    strict = _cross_fitted(taught, part)
    yield from _variants(STRICT, strict)
    shop.say("slices")
    real, rest = _hard(data, strict)
    yield Split(name=SLICES, rows=(*real, *(sliced(rest | invented(), stack) if stack else ())))
    yield _mixed(taught, shop)
    yield from _markets(taught, part, LEFT_OUT, shop)


def _markets(taught: Lesson, part: Folded, left_out: Sequence[Sequence[str]], shop: Workshop) -> Iterator[Split]:
    for markets in left_out:
        shop.say(f"{' and '.join(markets)} left out")
        yield from _variants(f"{MARKET}{'-'.join(markets)}", market_out(taught, part, markets, shop))


def _mixed(taught: Lesson, shop: Workshop) -> Split:
    """A random split, linear models alone: what not to believe."""
    shop.say("random split")
    drawn = np.random.default_rng(shop.seed).integers(0, FOLDS, len(taught.examples))[taught.parents[taught.tested]]
    mixed = folded(taught, taught.tested, drawn, replace(shop, base=None), score_alone=True)
    return next(_variants(RANDOM, _cross_fitted(taught, mixed)))


def _hard(data: Path, strict: Sequence[Marked]) -> tuple[list[Judged], dict[str, list[Example]]]:
    """The hard real examples: as their own fold scored them, and those that no fold holds."""
    known = {row.id: row for variant, row in strict if not variant}
    slices = hard_slices(data)
    found = [
        msgspec.structs.replace(known[each.origin], slice=name)
        for name, examples in slices.items()
        for each in examples
        if each.origin in known
    ]
    rest = {name: [each for each in examples if each.source in UNSEEN] for name, examples in slices.items()}
    return found, {name: examples for name, examples in rest.items() if examples}


def sliced(slices: Mapping[str, Sequence[Example]], stack: Stack) -> list[Judged]:
    """Examples that the model was not trained on, scored by it, each with the name of its slice."""
    return [row for name, examples in slices.items() for row in _told(examples, stack, name)]


def market_out(taught: Lesson, part: Folded, markets: Sequence[str], shop: Workshop) -> list[Marked]:
    """A market scored by models trained without it, without its texts and without its vendors' offers elsewhere.

    The join and the thresholds come from the other markets' rows as their own folds scored them.
    """
    market = np.array([taught.examples[row].market for row in part.rows])
    source = np.array([taught.examples[row].source for row in part.rows])
    inside = np.isin(market, markets) & (source == Source.DARKWEB)
    held = np.flatnonzero(inside)
    gone = np.union1d(part.rows[held], _vendors(taught, part.rows[held]))
    kept = taught.without(gone)
    outputs, columns = linear(taught, kept, part.rows[held], shop.folder)
    found = replace(part.of(held), linear=aligned(outputs, columns, part.outputs))
    if shop.base is not None:
        lesson_of_the_rest = course(taught, kept, hardness(taught, part), shop.seed)
        _, answers = shop.made(lesson_of_the_rest, lines(taught, found.rows))
        found = replace(found, encoder=answers[INT8], whole=answers[WHOLE])
    rest = part.of(np.flatnonzero(np.isin(part.rows, kept)))
    return _marked(taught, settled(taught, rest, "market left out"), rest, found)


def _cross_fitted(taught: Lesson, part: Folded) -> list[Marked]:
    """Each row scored by models, a join and thresholds that come from the other folds."""
    rows = []
    for number in np.unique(part.fold):
        rest, held = (part.of(np.flatnonzero(chosen)) for chosen in (part.fold != number, part.fold == number))
        rows += _marked(taught, settled(taught, rest, "fold"), rest, held)
    return rows


def _vendors(taught: Lesson, held: Rows) -> Rows:
    """Offers in scope, on any market, of the vendors of some rows."""
    vendors = {taught.examples[row].vendor for row in held} - {""}
    found = [row for row in taught.listings if taught.examples[row].in_scope and taught.examples[row].vendor in vendors]
    return np.array(found, dtype=np.int64)


def _variants(name: str, rows: Sequence[Marked]) -> Iterator[Split]:
    """The rows as posted, then changed, a split each."""
    for variant, called in VARIANTS.items():
        posted = (row for kind, row in rows if kind == variant and row.source in POSTED)
        yield Split(name=name, variant=called, rows=tuple(posted))


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the stack calls a row."""

    category: str
    act: str
    subtype: str
    verdicts: dict[Track, Verdict]
    screened: bool


def _marked(taught: Lesson, model: Model, rest: Folded, held: Folded) -> list[Marked]:
    """What the systems said of the held rows but for generated ones, each with its variant."""
    held = held.of(np.flatnonzero([taught.examples[row].source is not Source.GENERATED for row in held.rows]))
    found, given = said(taught, model, rest, held), _given(taught, model, held)
    return [
        (str(taught.variants[row]), _row(taught, place, row, found, given[place]))
        for place, row in enumerate(held.rows.tolist())
    ]


def _given(taught: Lesson, model: Model, held: Folded) -> list[Given]:
    """What the stack calls each held row."""
    judge = Judge(model)
    chances = judge.chances(raw(taught, held, sections=False))
    low = judge.screened(held.linear) < model.screen_at
    tracks = {track: track_scores(chances, track) for track in TRACKED} | {Track.OFFERS: chances.score}
    flag_at = model.thresholds[Track.OFFERS].flag_at
    found = []
    for place in range(len(held.rows)):
        kind = category(chances.categories[place], float(chances.score[place]), flag_at)
        verdicts = {track: model.thresholds[track].verdict(scores[place]) for track, scores in tracks.items()}
        found.append(
            Given(
                category=kind,
                act=likeliest(chances.acts[place], heads.NAMES[heads.ACT]),
                subtype=subtype(chances.subtypes[place], kind),
                verdicts={track: found for track, found in verdicts.items() if found is not Verdict.CLEAR},
                screened=bool(low[place]),
            )
        )
    return found


def _row(taught: Lesson, place: int, row: int, systems: Mapping[str, Said], given: Given) -> Judged:
    example = taught.examples[row]
    told = language(f"{example.title}\n{example.description}")
    return Judged(
        id=example.origin,
        market=example.market,
        vendor=example.vendor,
        cluster=int(taught.cluster[row]),
        source=example.source,
        language=told,
        category=example.category,
        act=example.act,
        subtype=example.subtype,
        in_scope=example.in_scope,
        scores={name: round(float(each.scores[place]), 6) for name, each in systems.items()},
        flagged={name: bool(each.flagged[place]) for name, each in systems.items()},
        best={name: bool(each.best[place]) for name, each in systems.items() if each.best is not None},
        given_category=given.category,
        given_act=given.act,
        given_subtype=given.subtype,
        verdicts=given.verdicts,
        screened=given.screened and told in SCREENED,
    )


def _told(examples: Sequence[Example], stack: Stack, name: str) -> Iterator[Judged]:
    listings = [_listing(each, number) for number, each in enumerate(examples)]
    flag_at, policy = stack.thresholds[Track.OFFERS].flag_at, Policy(cuts=dict(stack.thresholds))
    written = {line_of(each): number for number, each in enumerate(examples)}
    for each, listing, found in zip(
        examples, listings, stack.classify(listings, [Context()] * len(listings)), strict=True
    ):
        yield Judged(
            id=each.origin,
            market=each.market,
            vendor=each.vendor,
            cluster=written[line_of(each)],
            source=each.source,
            language="" if name in REPEATED else each.market,
            slice=name,
            category=each.category,
            act=each.act,
            subtype=each.subtype,
            in_scope=each.in_scope,
            scores={STACK: found.score},
            flagged={STACK: found.score >= flag_at},
            given_category=found.category,
            given_act=found.act,
            given_subtype=found.subtype,
            verdicts=verdicts(listing, found, policy),
        )


def _listing(example: Example, number: int) -> Listing:
    """An example as a market would show it."""
    at = datetime(2024, 1, 1, tzinfo=UTC)
    told = Import(time=at, file="", line=number, mapping="", activation=0, precision=Precision.YEAR)
    return Listing(
        market="evaluation", key=str(number), title=example.title, description=example.description, provenance=told
    )

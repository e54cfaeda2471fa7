"""How the models' outputs are joined, calibrated and cut, by listings of vendors that they were not trained on."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from classifier import heads
from classifier.around import ARMS, CLEAN, ELSEWHERE, HITS, INPUTS, around
from classifier.calibrate import Join, Truth, calibrated, joined, threshold
from classifier.heads import ACT, CATEGORY, GOODS, SUBTYPE
from classifier.judge import Chances, Judge, Raw
from classifier.linear import Floats, Weights
from classifier.model import ENCODER, EVEN, SCREEN_INPUTS, WITHIN, Model
from classifier.training.dampers import dampers
from classifier.training.folded import Folded
from classifier.training.lesson import Lesson
from classifier.training.matrix import Rows
from classifier.truth.examples import Source
from pipeline.policy import Cut
from pipeline.policy.scores import ASIDE
from pipeline.records import Context
from pipeline.taxonomy import IN_SCOPE, Act, Category, Track

FOREIGN = 0.02
"""Weight of a generated advert where models are joined: so that one which knows English markets alone is not believed alone."""
REVIEW_RATE, FLAG_RATE = 0.01, 0.001
"""False alarms per listing out of scope that the thresholds allow, on dark-web listings of unseen vendors."""
PRUDENT = 0.5
"""Of the invented adverts out of scope that pass in English, the part that may pass in a language that no real listing backs."""
MARGIN = 0.25
"""Logits below the lowest offer from which the screen lets a listing through; a threshold picked on few offers is optimistic."""
KINDS = (CATEGORY, WITHIN, ACT, GOODS, SUBTYPE)
TRACKED = (Track.REQUESTS, *ASIDE)
"""The tracks beside offers that a probability stands for."""
LIKELY, SURE = 0.3, 0.6
"""Least probabilities from which another track asks for a look, and asks for it now."""


MOST = {ARMS: 3.0, ELSEWHERE: 1.0, HITS: 2.0, CLEAN: 0.5}
"""Most logits that what is around a listing may add or take: listings outside an arms section were labelled by keyword, not read,
so that the data understate the offers among them."""


def raw(taught: Lesson, part: Folded, contexts: Sequence[Context] = (), *, sections: bool) -> Raw:
    """The outputs as the judge takes them; `sections` says whether the market's section is known."""
    paths = [taught.examples[row].path if sections else () for row in part.rows]
    return Raw(
        linear=part.linear,
        encoder=np.zeros((len(part.rows), heads.WIDTH)) if part.encoder is None else part.encoder,
        asked=np.full(len(part.rows), part.encoder is not None),
        abroad=part.abroad,
        around=around(paths, contexts or [Context()] * len(paths)),
    )


def settled(taught: Lesson, part: Folded, name: str) -> Model:
    """The model but for its weights: how these outputs, by models that had not seen the rows, tell them apart best."""
    part = part.of(np.flatnonzero(taught.variants[part.rows] == ""))
    posted = np.isin(part.rows, taught.listings)
    truth = taught.truth[part.rows]
    trust = np.where(posted, 1.0, FOREIGN)
    columns = part.linear[:, [part.outputs.index(each) for each in SCREEN_INPUTS]]
    screen = _join(SCREEN_INPUTS, columns, truth, trust, posted)
    join = None
    if part.encoder is not None:
        join = _join((*SCREEN_INPUTS, ENCODER), np.hstack([columns, part.encoder[:, :1]]), truth, trust, posted)
    offers = screen.logits(columns)[posted & truth]
    model = replace(
        _bare(name, part.outputs),
        screen=screen,
        join=join,
        screen_at=float(offers.min(initial=np.inf)) - MARGIN,
    )
    logits = Judge(model).logits(raw(taught, part, sections=False))
    model = replace(model, abroad=_abroad(taught, part, logits))
    listings = part.of(np.flatnonzero(posted))
    model = replace(model, around=_around(taught, listings, model))
    model = replace(
        model, dampers=tuple(dampers(taught, part.rows, Judge(model).chances(raw(taught, part, sections=False))))
    )
    return replace(model, thresholds=_thresholds(taught, listings, model))


def contexts(taught: Lesson, part: Folded, flagged: Truth) -> list[Context]:
    """What is known of each row's vendor: how many other listings, and how many of them were flagged; copies are no listings."""
    vendors = [(taught.examples[row].market, taught.examples[row].vendor) for row in part.rows]
    hit = {int(row) for row, found in zip(part.rows, flagged, strict=True) if found and not taught.variants[row]}
    posted = [
        (row, vendor) for row, vendor in zip(part.rows.tolist(), vendors, strict=True) if not taught.variants[row]
    ]
    listings = Counter(vendor for _, vendor in posted)
    hits = Counter(vendor for row, vendor in posted if row in hit)
    return [
        Context(vendor_listings=listings[vendor] - 1, vendor_flagged=hits[vendor] - int(taught.parents[row] in hit))
        if vendor[1]
        else Context()
        for row, vendor in zip(part.rows, vendors, strict=True)
    ]


def _join(inputs: tuple[str, ...], columns: Floats, truth: Truth, trust: Floats, posted: Truth) -> Join:
    return calibrated(joined(inputs, columns, truth, trust), columns[posted], truth[posted])


def _abroad(taught: Lesson, part: Folded, logits: Floats) -> Join | None:
    """The join for other languages, from invented adverts; None where there are none to compare.

    No real listing calibrates it, so it is stricter than the one for English (whose logits are given) with invented adverts: at the threshold that
    lets one in a thousand real listings through, `PRUDENT` of the part that passes in English does.
    """
    truth, posted = taught.truth[part.rows], np.isin(part.rows, taught.listings)
    invented = np.array([taught.examples[row].source is Source.GENERATED for row in part.rows])
    chosen, others = invented & part.abroad, invented & ~part.abroad & ~truth
    if not (truth & chosen).any() or not others.any():
        return None
    columns = part.linear[:, [part.outputs.index(EVEN)]]
    inputs: tuple[str, ...] = (EVEN,)
    if part.encoder is not None:
        inputs, columns = (EVEN, ENCODER), np.hstack([columns, part.encoder[:, :1]])
    join = joined(inputs, columns[chosen], truth[chosen], np.ones(int(chosen.sum())))
    flag_at = threshold(logits[posted], truth[posted], FLAG_RATE)
    passed = PRUDENT * float((logits[others] >= flag_at).mean())
    wanted = threshold(join.logits(columns[chosen]), truth[chosen], passed)
    return replace(join, intercept=join.intercept + flag_at - wanted)


def _bare(name: str, outputs: Sequence[str]) -> Model:
    """A model that knows its outputs' names and nothing else."""
    members = {
        kind: [each.removeprefix(f"{kind} ") for each in outputs if each.startswith(f"{kind} ")] for kind in KINDS
    }
    empty = np.zeros(0)
    return Model(
        name=name,
        weights=Weights(
            grams=(), idf=empty.astype(np.float32), coefficients=np.zeros((0, len(outputs)), dtype=np.float16),
            intercepts=empty, outputs=tuple(outputs),
        ),
        screen=Join(inputs=(), coefficients=(), intercept=0.0),
        screen_at=-np.inf,
        thresholds={},
        categories=tuple(map(Category, members[CATEGORY])),
        within=tuple(map(Category, members[WITHIN])),
        acts=tuple(members[ACT]),
        goods=tuple(members[GOODS]),
        subtypes=tuple(members[SUBTYPE]),
    )  # fmt: skip


def _around(taught: Lesson, part: Folded, model: Model) -> Join:
    """What section and vendor add, learnt with every row twice: with what is known around it, and without."""
    truth = taught.truth[part.rows]
    logits = Judge(model).logits(raw(taught, part, sections=False))
    flagged = logits >= threshold(logits, truth, FLAG_RATE)
    known = raw(taught, part, contexts(taught, part, flagged), sections=True).around
    table = np.vstack([np.hstack([logits[:, None], known]), np.hstack([logits[:, None], 0 * known])])
    slope, *added = joined(("text", *INPUTS), table, np.tile(truth, 2), np.ones(len(table))).coefficients
    bounded = [float(np.clip(each / slope, -MOST[name], MOST[name])) for name, each in zip(INPUTS, added, strict=True)]
    return Join(inputs=INPUTS, coefficients=tuple(bounded), intercept=0.0)


def _thresholds(taught: Lesson, part: Folded, model: Model) -> dict[Track, Cut]:
    """For each track the cuts that let so many listings through that are none of its own; on text alone."""
    found = Judge(model).chances(raw(taught, part, sections=False))
    own = {track: _own(taught, part.rows, track) for track in TRACKED}
    cuts = {track: _cut(track_scores(found, track), own[track]) for track in TRACKED}
    truth, score = taught.truth[part.rows], found.score
    offers = [threshold(score, truth, rate) for rate in (REVIEW_RATE, FLAG_RATE)]
    return {Track.OFFERS: Cut(review_at=offers[0], flag_at=offers[1])} | cuts


def _cut(scores: Floats, own: Truth) -> Cut:
    review, flag = (threshold(scores, own, rate) for rate in (REVIEW_RATE / 2, FLAG_RATE))
    return Cut(review_at=max(review, LIKELY), flag_at=max(flag, SURE))


def track_scores(chances: Chances, track: Track) -> Floats:
    """The probability that a listing belongs to a track beside that of offers."""
    if track is Track.REQUESTS:
        requests = chances.acts.argmax(axis=1) == heads.NAMES[ACT].index(Act.REQUEST)
        return np.where(requests, chances.about, 0.0)
    columns = [heads.NAMES[CATEGORY].index(each) for each in ASIDE[track]]
    found: Floats = chances.categories[:, columns].sum(axis=1)
    return found


def _own(taught: Lesson, rows: Rows, track: Track) -> Truth:
    examples = [taught.examples[row] for row in rows]
    if track is Track.REQUESTS:
        return np.array([each.act is Act.REQUEST and each.category in IN_SCOPE for each in examples])
    return np.array([each.category in ASIDE[track] for each in examples])

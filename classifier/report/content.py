"""Everything that a report holds, drawn from scored examples alone."""

from collections.abc import Iterator, Sequence

import numpy as np

from classifier.metrics.classes import OTHER, on_track, protocol_class, protocol_class_given, told, track
from classifier.metrics.figures import Difference, Figures, counts, difference, figures
from classifier.metrics.judged import MARKET, RANDOM, SLICES, STRICT, Judged, Split, sources
from classifier.metrics.measures import BINS, Measure
from classifier.metrics.slices import languages, screen, slices
from classifier.report.facts import Facts
from classifier.report.shape import HEADLINE, Bin, Disguise, Held, Leak, Named, Report, Target, Tracked
from classifier.report.targets import targets
from pipeline.errors import SettingsError
from pipeline.taxonomy import Track

BASELINE = "baseline"
MAINS = ("stack", "linear")
"""The system that ships: the first of these that was scored."""
ABLATIONS = (
    (BASELINE, "linear"),
    (BASELINE, "stack"),
    ("linear", "stack"),
    ("encoder", "stack"),
    ("stack", "stack+section"),
    ("stack", "stack+context"),
)
"""Pairs of systems: what the second adds to the first."""
COMPARED = (Measure.F1, Measure.PR_AUC, Measure.RECALL_AT_RATE)


def report(splits: Sequence[Split], facts: Facts, seed: int, extra: Sequence[Target] = ()) -> Report:
    """The report on scored splits; `extra` are targets that were measured elsewhere (entities, explanations, speed)."""
    strict = _headline(splits)
    main = _main(strict)
    held = tuple(_held(splits, seed))
    disguises = tuple(_disguises(splits, main, seed))
    hard = [row for split in splits if split.name == SLICES and not split.variant for row in split.rows]
    boundaries, classes = slices(hard, main), tuple(_classes(splits, main, seed))
    leak = _leak(held, main)
    reached = targets(
        _figures(held, STRICT, main), [each for each in classes if each.split == STRICT], boundaries, disguises, leak
    )
    return Report(
        facts=facts,
        seed=seed,
        main=main,
        targets=(*reached, *extra),
        splits=held,
        leak=leak,
        ablations=tuple(_ablations(strict, seed)),
        disguises=disguises,
        slices=boundaries,
        languages=languages(hard, main),
        classes=classes,
        tracks=tuple(_tracks(splits)),
        reliability=tuple(_bins(strict.rows, main)),
        screen=screen(strict.rows, main),
    )


def _headline(splits: Sequence[Split]) -> Split:
    for split in splits:
        if split.name == STRICT and not split.variant and (found := split.of(HEADLINE)).rows:
            return found
    raise SettingsError(f"no scored examples of source {HEADLINE} on the split '{STRICT}'; evaluate again")


def _main(strict: Split) -> str:
    known = strict.systems
    return next((name for name in MAINS if name in known), known[-1])


def _held(splits: Sequence[Split], seed: int) -> Iterator[Held]:
    for split in sorted(splits, key=lambda each: (_place(each.name), each.stem)):
        for source in sources([split]) if split.name != SLICES else ():
            rows = split.of(source)
            yield Held(
                split=split.name,
                variant=split.variant,
                source=source,
                systems=tuple(figures(rows.rows, system, seed) for system in rows.systems),
            )


def _place(name: str) -> int:
    known = (STRICT, MARKET, RANDOM)
    return next((place for place, begin in enumerate(known) if name.startswith(begin)), len(known))


def _figures(held: Sequence[Held], split: str, main: str) -> Figures:
    """The main system's figures on a split as posted."""
    chosen = (each for each in held if (each.split, each.variant, each.source) == (split, "", HEADLINE))
    return next(line for each in chosen for line in each.systems if line.system == main)


def _leak(held: Sequence[Held], main: str) -> Leak | None:
    """How much the random split flatters the main system, or the last one that it scored where the main one is not there."""
    mixed = [each for each in held if (each.split, each.variant, each.source) == (RANDOM, "", HEADLINE)]
    known = [line.system for each in mixed for line in each.systems]
    if not known:
        return None
    system = next((name for name in (main, *MAINS) if name in known), known[-1])
    flattered, honest = (_figures(held, split, system).value(Measure.F1) for split in (RANDOM, STRICT))
    return None if flattered is None or honest is None else Leak(system=system, random=flattered, strict=honest)


def _ablations(strict: Split, seed: int) -> Iterator[Difference]:
    for first, second in ABLATIONS:
        for measure in COMPARED if {first, second} <= set(strict.systems) else ():
            if found := difference(strict.rows, first, second, measure, seed=seed):
                yield found


def _disguises(splits: Sequence[Split], main: str, seed: int) -> Iterator[Disguise]:
    """Every changed split beside the same rows as posted; rows are paired by id."""
    plain = {split.name: split for split in splits if not split.variant}
    for split in splits:
        for source in sources([split]) if split.variant and split.name in plain else ():
            before, after = _paired(plain[split.name].of(source), split.of(source))
            if before:
                yield Disguise(
                    split=split.name,
                    variant=split.variant,
                    source=source,
                    system=main,
                    recall=difference(before, main, main, Measure.RECALL, seed=seed, others=after),
                    f1=difference(before, main, main, Measure.F1, seed=seed, others=after),
                )


def _paired(before: Split, after: Split) -> tuple[list[Judged], list[Judged]]:
    """Every changed row with the one as posted, which counts as often as it was changed."""
    posted = {row.id: row for row in before.rows}
    rows = [row for row in after.rows if row.id in posted]
    return [posted[row.id] for row in rows], rows


def _classes(splits: Sequence[Split], main: str, seed: int) -> Iterator[Named]:
    for split in splits:
        for source in sources([split]) if not split.variant and split.name != RANDOM else ():
            rows = split.of(source).rows
            if any(row.given_category for row in rows):
                found = told(rows, protocol_class, protocol_class_given(main), seed)
                yield Named(split=split.name, source=source, of="classes", counts=counts(rows), found=found)
            if any(row.given_act for row in rows):
                found = told(rows, lambda row: row.act, lambda row: row.given_act, seed)
                yield Named(split=split.name, source=source, of="acts", counts=counts(rows), found=found)
            if typed := [row for row in rows if row.subtype and row.given_subtype]:
                found = told(typed, lambda row: row.subtype, lambda row: row.given_subtype, seed)
                yield Named(split=split.name, source=source, of="subtypes", counts=counts(typed), found=found)


def _tracks(splits: Sequence[Split]) -> Iterator[Tracked]:
    for split in splits:
        for source in sources([split]) if split.name in {STRICT, SLICES} and not split.variant else ():
            rows = split.of(source).rows
            for name in Track if any(row.verdicts for row in rows) else ():
                found = told(rows, lambda row, name=name: name if track(row) == name else OTHER, on_track(name), 0)  # type: ignore[misc]
                yield from (
                    Tracked(split=split.name, source=source, track=name, found=each)
                    for each in found.classes
                    if each.name == name
                )


def _bins(rows: Sequence[Judged], main: str) -> Iterator[Bin]:
    """Bins of equal mass, best first."""
    order = sorted(rows, key=lambda row: -row.scores[main])
    for places in np.array_split(np.arange(len(order)), BINS):
        held = [order[place] for place in places]
        if held:
            yield Bin(
                listings=len(held),
                score=float(np.mean([row.scores[main] for row in held])),
                in_scope=float(np.mean([row.in_scope for row in held])),
            )

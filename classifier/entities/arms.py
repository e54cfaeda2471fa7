"""Makes, models and calibres in one field."""

import re
from collections.abc import Iterator, Sequence

from classifier.entities.calibres import calibres
from classifier.entities.gazetteer import Hit
from classifier.entities.scene import Field
from pipeline.values.found import Found

Named = tuple[str, Found]
"""A kind and what was found of it."""
_BUILDERS = frozenset(["firearms", "blank-firing", "air", "knives", "stun"])
"""Makers after whose name any designation may stand."""
_GENERATION = re.compile(
    r"[ -]{0,2}(?:gen(?:eration)?[. ]{0,2}[1-5](?:\.\d)?|(?:1st|2nd|3rd|4th|5th|first|second|third|fourth|fifth) gen(?:eration)?|a[12]|mk[. ]{0,2}(?:i{1,3}v?|[1-6])|tactical|ultra ?lite|ultra ?light|elite|target model|mos)(?![^\W_])"
)
_DESIGNATION = re.compile(
    r"[ -]{0,2}(?:(?:Model|MODEL|model|Mod\.?|mod\.?|M\.) ?)?"
    r"(?:[A-Za-z]{0,5}-?\d{1,4}[A-Za-z]{0,4}(?:-\d{1,3})?|[A-Z]{1,4} \d{1,4}[A-Za-z]{0,3})(?![^\W_]|[.,]\d)"
)
_NO_DESIGNATION = re.compile(
    r"(?i)^(?:x ?\d|\d+x|\d+ ?(?:mm|rds?|pcs|rounds|ga|g|gr|cal|lr|acp|mags?|st|nd|th|shot|inch|pt|part)|gen ?\d|pt ?\d|no ?\d|w ?\d|[12][089]\d\d)$"
)
_UNIT_AFTER = re.compile(
    r"(?i) ?-?(?:cal(?:iber|ibre)?|ga(?:uge)?|mm|mags?|magazines?|rounds?|rds|pcs|x|shots?|inch|\"|s&w|acp|auto|mag(?:num)?|special|spl|lr|pieces|boxes|gr(?:ain)?|%)(?![^\W_])"
)
_LINES = frozenset(["CCI", "Federal", "ME", "Raven Arms", "Winchester", "LAR Manufacturing"])
"""Makers whose listed lines are words that name one only right after the maker."""
_NUMBERED = re.compile(
    r"(?<![^\W_])(?:mod(?:el|\.)? (?:no\.? ?)?[a-z]{0,3}-?\d{1,4}[a-z]{0,3}|m[ -]?\d{2,4}(?:[a-z]\d?|/\d{2})?)(?![^\W_]|[.,]\d| ?(?:mm|cm|m\b))"
)
_LETTERED = re.compile(r"[^\W\d_]")


def named(field: Field, makes: frozenset[str]) -> Iterator[Named]:
    """The makes, models and calibres of a field that speaks of arms, none of a kind within another; `makes` are those the listing names."""
    bores = [each.found for each in calibres(field.small)]
    found = _own([hit for hit in _all(field, makes) if not _within_calibre(hit, bores)])
    models = [Found(hit.term.value, hit.start, hit.end) for hit in found if hit.term.kind == "model"]
    makers = [hit for hit in found if hit.term.kind == "make"]
    models = _longest(
        [_extended(field.small, each) for each in models]
        + list(_designations(field, makers, bores))
        + list(_numbered(field))
    )
    yield from (("make", Found(hit.term.value, hit.start, hit.end)) for hit in makers)
    yield from (("model", each) for each in models)
    yield from (("calibre", each) for each in bores if not any(_overlap(each, model) for model in models))


def hidden(field: Field, makes: frozenset[str]) -> Iterator[Named]:
    """The makes and models that a field hides by its spelling, at their places in the original."""
    if field.hidden is None:
        return
    view, every = field.hidden
    for hit in _apart([hit for hit in every if _is_name(hit, makes)]):
        start, end = view.span(hit.start, hit.end)
        yield hit.term.kind, Found(hit.term.value, start, end)


def makes_of(fields: Sequence[Field]) -> frozenset[str]:
    """The makers that a listing names."""
    every = (hit for each in fields for hit in (*each.hits, *(each.hidden[1] if each.hidden else ())))
    return frozenset(hit.term.value for hit in every if hit.term.kind == "make")


def _all(field: Field, makes: frozenset[str]) -> list[Hit]:
    return [hit for hit in field.hits if _is_name(hit, makes)]


def _is_name(hit: Hit, makes: frozenset[str]) -> bool:
    term = hit.term
    return term.kind == "make" or (term.kind == "model" and (not term.section or term.section in makes))


def _within_calibre(hit: Hit, bores: Sequence[Found]) -> bool:
    """A maker's name inside a calibre (.223 Remington, 9mm Luger) names no maker, and a calibre's number no model."""
    return any(bore.start <= hit.start and hit.end <= bore.end for bore in bores)


def _apart(found: Sequence[Hit]) -> list[Hit]:
    """Of terms of one kind that overlap the longest, earlier ones first."""
    kept: list[Hit] = []
    for kind in ("make", "model"):
        after = 0
        for hit in sorted((each for each in found if each.term.kind == kind), key=lambda each: (each.start, -each.end)):
            if hit.start >= after:
                kept.append(hit)
                after = hit.end
    return kept


def _own(found: Sequence[Hit]) -> list[Hit]:
    """Names apart; a maker's name that is a part of a model's, or a model of the maker right before it, is no maker's."""
    apart = _apart(found)
    models = [hit for hit in apart if hit.term.kind == "model"]
    makers = {hit.end: hit.term.value for hit in apart if hit.term.kind == "make"}
    owned = {hit for hit in models if hit.term.section and hit.term.section == makers.get(hit.start - 1)}
    within = {
        hit
        for hit in apart
        if hit.term.kind == "make"
        for model in models
        if model.start <= hit.start and hit.end <= model.end and (model in owned or hit.end < model.end)
    }
    lone = {hit for hit in models if hit.term.section in _LINES and hit not in owned}
    return [hit for hit in apart if hit not in within and hit not in lone]


def _longest(found: Sequence[Found]) -> list[Found]:
    kept: list[Found] = []
    for each in sorted(found, key=lambda found: (found.start, -found.end)):
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
        elif each.end > kept[-1].end and each.start == kept[-1].start:
            kept[-1] = each
    return kept


def _extended(text: str, model: Found) -> Found:
    """A model with the generation or mark that follows it."""
    more = _GENERATION.match(text, model.end)
    return Found(f"{model.value} {more[0].strip(' -')}", model.start, more.end()) if more else model


def _designations(field: Field, makers: Sequence[Hit], bores: Sequence[Found]) -> Iterator[Found]:
    """What stands right after a maker's name and has a number that is no calibre, no quantity and no year."""
    for maker in makers:
        found = _DESIGNATION.match(field.view.text, maker.end) if maker.term.section in _BUILDERS else None
        if found is None:
            continue
        start = found.start() + len(found[0]) - len(found[0].lstrip(" -"))
        value = field.view.text[start : found.end()]
        if _NO_DESIGNATION.match(value) or any(bore.start < found.end() and start < bore.end for bore in bores):
            continue
        if value.isdigit() and _UNIT_AFTER.match(field.view.text, found.end()):
            continue
        yield _extended(field.small, Found(value.upper() if _LETTERED.search(value) else value, start, found.end()))


def _numbered(field: Field) -> Iterator[Found]:
    """ "Model 10" and the like."""
    for found in _NUMBERED.finditer(field.small):
        yield Found(field.view.text[found.start() : found.end()], *found.span())


def _overlap(one: Found, other: Found) -> bool:
    return one.start < other.end and other.start < one.end

"""All entities of a listing's title and description."""

from collections.abc import Iterable, Iterator

from classifier.entities import arms, claimed, contacts, sums
from classifier.entities.calibres import calibres
from classifier.entities.postage import Sold, sold
from classifier.entities.scene import Field, field, is_about_arms
from pipeline.records import Entity, Listing
from pipeline.values.found import Found, Taken
from pipeline.values.routes import routes

MOST = 400
"""Entities of one field that are kept, the first ones."""
_GRAMS = frozenset(["g", "kg", "mg", "ug", "oz", "lb", "ml"])


def entities(listing: Listing) -> tuple[Entity, ...]:
    """What the text names: kind, value in one spelling, and its place in code points of the original field, in the order of the text."""
    fields = [field("title", listing.title), field("description", listing.description)]
    bores = [each.weak for one in fields for each in calibres(one.small)]
    grams = sum(each.value.partition(" ")[2] in _GRAMS for each in fields[0].quantities)
    about = is_about_arms(
        fields, listing.category_path, calibres=bores.count(False), bores=bores.count(True), grams=grams
    )
    makes = arms.makes_of(fields)
    goods = (
        not about
        and any(each.speaks_of("goods") for each in fields)
        and not any(each.speaks_of("drugs") for each in fields)
    )
    airsoft = sums.is_airsoft(fields)
    sells = sold(fields[0].small)
    return tuple(
        entity
        for each in fields
        for entity in _ordered(_found(each, sells, makes, about=about, goods=goods, airsoft=airsoft))
    )


def _found(
    one: Field, sells: Sold, makes: frozenset[str], *, about: bool, goods: bool, airsoft: bool
) -> Iterator[Entity]:
    named = list(arms.named(one, makes)) if about else []
    taken = Taken(found for _, found in named)
    yield from _placed(one, named)
    yield from _placed(one, (("amount", found) for found in sums.amounts(one, taken, arms=about, airsoft=airsoft)))
    yield from _placed(one, (("price", found) for found in sums.prices(one)))
    if one.speaks_of("routes"):
        yield from _placed(
            one, (("ships_from" if place.start else "ships_to", place.found) for place in routes(one.view.text))
        )
    reached = list(contacts.contacts(one))
    yield from _placed(one, reached)
    spoken = Taken(found for _, found in reached)
    claims = claimed.claimed(one, sells, arms=about, goods=goods)
    yield from _placed(one, (each for each in claims if not spoken.touches(each[1].start, each[1].end)))
    if about:
        yield from (_entity(one, kind, found) for kind, found in arms.hidden(one, makes))


def _placed(one: Field, found: Iterable[tuple[str, Found]]) -> Iterator[Entity]:
    """What was found in a field's view, at its place in the original."""
    for kind, each in found:
        start, end = one.view.span(each.start, each.end)
        yield _entity(one, kind, Found(each.value, start, end))


def _entity(one: Field, kind: str, found: Found) -> Entity:
    return Entity(kind=kind, value=found.value, field=one.name, start=found.start, end=found.end)


def _ordered(found: Iterable[Entity]) -> list[Entity]:
    """In the order of the text, of one kind none within or over another: the longer stays."""
    kept: dict[str, list[Entity]] = {}
    for entity in sorted(found, key=lambda each: (each.start, -each.end)):
        same = kept.setdefault(entity.kind, [])
        if not same or entity.start >= same[-1].end:
            same.append(entity)
    every = sorted(
        (each for same in kept.values() for each in same), key=lambda each: (each.start, each.end, each.kind)
    )
    return every[:MOST]

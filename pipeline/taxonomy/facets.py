"""The facets side by side, and the entry of any code."""

import msgspec

from pipeline.taxonomy.acts import ACTS
from pipeline.taxonomy.categories import CATEGORIES
from pipeline.taxonomy.codes import Open
from pipeline.taxonomy.credibility import CREDIBILITY
from pipeline.taxonomy.entry import OURS, Entry
from pipeline.taxonomy.goods import GOODS
from pipeline.taxonomy.indicators import INDICATORS
from pipeline.taxonomy.subtypes import SUBTYPES
from pipeline.taxonomy.threats import THREATS
from pipeline.taxonomy.tracks import TRACKS


class Facet(msgspec.Struct, frozen=True, kw_only=True):
    """One question that the taxonomy asks, with its possible answers."""

    name: str
    """What one answer is called."""
    question: str
    entries: tuple[Entry[Open], ...]


FACETS = (
    Facet(name="Category", question="What is offered", entries=tuple(CATEGORIES.values())),
    Facet(name="Subtype", question="What is offered, more closely", entries=tuple(SUBTYPES.values())),
    Facet(name="Act", question="What the text does", entries=tuple(ACTS.values())),
    Facet(name="Credibility", question="How far an offer looks real", entries=tuple(CREDIBILITY.values())),
    Facet(name="Threat", question="Which emerging threat shows", entries=tuple(THREATS.values())),
    Facet(name="Indicator", question="Which indicator of trafficking shows", entries=tuple(INDICATORS.values())),
    Facet(name="Goods", question="What is offered where it is no arms", entries=tuple(GOODS.values())),
    Facet(name="Track", question="What a verdict is about", entries=tuple(TRACKS.values())),
)
SIGNS: dict[str, Entry[Open]] = {
    found.id.value: found for found in (*THREATS.values(), *INDICATORS.values(), *CREDIBILITY.values())
}
"""The entries of what shows in a stretch of text, by code: threats, indicators, doubts."""

_ENTRIES = {(type(found.id), found.id.value): found for facet in FACETS for found in facet.entries}


def entry(code: Open) -> Entry[Open]:
    """What a code means; of `unknown`, that it is not known."""
    known = _ENTRIES.get((type(code), code.value))
    return known or Entry(
        id=code,
        name="Unknown",
        definition="not known, or a code of a newer Headstamp",
        counts="a listing of which nothing tells",
        elsewhere=(),
        source=OURS,
    )

"""What a line of the taxonomy says, and the sources that it names."""

from typing import Generic, TypeVar

import msgspec

from pipeline.taxonomy.codes import Open

Code_co = TypeVar("Code_co", bound=Open, covariant=True)
Elsewhere = tuple[str, Open | None]
"""What does not count, and the code that it goes to instead; None where it goes to none."""

PROTOCOL = "UN Firearms Protocol"
FIREARM_TEXT = f"{PROTOCOL}, Art. 3(a)"
PARTS_TEXT = f"{PROTOCOL}, Art. 3(b)"
AMMUNITION_TEXT = f"{PROTOCOL}, Art. 3(c)"
TRACING_INSTRUMENT = "International Tracing Instrument (A/60/88), para. 4"
GLOSSARY = "UNODC seizure questionnaire, glossary of types"
MODULE_2 = "UNODC, Education for Justice, Firearms, module 2"
AGENDA = "CTOC/COP/WG.6/2020/1, item 2"
MEASURES = "Secretariat, background paper on practical measures, 6 March 2018"
RAND = "RAND Europe, RR2091 (2017)"
BRIEF_10 = "Small Arms Survey, Issue Brief 10 (2015)"
RHUMORBARBE = "Rhumorbarbe et al. (2018)"
MISP = "MISP dark-web taxonomy, version 3"
OURS = "Headstamp"
"""A line drawn for this project: no source that was read draws it."""


class Entry(msgspec.Struct, Generic[Code_co], frozen=True, kw_only=True):
    """One line of the taxonomy, in our own words."""

    id: Code_co
    name: str
    definition: str
    counts: str
    """An example of what counts."""
    elsewhere: tuple[Elsewhere, ...]
    source: str
    in_scope: bool = False
    """Whether it matches the wording of Article 3 and counts in the figures of offers."""
    national: bool = False
    """Whether law differs by country, so that the policy decides about it."""


def table(*entries: Entry[Code_co]) -> dict[Code_co, Entry[Code_co]]:
    """The entries by their code, in their order."""
    return {entry.id: entry for entry in entries}

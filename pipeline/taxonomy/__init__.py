"""The taxonomy: the codes, and for each of them what it means, what counts, what does not, and where that comes from.

"In scope" means that a listing matches the wording of Article 3 of the UN Firearms Protocol (A/RES/55/255), never that it is illegal.
"""

from pipeline.taxonomy.acts import ACTS
from pipeline.taxonomy.categories import CATEGORIES, IN_SCOPE
from pipeline.taxonomy.codes import (
    Act,
    Category,
    Credibility,
    Goods,
    Indicator,
    Open,
    Subtype,
    Threat,
    Track,
    Verdict,
)
from pipeline.taxonomy.credibility import CREDIBILITY
from pipeline.taxonomy.crosswalks import MISP_TAGS, RAND_GROUPS
from pipeline.taxonomy.entry import Entry
from pipeline.taxonomy.facets import FACETS, SIGNS, entry
from pipeline.taxonomy.goods import GOODS
from pipeline.taxonomy.indicators import INDICATORS
from pipeline.taxonomy.subtypes import NATIONAL, SUBTYPES
from pipeline.taxonomy.threats import THREATS
from pipeline.taxonomy.tracks import TRACKS

__all__ = [
    "ACTS",
    "CATEGORIES",
    "CREDIBILITY",
    "FACETS",
    "GOODS",
    "INDICATORS",
    "IN_SCOPE",
    "MISP_TAGS",
    "NATIONAL",
    "RAND_GROUPS",
    "SIGNS",
    "SUBTYPES",
    "THREATS",
    "TRACKS",
    "Act",
    "Category",
    "Credibility",
    "Entry",
    "Goods",
    "Indicator",
    "Open",
    "Subtype",
    "Threat",
    "Track",
    "Verdict",
    "entry",
]

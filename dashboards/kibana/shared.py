"""What investigators and researchers mean by the same words."""

from collections.abc import Mapping

from dashboards.kibana.condition import Where, none_of, one_of
from dashboards.kibana.source import Figure, Terms, Time
from pipeline.records import Decision
from pipeline.taxonomy import Act, Category, Credibility, Indicator, Open, Subtype, Threat, Track, Verdict, entry

SEEN: Where = (one_of("hidden", "false"),)
"""All listings but stubs and erased ones."""
OUT = str(Decision.OUT_OF_SCOPE)
FLAGGED: Where = (*SEEN, one_of("verdict", str(Verdict.FLAGGED)), none_of("review", OUT))
"""Flagged on any track, and not taken back by a review."""
WAITING: Where = (*SEEN, one_of("verdict", str(Verdict.FLAGGED), str(Verdict.REVIEW)), one_of("review", "open"))
"""The review queue."""
OFFERS: Where = (*FLAGGED, one_of("track", str(Track.OFFERS)))
"""Flagged as offers that match the Protocol's wording; reviews that found otherwise take them out."""
LISTINGS = Figure(label="Listings")
MONTH = Time(field="first_seen", interval="1M", label="Month first seen")
CATEGORY = Terms(field="category", label="Category")
LABELS = {
    "price_cents": "price in US cents",
    "score": "score (in scope)",
    "first_seen": "first seen",
    "last_seen": "last seen",
    "ships_from": "ships from",
    "ships_to": "ships to",
}
_CODES: Mapping[str, type[Open]] = {
    "category": Category,
    "subtype": Subtype,
    "threats": Threat,
    "indicators": Indicator,
    "credibility": Credibility,
    "act": Act,
    "track": Track,
}
NAMES = {
    field: {str(code): f"{entry(code).name} ({code})" for code in kind if str(code) != "unknown"}
    for field, kind in _CODES.items()
}
"""The taxonomy's names beside its codes, which are what a filter asks for."""

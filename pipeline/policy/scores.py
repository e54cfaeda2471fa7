"""The score of a listing on each track that it could ask for a look on."""

import re
from collections.abc import Iterable, Mapping

from pipeline.records import Assessment, Classification, Context, Listing
from pipeline.settings import Counts
from pipeline.taxonomy import IN_SCOPE, Act, Category, Subtype, Track

ASIDE = {
    Track.DIGITAL: (Category.DIGITAL,),
    Track.CONVERTIBLE: (Category.BLANK, Category.DEACTIVATED),
    Track.EXPLOSIVES: (Category.EXPLOSIVE,),
    Track.SERVICES: (Category.SERVICE,),
}
"""The categories outside Article 3 that have a track of their own."""
ARMS_SECTION = re.compile(
    r"weapon|firearm|\bguns?\b|ammo|ammunition|waffen|\barmes?\b|\barmas?\b|оруж|silah", re.IGNORECASE
)
THIN_LETTERS = 24
"""A text of fewer letters cannot tell what it offers: "Custom listing for K." Of the 16 dark-web listings that readers
called opaque, 11 have fewer, 10 of them from a vendor with other hits; 27 of 23,785 others would wait with those 10."""
LOOKED_AT = 200
"""Characters of title and description in which letters are counted."""
LONGEST_STEP = 200
"""Characters of a step of a category path that are looked at."""
NATIONAL: Mapping[str, str] = {
    Subtype.MAGAZINE: "magazines",
    Subtype.BLANK_CARTRIDGE: "blank_cartridges",
    "PC.UNF": "unfinished_frames",
}
"""Subtypes in the wording of Article 3 that national law may see otherwise, with the setting that says so."""
UNFINISHED = "unfinished"
"""The flag of a frame or receiver that still has to be finished before it can be used."""


def scores(listing: Listing, classification: Classification, context: Context, counts: Counts) -> dict[Track, float]:
    """The listing's score, 0 to 1, on every track that it belongs to; a track that is not there is clear."""
    found = {track: _sum(classification, categories) for track, categories in ASIDE.items()}
    if classification.act is Act.REQUEST:
        found[Track.REQUESTS] = max(classification.wanted, classification.score)
    elif not _left_out(classification, counts):
        found[Track.OFFERS] = min(1.0, classification.score + _sum(classification, _added(counts)))
    if thin(listing):
        found[Track.THIN] = _suspected(listing, context)
    return found


def by_track(assessment: Assessment) -> dict[Track, float]:
    """The score on which each verdict of an assessment rests; of offers the model's own, which no national choice has raised."""
    known = scores(assessment.listing, assessment.classification, assessment.context, Counts())
    known[Track.OFFERS] = assessment.classification.score
    return {track: known.get(track, 0.0) for track in assessment.verdicts}


def lead(category: Category | None, act: Act) -> Track | None:
    """The track on which a listing of this category and act is a lead; None where it is none."""
    if act not in {Act.OFFER, Act.REQUEST}:
        return None
    if category in IN_SCOPE:
        return Track.REQUESTS if act is Act.REQUEST else Track.OFFERS
    return next((track for track, categories in ASIDE.items() if category in categories), None)


def counted(classification: Classification, counts: Counts) -> Category:
    """The likeliest of the categories that count as offers, whose cut holds; of equals the first of the taxonomy."""
    inside = IN_SCOPE.union(_added(counts))
    known = [category for category in Category if category in inside and category in classification.scores]
    return max(known, key=lambda each: classification.scores[each], default=classification.category)


def thin(listing: Listing) -> bool:
    """Whether the text has too few letters to tell what is offered."""
    letters = sum(map(str.isalpha, listing.title[:LOOKED_AT] + listing.description[:LOOKED_AT]))
    return letters < THIN_LETTERS


def _suspected(listing: Listing, context: Context) -> float:
    """1 in a section for arms; elsewhere the share of the vendor's other listings that were hits."""
    if any(ARMS_SECTION.search(name[:LONGEST_STEP]) for name in listing.category_path):
        return 1.0
    return min(1.0, context.vendor_flagged / max(1, context.vendor_listings))


def _added(counts: Counts) -> tuple[Category, ...]:
    """Categories outside Article 3 that are to count as offers all the same."""
    national = {Category.ANTIQUE: counts.antiques, Category.DEACTIVATED: counts.deactivated}
    return tuple(category for category, counts_too in national.items() if counts_too)


def _left_out(classification: Classification, counts: Counts) -> bool:
    """Whether what is offered is in the wording of Article 3, yet not to count."""
    toggle = NATIONAL.get(classification.subtype)
    if classification.subtype is Subtype.FRAME and UNFINISHED in classification.flags:
        toggle = "unfinished_frames"
    return toggle is not None and not getattr(counts, toggle)


def _sum(classification: Classification, categories: Iterable[Category]) -> float:
    return sum(classification.scores.get(category, 0.0) for category in categories)

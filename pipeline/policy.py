"""The rule from scores to verdict."""

import re

import msgspec

from pipeline.records import Classification, Listing, digest
from pipeline.taxonomy import Act, Category, Track, Verdict

LIKELY = 0.5
"""Probability from which a category outside Article 3 is worth a look on its own track."""
ASIDE = {
    Track.DIGITAL: (Category.DIGITAL,),
    Track.CONVERTIBLE: (Category.BLANK, Category.DEACTIVATED),
    Track.EXPLOSIVES: (Category.EXPLOSIVE,),
    Track.SERVICES: (Category.SERVICE,),
}
ARMS_SECTION = re.compile(
    r"weapon|firearm|\bguns?\b|ammo|ammunition|waffen|\barmes?\b|\barmas?\b|оруж|silah", re.IGNORECASE
)
WANTED = "wanted"
"""The flag of a text that asks for something in scope; its score, that of an offer, is low."""
THIN_LETTERS = 24
"""A text of fewer letters cannot tell what it offers: "Custom listing for K." """


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The scores from which a listing is flagged, or waits for review."""

    flag_at: float
    review_at: float

    @property
    def digest(self) -> str:
        """The same for equal policies."""
        return digest("policy", repr(self.flag_at), repr(self.review_at))


def verdicts(listing: Listing, classification: Classification, policy: Policy) -> dict[Track, Verdict]:
    """The verdict on offers, and on every other track that asks for a look; a track that is not there is clear."""
    in_scope = _by_score(classification.score, policy)
    request = classification.act is Act.REQUEST
    found = {Track.OFFERS: Verdict.CLEAR if request else in_scope}
    if WANTED in classification.flags:
        found[Track.REQUESTS] = Verdict.REVIEW
    if request and in_scope is not Verdict.CLEAR:
        found[Track.REQUESTS] = in_scope
    for track, categories in ASIDE.items():
        if sum(classification.scores.get(category, 0.0) for category in categories) >= LIKELY:
            found[track] = Verdict.REVIEW
    if in_scope is Verdict.CLEAR and _thin(listing):
        found[Track.THIN] = Verdict.REVIEW
    return {track: verdict for track, verdict in found.items() if track is Track.OFFERS or verdict is not Verdict.CLEAR}


def _by_score(score: float, policy: Policy) -> Verdict:
    if score >= policy.flag_at:
        return Verdict.FLAGGED
    return Verdict.REVIEW if score >= policy.review_at else Verdict.CLEAR


def _thin(listing: Listing) -> bool:
    letters = sum(map(str.isalpha, listing.title[:THIN_LETTERS] + listing.description[:THIN_LETTERS]))
    return letters < THIN_LETTERS and any(ARMS_SECTION.search(name) for name in listing.category_path)

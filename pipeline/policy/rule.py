"""The policy in force, and the verdicts that it draws."""

from typing import Self

import msgspec

from pipeline.explore import explored
from pipeline.policy.cut import USUAL, Cut
from pipeline.policy.scores import ASIDE, counted, scores
from pipeline.records import Classification, Context, Listing, digest
from pipeline.settings import Counts
from pipeline.taxonomy import IN_SCOPE, Act, Category, Indicator, Track, Verdict

KIND = "policy"
"""Under which the wordings of policies are kept."""
URGENT = frozenset({Indicator.HARM})
"""Signs of a threat to life: whoever shows one is looked at now, whatever the scores, cuts and budgets say."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The scores from which a listing is flagged, or waits for review, on each track; and what counts as an offer."""

    cuts: dict[Track, Cut]
    categories: dict[Category, Cut] = msgspec.field(default_factory=dict)
    """Cuts of the offers track for offers of one category, where they are not that track's own."""
    counts: Counts = Counts()
    explore: float = 0.0
    """Share of the clear listings just below the offers' cut that wait for review all the same."""

    @classmethod
    def of(cls, text: str) -> Self:
        """The policy that a text spells."""
        return msgspec.json.decode(text, type=cls)

    @property
    def text(self) -> str:
        """All of it as JSON; the same for equal policies."""
        return msgspec.json.encode(self, order="deterministic").decode()

    @property
    def digest(self) -> str:
        """The same for equal policies."""
        return digest(KIND, self.text)

    def cut(self, track: Track, category: Category) -> Cut:
        """The cut that holds on a track for a listing whose likeliest category is this one."""
        own = self.categories.get(category) if track is Track.OFFERS else None
        return own or self.cuts.get(track) or USUAL[track]


def verdicts(
    listing: Listing, classification: Classification, policy: Policy, context: Context | None = None
) -> dict[Track, Verdict]:
    """The verdict on offers, and on every other track that asks for a look; a track that is not there is clear."""
    category = counted(classification, policy.counts)
    known = scores(listing, classification, context or Context(), policy.counts)
    found = {Track.OFFERS: Verdict.CLEAR}
    found |= {track: policy.cut(track, category).verdict(score) for track, score in known.items()}
    if found[Track.OFFERS] is not Verdict.CLEAR:
        found.pop(Track.THIN, None)  # the text told enough
    if max(found.values(), key=lambda verdict: verdict.weight) is Verdict.CLEAR and _explored(
        listing, classification, policy, category
    ):
        found[Track.OFFERS] = Verdict.REVIEW
    if any(sign.id in URGENT for sign in classification.signs):
        found[_track_of(classification)] = Verdict.FLAGGED
    return {track: verdict for track, verdict in found.items() if track is Track.OFFERS or verdict is not Verdict.CLEAR}


def _explored(listing: Listing, classification: Classification, policy: Policy, category: Category) -> bool:
    """Whether a clear listing goes before a person, so that what the model misses is seen and counted."""
    cut = policy.cut(Track.OFFERS, category).review_at
    return explored(
        listing.id, listing.version, classification.score, cut, policy.explore, screened=classification.screened
    )


def _track_of(classification: Classification) -> Track:
    """The track of what is offered or asked for; what has none of its own is a service, as is harm for hire."""
    if classification.act is Act.REQUEST:
        return Track.REQUESTS
    if classification.category in IN_SCOPE:
        return Track.OFFERS
    return next((track for track, known in ASIDE.items() if classification.category in known), Track.SERVICES)

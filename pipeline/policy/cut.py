"""Thresholds: from which score a listing waits for review, and from which it is flagged."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from pipeline.taxonomy import Track, Verdict

NEVER = 2.0
"""A threshold that no score reaches."""
LIKELY = 0.5
"""Probability from which a category outside Article 3 is worth a look on its own track."""
WANTED, WANTED_MUCH = 0.2, 0.8
"""Probability of being about something in scope from which a request waits, and from which it is flagged."""
ONE_HIT = 0.01
"""Share of a vendor's listings that were hits from which the thin ones are read: one in a hundred."""


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """The scores from which a listing waits for review, and from which it is flagged."""

    review_at: float
    flag_at: float

    def verdict(self, score: float) -> Verdict:
        """The verdict on a score; a threshold belongs to the verdict above it."""
        if score >= self.flag_at:
            return Verdict.FLAGGED
        return Verdict.REVIEW if score >= self.review_at else Verdict.CLEAR


USUAL: Mapping[Track, Cut] = MappingProxyType(
    {
        Track.REQUESTS: Cut(review_at=WANTED, flag_at=WANTED_MUCH),
        Track.DIGITAL: Cut(review_at=LIKELY, flag_at=NEVER),
        Track.CONVERTIBLE: Cut(review_at=LIKELY, flag_at=NEVER),
        Track.EXPLOSIVES: Cut(review_at=LIKELY, flag_at=NEVER),
        Track.SERVICES: Cut(review_at=LIKELY, flag_at=NEVER),
        Track.THIN: Cut(review_at=ONE_HIT, flag_at=NEVER),
    }
)
"""The cuts of tracks for which a model advises none. Offers have no usual cut: only the model knows its scores."""

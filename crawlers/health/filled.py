"""How many of the listings read have each field that the profile expects."""

from collections import Counter
from collections.abc import Mapping, Sequence

from crawlers.profile import MarketProfile
from crawlers.reason import Reason
from crawlers.saved import flat
from pipeline.records import Listing, Rejected

ALL, UNREAD = "", "!"
"""Under these names stand all listings, and those among them that could not be read for want of a title or a key."""
UNREADABLE = (Reason.NO_TITLE, Reason.NO_KEY)


def filled(listings: Sequence[Listing], rejected: Sequence[Rejected], profile: MarketProfile) -> Mapping[str, int]:
    """How many listings there are, were unread, and have each expected field; one without a title has nothing."""
    count: Counter[str] = Counter()
    count[UNREAD] = sum(one.reason in UNREADABLE for one in rejected)
    count[ALL] = len(listings) + count[UNREAD]
    for row in map(flat, listings if profile.expect else ()):
        count.update(name for name in profile.expect if row[name] not in ("", None, ()))
    return {name: number for name, number in count.items() if number}

"""That a listing was there, or gone, at one visit."""

from pipeline.records.base import Record, Time
from pipeline.taxonomy import Open


class Presence(Open):
    """Whether a listing was there at a visit."""

    PRESENT = "present"
    GONE = "gone"
    UNKNOWN = "unknown"


class Sighting(Record, frozen=True, kw_only=True, tag="sighting"):
    """That a listing was there, or gone, at one visit."""

    listing_id: str
    market: str
    visit: str
    time: Time
    presence: Presence
    version: str = ""
    reason: str = ""
    """Why a gone listing is held to be gone: "not_found", "removed", "unlisted"."""

"""Gives each listing a number whose order is that of (first seen, id), so that SQLite finds the newest without sorting.

A place has 64 bits: the millisecond since 2000 (41), the first three hexadecimal digits of the id (12), a slot (11). The
listings of one bucket, which share all but the slot, are sorted when they are read. A millisecond is crowded, and one
bucket as a whole, once any of its buckets ran out of slots; the ends of the range, which take all times outside it, are
crowded from the start.
"""

from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta

SLOT_BITS = 11
MOMENT_BITS = 23
LAST = 2**41 - 1
OFFSET = 2**63
ALWAYS_CROWDED = frozenset({0, LAST})

_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_Y2000 = 946_684_800_000


def milliseconds(time: datetime) -> int:
    """Whole milliseconds since 1970, rounded down."""
    return (time - _UNIX) // _MILLISECOND


def milliseconds_up(time: datetime) -> int:
    """Whole milliseconds since 1970, rounded up."""
    return -((_UNIX - time) // _MILLISECOND)


def moment(time_ms: int) -> int:
    """The millisecond since 2000, or the end of the range that is nearest."""
    return min(max(time_ms - _Y2000, 0), LAST)


def bucket(time_ms: int, listing_id: str, crowded: AbstractSet[int]) -> range:
    """The places where a listing may stand."""
    start = moment(time_ms) << MOMENT_BITS
    if moment(time_ms) in crowded:
        return _range(start, MOMENT_BITS)
    return _range(start | int(listing_id[:3], 16) << SLOT_BITS, SLOT_BITS)


def places_of(time_ms: int) -> range | None:
    """All places of a millisecond; None at the ends of the range, where other times stand too."""
    return None if moment(time_ms) in ALWAYS_CROWDED else _range(moment(time_ms) << MOMENT_BITS, MOMENT_BITS)


def bucket_of(place: int, crowded: AbstractSet[int]) -> int:
    """The first place of a place's bucket."""
    here = place + OFFSET
    bits = MOMENT_BITS if here >> MOMENT_BITS in crowded else SLOT_BITS
    return (here >> bits << bits) - OFFSET


def _range(start: int, bits: int) -> range:
    return range(start - OFFSET, start - OFFSET + (1 << bits))

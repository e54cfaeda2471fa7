"""What a visit has to say of a listing: a Listing when there is news, a Sighting at every visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from pipeline.records import Listing, Presence, Record, Sighting, digest, listing_id


@dataclass(frozen=True, kw_only=True)
class Said:
    """What was last said of a listing."""

    key: str
    address: str
    statement: str
    version: str
    presence: Presence
    visit: str


@dataclass(frozen=True, kw_only=True, repr=False)
class News:
    """What to publish of a listing, and what to remember as said."""

    records: Sequence[Record]
    said: Said


def present(listing: Listing, address: str, visit: str, before: Said | None) -> News:
    """That the listing is there: with what it says where that is new, and nothing at all twice in one visit."""
    said = Said(
        key=listing.key,
        address=address,
        statement=statement(listing),
        version=listing.version,
        presence=Presence.PRESENT,
        visit=visit,
    )
    if said == before:
        return News(records=(), said=said)
    sighting = Sighting(
        listing_id=listing.id,
        market=listing.market,
        visit=visit,
        time=listing.provenance.time,
        presence=Presence.PRESENT,
        version=listing.version,
    )
    told = before is not None and before.statement == said.statement
    return News(records=(sighting,) if told else (listing, sighting), said=said)


def absent(before: Said, market: str, visit: str, time: datetime, reason: str) -> News:
    """That a listing is there no more."""
    sighting = Sighting(
        listing_id=listing_id(market, before.key),
        market=market,
        visit=visit,
        time=time,
        presence=Presence.GONE,
        version=before.version,
        reason=reason,
    )
    said = Said(
        key=before.key,
        address=before.address,
        statement=before.statement,
        version=before.version,
        presence=Presence.GONE,
        visit=visit,
    )
    return News(records=(sighting,), said=said)


def statement(listing: Listing) -> str:
    """The same for two readings that say the same of an offer; what changes by itself (stock, sales, rates) is left out."""
    told = (
        listing.version,
        listing.category_path,
        listing.amounts,
        listing.item,
        (listing.ships_from, listing.ships_from_text, listing.ships_to, listing.ships_to_text),
        (listing.price_per, listing.bulk, listing.payment, listing.ships_not_to),
        listing.delivery,
        listing.about_vendor.pgp,
    )
    return digest("statement", msgspec.json.encode(told).decode())

"""Saved pages, read without any network."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import msgspec

from crawlers.extract import extract
from crawlers.page import Page
from crawlers.profile import Fields, MarketProfile, load, read
from pipeline.errors import SettingsError
from pipeline.records import Capture, Item, Listing, Rejected, Supply, Vendor

ORIGIN = "http://saved.invalid"


class Fill(msgspec.Struct, frozen=True, kw_only=True):
    """In how many listings a field was read."""

    field: str
    filled: float
    """Share of the listings."""
    expected: float | None
    unread: int = 0
    """Listings that show a text for it which could not be read."""

    @property
    def short(self) -> bool:
        """Whether the profile expects more."""
        return self.expected is not None and self.filled < self.expected


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """How well a profile reads saved pages."""

    listings: int
    rejected: int
    fields: tuple[Fill, ...]

    @property
    def sound(self) -> bool:
        """Whether there are listings, and as much of each field as the profile expects."""
        return self.listings > 0 and not any(one.short for one in self.fields)


def profile_of(name: str, extra: str) -> MarketProfile:
    """The profile of a market, or the one in a file."""
    path = Path(name)
    return read(path, extra) if path.suffix in (".yaml", ".yml") else load(name, extra)


def page_of(path: Path, profile: MarketProfile, address: str = "") -> Page:
    """The page in a file, as if fetched from `address`; without one, as a listing's page whose key is the file's name."""
    try:
        body = path.read_bytes()
        saved = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    place = address or ("" if profile.rows else profile.listing.replace("{key}", quote(path.stem))) or "/"
    capture = Capture(
        time=saved,
        url=ORIGIN + place,
        visit="",
        page=hashlib.sha256(body).hexdigest(),
        profile=profile.digest,
        activation=0,
    )
    return Page(capture=capture, body=body)


def read_page(path: Path, profile: MarketProfile, address: str = "") -> tuple[list[Listing], list[Rejected]]:
    """The listings of a saved page, and what should have been one."""
    found = extract(page_of(path, profile, address), profile)
    listings = [one for one in found if isinstance(one, Listing)]
    return listings, [one for one in found if isinstance(one, Rejected)]


def fill(profile: MarketProfile, pages: Sequence[Path]) -> Filled:
    """How many of its fields the profile fills on saved pages."""
    listings: list[Listing] = []
    rejected = 0
    for page in pages:
        found, refused = read_page(page, profile)
        listings += found
        rejected += len(refused)
    unread = Counter(text.field for listing in listings for text in listing.unread)
    rows = [flat(listing) for listing in listings]
    names = [name for name in Fields.__struct_fields__ if getattr(profile.fields, name) or name in profile.expect]
    return Filled(
        listings=len(rows),
        rejected=rejected,
        fields=tuple(_fill(name, rows, profile, unread) for name in names if rows),
    )


def _fill(name: str, rows: Sequence[dict[str, object]], profile: MarketProfile, unread: Counter[str]) -> Fill:
    also = "supply" if name == "stock" else name  # "unlimited" is said of a stock, too
    filled = sum(any(row[one] not in ("", None, ()) for one in (name, also)) for row in rows) / len(rows)
    return Fill(field=name, filled=filled, expected=profile.expect.get(name), unread=unread[name])


def flat(listing: Listing) -> dict[str, object]:
    """A listing under the names of a profile's fields, each value as it was read."""
    price = listing.price
    return {
        "market": listing.market,
        "key": listing.key,
        "title": listing.title,
        "vendor": listing.vendor,
        "price": price.amount if price else None,
        "currency": price.currency if price else "",
        "price_text": listing.price_text,
        "price_per": listing.price_per,
        "bulk": listing.bulk,
        "ships_from": listing.ships_from,
        "ships_from_text": listing.ships_from_text,
        "ships_to": listing.ships_to,
        "ships_to_text": listing.ships_to_text,
        "ships_not_to": listing.ships_not_to,
        "category_path": listing.category_path,
        "shipping": listing.shipping,
        "amounts": listing.amounts,
        "delivery": listing.delivery,
        "payment": listing.payment,
        "stock": listing.stock,
        "supply": listing.supply if listing.supply is not Supply.UNKNOWN else "",
        "sold": listing.sold,
        "feedback": listing.feedback,
        "posted": listing.posted,
        **_thing(listing.item),
        **_vendor(listing.about_vendor),
        "description": listing.description,
        "truncated": listing.truncated,
        "unread": listing.unread,
    }


def _thing(item: Item) -> dict[str, object]:
    return {
        "make": item.make,
        "model": item.model,
        "calibre": item.calibre,
        "action": item.action,
        "condition": item.condition,
        "origin": item.origin,
    }


def _vendor(vendor: Vendor) -> dict[str, object]:
    return {
        "vendor_profile": vendor.profile,
        "vendor_pgp": vendor.pgp,
        "vendor_joined": vendor.joined,
        "vendor_rating": vendor.rating,
        "vendor_score": vendor.score,
        "vendor_sales": vendor.sales,
        "vendor_last_seen": vendor.last_seen,
    }

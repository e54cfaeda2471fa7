"""Saved pages, read without any network."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from crawlers.extract import extract
from crawlers.page import Page
from crawlers.profile import MarketProfile, load, read
from pipeline.errors import SettingsError
from pipeline.records import Capture, Item, Listing, Rejected, Supply, Vendor

ORIGIN = "http://saved.invalid"


def profile_of(name: str, extra: str) -> MarketProfile:
    """The profile of a market, or the one in a file, which has a folder or an ending to its name."""
    path = Path(name)
    return read(path, extra) if path.suffix or "/" in name else load(name, extra)


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

"""The listings that a page shows: a pure function of page and profile."""

import re
from datetime import datetime
from itertools import islice

import parsel
from msgspec.structs import replace

from crawlers.page import Page
from crawlers.pattern import joined, local
from crawlers.profile import Fields, MarketProfile, select
from crawlers.reason import Reason
from crawlers.shown import every, first
from crawlers.unread import unread
from pipeline.records import Delivery, Item, Listing, Rejected, Shipping, Vendor
from pipeline.text import bounded
from pipeline.values import (
    bulk,
    countries,
    date,
    exclusions,
    is_fingerprint,
    keys,
    lot,
    money,
    payment,
    per,
    score,
    stock,
    whole,
)

LONGEST_KEY = 300
MOST_ROWS = 500
"""Rows of one result page that are read."""
MOST_IN_ROWS = 60_000
"""Elements of all rows together: twice as many as a page may have, and no page of rows side by side has them."""
MOST_ENTRIES = 50
"""Categories, ways of delivery and vendor keys of one listing that are kept."""
LISTS = ("category_path", "shipping", "delivery", "payment", "bulk", "vendor_pgp")
"""Fields of which every match counts; of the others the first one does."""
STEP = re.compile(r"\s*[>»›\n]\s*")
"""What stands between the categories of a path that is one text."""
DELIVERIES = {
    "digital": Delivery.DIGITAL,
    "drone": Delivery.DRONE,
    "dead drop": Delivery.DROP,
    "in person": Delivery.IN_PERSON,
    "pickup": Delivery.IN_PERSON,
    "physical": Delivery.POST,
    "post": Delivery.POST,
    "mail": Delivery.POST,
}
"""What markets call the ways of delivery."""


def extract(page: Page, profile: MarketProfile) -> list[Listing | Rejected]:
    """Every listing of the page, or why what should be one is none; empty for a page that shows none."""
    key = _key(page.address, profile)
    if key is None and not profile.rows:
        return []
    if not isinstance(document := page.document, parsel.Selector):
        return [document]
    if not profile.rows:
        return [_listing(document, key or "", page, profile)]
    rows = select(document, profile.rows)[:MOST_ROWS]
    if sum(int(row.root.xpath("count(.//*)")) for row in rows if hasattr(row.root, "xpath")) > MOST_IN_ROWS:
        return [Rejected(reason=Reason.HOSTILE, detail="rows inside rows")]
    return [_listing(row, _row_key(row, page, profile), page, profile) for row in rows]


def _key(address: str, profile: MarketProfile) -> str | None:
    """The market's own key in an address; None where the address is no listing's."""
    match = profile.key_pattern.match(address) if profile.key_pattern else None
    return match["key"] if match else None


def _row_key(row: parsel.Selector, page: Page, profile: MarketProfile) -> str:
    """The key that a row shows, or that the link it shows has in it; "" where that is no listing's link."""
    shown = first(row, profile.fields.key)
    if not re.search("[/?]", shown):
        return shown
    return _key(local(joined(page.capture.url, shown)) or "", profile) or ""


def _listing(node: parsel.Selector, key: str, page: Page, profile: MarketProfile) -> Listing | Rejected:
    if not key or len(key) > LONGEST_KEY:
        return Rejected(reason=Reason.NO_KEY, detail=key[:100])
    if not first(node, profile.fields.title):
        return Rejected(reason=Reason.NO_TITLE, detail=key[:100])
    return _read(node, key, page, profile)


def _read(node: parsel.Selector, key: str, page: Page, profile: MarketProfile) -> Listing:
    texts, cut = _texts(node, profile.fields)
    lists = {name: _list(node, profile, name) for name in LISTS}
    left, supply = stock(texts["stock"])
    delivery = _deliveries(lists["delivery"])
    found = Listing(
        market=profile.market,
        key=key,
        title=" ".join(texts["title"].split()),
        provenance=page.capture,
        description=texts["description"],
        vendor=texts["vendor"],
        venue=profile.venue,
        category_path=_path(lists["category_path"]),
        price=money(texts["price"]),
        price_text=texts["price"],
        price_per=per(texts["price"]),
        bulk=tuple(bulk(text) for text in lists["bulk"]),
        shipping=tuple(Shipping(text=text, price=money(text)) for text in lists["shipping"]),
        amounts=lot(texts["amounts"]),
        item=_item(texts, delivery),
        ships_from=countries(texts["ships_from"]),
        ships_from_text=texts["ships_from"],
        ships_to=countries(texts["ships_to"]),
        ships_to_text=texts["ships_to"],
        ships_not_to=exclusions(texts["ships_to"]),
        delivery=delivery,
        payment=payment("; ".join(lists["payment"])),
        about_vendor=_vendor(texts, lists["vendor_pgp"], page.capture.time),
        feedback=whole(texts["feedback"]),
        sold=whole(texts["sold"]),
        stock=left,
        supply=supply,
        posted=date(texts["posted"], page.capture.time),
        truncated=cut,
    )
    return replace(found, unread=unread(found, texts, lists))


def _texts(node: parsel.Selector, fields: Fields) -> tuple[dict[str, str], tuple[str, ...]]:
    """The text of every field that has one, and the names of those that were cut."""
    read = {name: bounded(_text(node, fields, name)) for name in Fields.__struct_fields__ if name not in LISTS}
    return {name: text for name, (text, _) in read.items()}, tuple(name for name, (_, cut) in read.items() if cut)


def _text(node: parsel.Selector, fields: Fields, name: str) -> str:
    if name == "description":
        return "\n".join(every(node, fields.description))
    return first(node, getattr(fields, name))


def _list(node: parsel.Selector, profile: MarketProfile, name: str) -> tuple[str, ...]:
    found = every(node, getattr(profile.fields, name))
    return tuple(bounded(text)[0] for text in islice(found, MOST_ENTRIES))


def _path(steps: tuple[str, ...]) -> tuple[str, ...]:
    apart = STEP.split(steps[0]) if len(steps) == 1 else steps
    return tuple(step for step in apart if step)[:MOST_ENTRIES]


def _deliveries(texts: tuple[str, ...]) -> tuple[Delivery, ...]:
    said = " ".join(texts).lower()
    return tuple(dict.fromkeys(delivery for word, delivery in DELIVERIES.items() if word in said))


def _item(texts: dict[str, str], delivery: tuple[Delivery, ...]) -> Item:
    return Item(
        make=texts["make"],
        model=texts["model"],
        calibre=texts["calibre"],
        action=texts["action"],
        condition=texts["condition"],
        origin=texts["origin"],
        digital=True if Delivery.DIGITAL in delivery else None,
    )


def _vendor(texts: dict[str, str], shown: tuple[str, ...], at: datetime) -> Vendor:
    return Vendor(
        profile=texts["vendor_profile"],
        pgp=_keys(shown, texts["description"]),
        joined=date(texts["vendor_joined"], at),
        rating=texts["vendor_rating"],
        score=score(texts["vendor_rating"]),
        sales=whole(texts["vendor_sales"]),
        last_seen=date(texts["vendor_last_seen"], at),
    )


def _keys(shown: tuple[str, ...], description: str) -> tuple[str, ...]:
    """The keys and fingerprints where the profile looks for them, and the keys inside the description."""
    found = [key for text in shown for key in ((text,) if is_fingerprint(text) else keys(text))]
    return tuple(dict.fromkeys((*found, *keys(description))))[:MOST_ENTRIES]

"""Which texts of a page stand for a value and could not be read as one."""

from collections.abc import Mapping

from pipeline.records import Listing, Supply, Unread

LONGEST = 200
"""Characters of an unread text that are kept."""


def unread(listing: Listing, texts: Mapping[str, str], lists: Mapping[str, tuple[str, ...]]) -> tuple[Unread, ...]:
    """The texts of a listing's fields that say something that its values do not."""
    shown = dict(texts) | {name: "\n".join(found) for name, found in lists.items()}
    shown["bulk"] = "\n".join(row.text for row in listing.bulk if not (row.price and row.amount))
    values = _values(listing)
    return tuple(
        Unread(field=name, text=shown[name][:LONGEST]) for name, read in values.items() if shown[name] and not read
    )


def _values(listing: Listing) -> dict[str, bool]:
    """Whether each field that is more than text was read."""
    vendor = listing.about_vendor
    return {
        "price": listing.price is not None,
        "bulk": False,  # whatever is left of it: the rows that were read are taken out
        "amounts": bool(listing.amounts),
        "ships_from": bool(listing.ships_from),
        "ships_to": bool(listing.ships_to or listing.ships_not_to),
        "delivery": bool(listing.delivery),
        "payment": bool(listing.payment),
        "feedback": listing.feedback is not None,
        "sold": listing.sold is not None,
        "stock": listing.stock is not None or listing.supply is not Supply.UNKNOWN,
        "posted": listing.posted is not None,
        "vendor_pgp": bool(vendor.pgp),
        "vendor_joined": vendor.joined is not None,
        "vendor_rating": vendor.score is not None,
        "vendor_sales": vendor.sales is not None,
        "vendor_last_seen": vendor.last_seen is not None,
    }

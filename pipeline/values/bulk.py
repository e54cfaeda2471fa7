"""What a price buys, and what more of it costs."""

import re

from msgspec.structs import replace

from pipeline.records import Amount, Bulk
from pipeline.values.amounts import leading, quantity
from pipeline.values.money import money, offered, opens_with_price
from pipeline.values.numbers import readable

_PER = re.compile(r" ?(?:/|\b(?:per|pro|each|apiece|je|par|por|за|for|für)\b) ?", re.IGNORECASE)
_NEXT = re.compile(r" \(| [-–|] |;|,(?!\d)")
"""What follows it is about something else."""


def per(text: str) -> Amount | None:
    """What one price of a text buys: "$5 per gram", "485.00 USD/112g", "$80 for 10 g"; None where it does not say."""
    head = readable(text)
    price = offered(head)
    found = _PER.match(head, price.end()) if price else None
    if found is None:
        return None
    what = _NEXT.split(head[found.end() :])[0]
    if opens_with_price(what):
        return None
    return leading(what) or (leading("each") if found[0].strip().lower() in ("each", "apiece") else None)


def bulk(text: str) -> Bulk:
    """One row of a table of bulk prices: "5 Each or more: 2.76 USD/Each", "10 g – $80", "100+ $1.20 each"."""
    head = readable(text)
    price = offered(head)
    amount = quantity(head[: price.start()]) if price else None
    row = Bulk(text=text, amount=amount, price=money(text), per=per(text))
    return row if row.amount or row.per is None else replace(row, amount=row.per, per=None)

"""What every record is made of."""

import hashlib
from datetime import datetime
from decimal import Decimal
from typing import Annotated

import msgspec

from pipeline.taxonomy import Open

Time = Annotated[datetime, msgspec.Meta(tz=True)]
"""An instant: a record whose time names no time zone is none, for nobody could say which of two was first."""

Whole = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""A whole number of 64 bits, the most that every log and index takes."""


def digest(*parts: str) -> str:
    """The identity of a sequence of strings: the first 128 bits of their SHA-256 as 32 hexadecimal digits."""
    framed = bytearray()
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        framed += len(raw).to_bytes(4, "big") + raw
    return hashlib.sha256(framed).hexdigest()[:32]


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="record", gc=False):
    """Anything a topic carries. Frozen values hold no cycles, so that the garbage collector need not look at them."""


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A part of a record."""


class Precision(Open):
    """How much of a date its source gave."""

    INSTANT = "instant"
    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    UNKNOWN = "unknown"


class Date(Value, frozen=True, kw_only=True):
    """A date as exact as its source: the first instant of the period, in UTC, and the period's kind."""

    at: Time
    precision: Precision = Precision.DAY


class Money(Value, frozen=True, kw_only=True):
    """An amount in a currency: an ISO 4217 code, or the ticker of a cryptocurrency (BTC, XMR, LTC, ETH …)."""

    amount: Decimal
    currency: str


class Amount(Value, frozen=True, kw_only=True):
    """How much is offered: a number and its unit as written, in lower case ("rounds", "g", "pcs")."""

    value: Decimal
    unit: str = ""

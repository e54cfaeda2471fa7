"""A listing as researchers see it: what it offers, where and when, without who, and without its text."""

import hmac
from collections.abc import Mapping
from datetime import datetime

from pipeline.index.document import Document
from pipeline.index.fields import FIELDS, Content, Field, Kind
from pipeline.records import Assessment

PSEUDONYMS = ("id", "key", "vendor")
"""Fields whose values are replaced by pseudonyms."""
NAMED = ("make", "calibre")
"""Fields that keep what the program recognised, and lose the market's own words."""
LEAST_KEY_BYTES = 32
SCORE_DIGITS = 2
"""Decimals that a score keeps: its others would tell which text was scored."""
DOLLAR, HUNDRED_DOLLARS, PRICE_DIGITS = 100, 10_000, 2
_LETTERS = 32


def _is_kept(field: Field) -> bool:
    return field.name in (*PSEUDONYMS, *NAMED) or not (field.kind is Kind.TEXT or field.endless)


RESEARCHED: Mapping[str, Field] = {name: field for name, field in FIELDS.items() if _is_kept(field)}
"""The fields that are left: no title, no description, no category in the market's own words."""


def pseudonymous(document: Document, key: bytes) -> dict[str, Content]:
    """The contents of `RESEARCHED` for a visible document, times cut to the day, scores and prices rounded; a pseudonymous id alone for a hidden one."""
    current = document.current
    if current is None:
        return {"id": pseudonym(key, "id", document.id)}
    return {name: _content(field, document, current, key) for name, field in RESEARCHED.items()}


def pseudonym(key: bytes, field: str, value: str) -> str:
    """The first 128 bits of HMAC-SHA256 over field and value, in hexadecimal; "" stays "".

    Equal values of one field have equal pseudonyms under one key, so that a vendor can be followed without being known.
    """
    if not value:
        return ""
    told = f"{field}\0{value}".encode("utf-8", "surrogatepass")
    return hmac.new(key, told, "sha256").hexdigest()[:_LETTERS]


def rounded(cents: int) -> int:
    """A price in US cents as researchers see it: whole dollars below 100 (one at least, but for nothing), from there two digits."""
    step = DOLLAR if cents < HUNDRED_DOLLARS else 10 ** (len(str(cents)) - PRICE_DIGITS)
    return max((cents + step // 2) // step * step, min(cents, 1) * DOLLAR)


def _content(field: Field, document: Document, current: Assessment, key: bytes) -> Content:
    content = field.get(document, current)
    if field.name in PSEUDONYMS:
        return pseudonym(key, field.name, str(content))
    if field.name in NAMED:
        known = {entity.value for entity in current.classification.entities if entity.kind == field.name}
        return tuple(value for value in content if value in known) if isinstance(content, tuple) else ()
    match field.kind:
        case Kind.DATE:
            return _day(content)
        case Kind.MONEY if isinstance(content, int):
            return rounded(content)
        case Kind.NUMBER if isinstance(content, float):
            return round(content, SCORE_DIGITS)
        case _:
            return content


def _day(content: Content) -> Content:
    return content.replace(hour=0, minute=0, second=0, microsecond=0) if isinstance(content, datetime) else content

"""Says where a page of hits ended, in a text that a reader hands back for the next one."""

import base64
from typing import Annotated

import msgspec

from pipeline.errors import SettingsError
from pipeline.index import Query, Sort
from pipeline.index.query import terms

LONGEST = 300
Whole64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class Cursor(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The last hit of a page: what it was sorted by, and its id."""

    sort: Sort
    key: Whole64 | float
    id: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")]


def text(cursor: Cursor) -> str:
    """The cursor as letters, digits, `-` and `_`."""
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def read(after: str, sort: Sort) -> Cursor | None:
    """The cursor in a text, None in ""; a `SettingsError` where it is none for this order."""
    if not after:
        return None
    try:
        found = msgspec.json.decode(_bytes(after), type=Cursor)
    except (ValueError, RecursionError) as error:
        raise SettingsError("after: no place in a search; give the `next` of the page before") from error
    if found.sort is not sort and (found.sort, sort) != (Sort.NEWEST, Sort.RELEVANCE):
        raise SettingsError(f"after: a place in the order '{found.sort}', not '{sort}'; start at the first page")
    return found


def order(query: Query, *, ranked: bool = True) -> tuple[Sort, Cursor | None]:
    """The order that a search follows, and where it goes on; relevance falls back to newest without words, or where not `ranked`."""
    after = read(query.after, query.sort)
    worded = any(not term.excluded for term in terms(query.words))
    if after and after.sort is Sort.RELEVANCE and not worded:
        raise SettingsError("after: a place in a search for words, and there are none; start at the first page")
    if after:
        return after.sort, after
    return (Sort.NEWEST if query.sort is Sort.RELEVANCE and not (ranked and worded) else query.sort), None


def _bytes(after: str) -> bytes:
    if len(after) > LONGEST:
        raise ValueError("too long")
    return base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True)

"""What a profile reads on saved pages: how often each field, what for example, and what it could not read."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from crawlers.profile import Fields, MarketProfile
from crawlers.saved import flat, read_page
from pipeline.records import Listing

MOST_EXAMPLES = 2
FEWEST = 3
"""Listings from which one value in all of them tells something."""
LONGEST_EXAMPLE = 200


class Fill(msgspec.Struct, frozen=True, kw_only=True):
    """In how many listings a field was read."""

    field: str
    filled: float
    """Share of the listings."""
    expected: float | None
    examples: tuple[str, ...]
    """The first different values."""
    same: bool = False
    """Whether listings with different titles all have one value."""

    @property
    def short(self) -> bool:
        """Whether the profile expects more."""
        return self.expected is not None and self.filled < self.expected


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A page, or a row of one, that gave no listing."""

    page: str
    reason: str
    detail: str


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """Texts of which no value came."""

    field: str
    listings: int
    examples: tuple[str, ...]


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """How well a profile reads saved pages."""

    pages: int
    listings: int
    rejected: int
    fields: tuple[Fill, ...]
    refused: tuple[Refused, ...]
    unread: tuple[Unread, ...]

    @property
    def sound(self) -> bool:
        """Whether there are listings, and as much of each field as the profile expects."""
        return self.listings > 0 and not any(one.short for one in self.fields)


def checked(profile: MarketProfile, pages: Sequence[Path]) -> Checked:
    """What the profile reads on the pages."""
    listings: list[Listing] = []
    refused: list[Refused] = []
    for page in pages:
        found, rejected = read_page(page, profile)
        listings += found
        refused += [Refused(page=str(page), reason=one.reason, detail=one.detail) for one in rejected]
        if not found and not rejected:
            refused.append(Refused(page=str(page), reason="no_listing", detail=""))
    rows = [flat(listing) for listing in listings]
    names = [name for name in Fields.__struct_fields__ if getattr(profile.fields, name) or name in profile.expect]
    return Checked(
        pages=len(pages),
        listings=len(rows),
        rejected=len(refused),
        fields=tuple(_fill(name, rows, profile) for name in names if rows),
        refused=tuple(refused),
        unread=_unread(listings),
    )


def _fill(name: str, rows: Sequence[Mapping[str, object]], profile: MarketProfile) -> Fill:
    told = [_told(row, _shown(row, name)) for row in rows if _shown(row, name)]
    return Fill(
        field=name,
        filled=len(told) / len(rows),
        expected=profile.expect.get(name),
        examples=_examples(told),
        same=len(told) == len(rows) >= FEWEST and len(set(told)) == 1 and len({row["title"] for row in rows}) > 1,
    )


def _shown(row: Mapping[str, object], name: str) -> str:
    """The name of the value that a field gave; "" where it gave none. "Unlimited" is said of a stock, too."""
    names = (name, "supply") if name == "stock" else (name,)
    return next((one for one in names if row[one] not in ("", None, ())), "")


def _told(row: Mapping[str, object], name: str) -> str:
    value = row[name]
    text = f"{value} {row['currency']}" if name == "price" else value
    return ", ".join(map(_plain, text)) if isinstance(text, tuple) else _plain(text)


def _plain(value: object) -> str:
    """A value in words; of a record its text."""
    text = value if isinstance(value, str) else str(getattr(value, "text", getattr(value, "at", value)))
    return " ".join(text.split())[:LONGEST_EXAMPLE]


def _unread(listings: Sequence[Listing]) -> tuple[Unread, ...]:
    texts: dict[str, list[str]] = defaultdict(list)
    for listing in listings:
        for one in listing.unread:
            texts[one.field].append(_plain(one.text))
    return tuple(Unread(field=name, listings=len(told), examples=_examples(told)) for name, told in texts.items())


def _examples(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(text for text, _ in Counter(texts).most_common()[:MOST_EXAMPLES])

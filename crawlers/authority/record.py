"""The legal basis under which markets are read: what it covers, and until when."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

import msgspec

NOTICE = timedelta(days=14)
"""How long before its end an authority is said to end."""


class Scope(StrEnum):
    """How far into a market an authority reaches."""

    PUBLIC_PAGES = "public_pages"
    INSIDE_SESSION = "inside_session"
    """Inside a session that an officer opened, public pages included."""


class Authority(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One legal basis under which markets may be read."""

    id: str
    basis: str
    """The law or order that allows it."""
    issuer: str
    """Who gave it."""
    scope: Scope
    markets: tuple[str, ...]
    valid_from: date
    valid_until: date
    """The last day, to its end in UTC."""
    opened_by: str = ""
    """The officer who opened the account; asked for where the scope is inside_session."""
    opened_at: date | None = None
    mirrors: tuple[str, ...] = ()
    """The only mirrors it covers; none: whatever mirrors the markets have."""

    @property
    def begin(self) -> datetime:
        """The first instant of the first day, UTC."""
        return datetime.combine(self.valid_from, time(), UTC)

    @property
    def end(self) -> datetime:
        """The first instant after the last day, UTC."""
        return datetime.combine(self.valid_until, time(), UTC) + timedelta(days=1)

    def ends_soon(self, now: datetime) -> str:
        """The warning that it ends within 14 days; "" while that is further off, or past."""
        left = self.end - now
        if not timedelta() < left <= NOTICE:
            return ""
        return (
            f"authority {self.id} ends on {self.valid_until} ({_span(left)} left): ask {self.issuer} for a new one,"
            f" or stop reading {', '.join(self.markets)}"
        )


def refusal(
    authority: Authority, market: str, now: datetime, *, inside_session: bool = False, mirrors: Collection[str] = ()
) -> str:
    """Why the authority does not allow a market to be read now, with what to do; "" where it does."""
    name = f"authority {authority.id}"
    if market not in authority.markets:
        return f"{name} does not cover market {market}: name one that does in the profile, or have {market} added to it"
    if now < authority.begin:
        return f"{name} is valid only from {authority.valid_from}: wait, or name another in the profile"
    if now >= authority.end:
        return f"{name} ended on {authority.valid_until}: have it renewed, or name another in the profile"
    if authority.mirrors and (others := sorted(set(mirrors) - set(authority.mirrors))):
        return f"{name} covers other mirrors of market {market}, and not {others[0]}: name an authority that does"
    if inside_session and authority.scope is not Scope.INSIDE_SESSION:
        return (
            f"{name} covers public pages only, and market {market} is read inside a session that an officer opened:"
            " name one with scope inside_session, or let go of the session"
        )
    return ""


def _span(left: timedelta) -> str:
    return f"{left.days} days" if left.days != 1 else "1 day"

"""A session that an officer opened by hand, as it is handed over: cookies and browser together, bound to one lane."""

import secrets
from datetime import datetime

import msgspec

from crawlers.gates.cookies import Cookie, Jar


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """What lets a crawl read inside: never logged, never in provenance, on disk only encrypted."""

    market: str
    lane: str
    """The isolation key of its one lane, whose epoch stays fixed while the session lives."""
    user_agent: str
    """The browser's own, which the market saw when the gate was passed."""
    authority: str
    """The authority under which the officer opened it."""
    opened: datetime
    number: int = 0
    """Its number on the desk."""
    cookies: tuple[Cookie, ...] = ()

    def __repr__(self) -> str:
        return f"Session({self.market!r}, {len(self.cookies)} cookies)"

    @property
    def jar(self) -> Jar:
        """Its cookies as a jar."""
        return Jar(cookies=self.cookies)


def lane(market: str) -> str:
    """A new isolation key for a session of a market."""
    return f"{market}.session.{secrets.token_hex(8)}"

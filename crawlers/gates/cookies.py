"""The cookies of one session: what a market set, and what is sent back to it; a value is never shown."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookies import CookieError, SimpleCookie
from typing import Self

import msgspec

MOST_COOKIES = 64
MOST_LETTERS = 4_096
"""Cookies of a session, and letters of one, as browsers bound them."""


class Cookie(msgspec.Struct, frozen=True, kw_only=True):
    """One cookie."""

    name: str
    value: str
    domain: str
    """The mirror that it belongs to, without a leading dot."""
    path: str = "/"
    expires: datetime | None = None
    """None lasts as long as the session."""
    secure: bool = False

    def __repr__(self) -> str:
        return f"Cookie({self.name!r}, …)"

    def names(self, host: str) -> bool:
        """Whether it is one of this host."""
        return host == self.domain or host.endswith(f".{self.domain}")

    def belongs(self, host: str, path: str, now: datetime) -> bool:
        """Whether it is sent with a request for this path of this host."""
        below = path == self.path or path.startswith(self.path.rstrip("/") + "/")
        return self.names(host) and below and (self.expires is None or self.expires > now)


class Jar(msgspec.Struct, frozen=True, kw_only=True):
    """The cookies of one visitor of one market."""

    cookies: tuple[Cookie, ...] = ()

    def __repr__(self) -> str:
        return f"Jar({len(self.cookies)} cookies)"

    def knows(self, host: str) -> bool:
        """Whether there is a cookie of this host."""
        return any(one.names(host) for one in self.cookies)

    def header(self, host: str, path: str, now: datetime) -> str:
        """What the header Cookie says for a request; "" for no cookie. The longest path comes first (RFC 6265, 5.4)."""
        sent = sorted((one for one in self.cookies if one.belongs(host, path, now)), key=lambda one: -len(one.path))
        return "; ".join(f"{one.name}={one.value}" for one in sent)

    def heard(self, lines: Iterable[str], host: str, path: str, now: datetime) -> Self:
        """The jar after a market's Set-Cookie lines: a cookie takes the place of its namesake, an expired one goes."""
        kept = {(one.domain, one.path, one.name): one for one in self.cookies}
        for cookie in (cookie for line in lines for cookie in _cookies(line, host, path, now)):
            key = (cookie.domain, cookie.path, cookie.name)
            kept.pop(key, None)
            if cookie.expires is None or cookie.expires > now:
                kept[key] = cookie
        return type(self)(cookies=tuple(kept.values())[-MOST_COOKIES:])


def _cookies(line: str, host: str, path: str, now: datetime) -> list[Cookie]:
    """The cookie of a Set-Cookie line; none where it is too long, malformed, or for another host."""
    try:
        read = SimpleCookie(line[: 2 * MOST_LETTERS])
    except CookieError:
        return []
    found = []
    for name, told in read.items():
        domain = told["domain"].lstrip(".").lower() or host
        if not (host == domain or host.endswith(f".{domain}")) or len(name) + len(told.coded_value) > MOST_LETTERS:
            continue
        found.append(
            Cookie(
                name=name,
                value=told.coded_value,
                domain=domain if domain.count(".") else host,
                path=told["path"] if told["path"].startswith("/") else path.rpartition("/")[0] or "/",
                expires=_expiry(told["max-age"], told["expires"], now),
                secure=bool(told["secure"]),
            )
        )
    return found


def _expiry(max_age: str, expires: str, now: datetime) -> datetime | None:
    """When a cookie ends; an unreadable time counts as none, so that it ends with the session."""
    try:
        if max_age:
            return now + timedelta(seconds=max(-1, min(int(max_age), 400 * 86_400)))
        ends = parsedate_to_datetime(expires.replace("-", " ")) if expires else None
    except (ValueError, OverflowError):
        return None
    return ends.replace(tzinfo=UTC) if ends and ends.tzinfo is None else ends

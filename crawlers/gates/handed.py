"""Cookie files as browsers write them: Netscape's cookies.txt, and the JSON of Firefox and its extensions."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from crawlers.gates.cookies import MOST_COOKIES, MOST_LETTERS, Cookie
from pipeline.errors import SettingsError

MOST_BYTES = 2**20
FIELDS = 7
"""Columns of cookies.txt: domain, whether sub-domains count, path, secure, expiry, name, value."""
HIDDEN = "#HttpOnly_"
LAST_SECOND = 253_402_300_799
"""The last second of the year 9999; a greater number counts milliseconds."""


class Shown(msgspec.Struct, frozen=True):
    """A cookie as JSON exports write it, in whichever browser's words."""

    name: str
    value: str
    domain: str = ""
    host: str = ""
    path: str = "/"
    secure: bool | None = None
    expires: float | str | None = None
    expiry: float | None = None
    expirationDate: float | None = None  # noqa: N815  # the extensions' own word


class File(msgspec.Struct, frozen=True):
    """The cookies of a JSON file, with the browser where it is named."""

    cookies: tuple[Shown, ...]
    user_agent: str = ""


class Handed(NamedTuple):
    """What was handed over."""

    cookies: tuple[Cookie, ...]
    """Those of the market's mirrors."""
    dropped: tuple[str, ...]
    """The other domains that the file names; their cookies are not read in."""
    user_agent: str
    """The browser, where the file names it."""

    def __repr__(self) -> str:
        return f"Handed({len(self.cookies)} cookies)"


def handed(path: Path, mirrors: Sequence[str]) -> Handed:
    """The market's cookies in a file; a `SettingsError` where it holds none."""
    file = _file(path)
    read = [cookie for cookie in map(_cookie, file.cookies) if cookie]
    ours = tuple(one for one in read if _of(one.domain, mirrors))[:MOST_COOKIES]
    if not ours:
        raise SettingsError(f"{path}: no cookie of a mirror of the profile is in it; export those of the market's tab")
    others = {one.domain for one in read if not _of(one.domain, mirrors)}
    return Handed(cookies=ours, dropped=tuple(sorted(others)), user_agent=file.user_agent)


def _file(path: Path) -> File:
    try:
        with path.open("rb") as opened:
            body = opened.read(MOST_BYTES + 1)
        text = body.decode("utf-8-sig")
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is no text; export cookies.txt or JSON") from error
    if len(body) > MOST_BYTES:
        raise SettingsError(f"{path}: has more than 1 MiB; export the cookies of the market's tab only")
    if text.lstrip()[:1] not in ("{", "["):
        return File(cookies=tuple(_lines(text)))
    try:
        listed = text.lstrip().startswith("[")
        return File(cookies=msgspec.json.decode(text, type=tuple[Shown, ...])) if listed else _read(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise SettingsError(f"{path}: is no list of cookies, nor {{'cookies': […], 'user_agent': …}}") from error


def _read(text: str) -> File:
    return msgspec.json.decode(text, type=File)


def _lines(text: str) -> Iterator[Shown]:
    for line in text.splitlines():
        bare = line.removeprefix(HIDDEN)
        cells = bare.split("\t")
        if len(cells) == FIELDS and not bare.startswith("#"):
            domain, _, path, secure, expires, name, value = cells
            yield Shown(name, value, domain=domain, path=path, secure=secure == "TRUE", expires=expires)


def _cookie(shown: Shown) -> Cookie | None:
    """The cookie; None for one that no browser would send."""
    plain = f"{shown.name}{shown.value}"
    if not shown.name or len(plain) > MOST_LETTERS or any(letter in plain for letter in "\r\n;\0"):
        return None
    return Cookie(
        name=shown.name,
        value=shown.value,
        domain=(shown.domain or shown.host.partition("//")[2].partition("/")[0]).lstrip(".").lower(),
        path=shown.path if shown.path.startswith("/") else "/",
        expires=_time(shown.expires or shown.expiry or shown.expirationDate),
        secure=bool(shown.secure),
    )


def _time(seconds: float | str | None) -> datetime | None:
    try:
        number = float(seconds or 0)
        number = number / 1000 if number > LAST_SECOND else number
        return datetime.fromtimestamp(number, UTC) if number > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def _of(domain: str, mirrors: Sequence[str]) -> bool:
    return any(
        mirror == domain or mirror.endswith(f".{domain}") or domain.endswith(f".{mirror}")
        for mirror in mirrors
        if domain.count(".")
    )

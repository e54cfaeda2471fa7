"""Dates as markets and exports write them."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from pipeline.records import Date, Precision
from pipeline.values.ago import relative
from pipeline.values.numbers import readable

YEARS = range(2000, 2070)
"""Other years are misread numbers."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_TIME = r"(?:[T, ]+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)? ?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?)?"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? )?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?P<year>\d{{4}})(?P<mark>[-/.]?)(?P<month>\d\d)(?P=mark)(?P<day>\d\d){_TIME}",
        rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})(?:[-/.](?P<day>\d{{1,2}}))?{_TIME}",
        r"(?P<year>\d{4})[- ]?q(?P<quarter>[1-4])",
        r"q(?P<quarter>[1-4])[-/ ]?(?P<year>\d{4})",
        r"(?P<year>\d{4})",
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?[- ]{_MONTH},?[- ](?P<year>\d{{4}}){_TIME}",
        rf"{_WEEKDAY}{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}}){_TIME}",
        rf"{_MONTH},?[- ](?P<year>\d{{4}})",
        rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>\d{{4}}){_TIME}",
        rf"(?P<one>\d{{1,2}})[/-](?P<two>\d{{1,2}})[/-](?P<year>\d{{4}}){_TIME}",
        r"(?P<epoch>\d{10})(?P<milli>\d{3})?",
    )
)
_LABEL = re.compile(
    r"[( ]*(?:[^\W\d][^\d:]{0,40}:|(?:(?:joined|registered|member|vendor|seller|active|online|posted|listed|added|created|updated|published|seen|last"
    r"|logged|login|visit|activity|in|since|on|at|the|was|date)\b ?){1,5})[ :]*",
    re.IGNORECASE,
)
"""What stands before a date: "Member since :", "last seen"."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def date(text: str, at: datetime | None = None) -> Date | None:
    """The date that a text is, as exact as it is written: the first instant of the period, in UTC; or None.

    A time without a zone is UTC. Where day and month cannot be told apart (03/04/2020) only the year is taken. "2 days
    ago" and "yesterday" are read against `at`, when the text was captured, and are nothing without it.
    """
    head = readable(text)
    bare = _LABEL.sub("", head, count=1)
    return _read(head) or _read(bare) or (relative(bare, at) if at else None)


@lru_cache(maxsize=4096)
def _read(text: str) -> Date | None:
    found = next((match for form in _FORMS if (match := form.fullmatch(text))), None)
    if found is None:
        return None
    try:
        read = _date(found)
    except (ValueError, OverflowError):
        return None
    return read if read.at.year in YEARS else None


def _date(found: re.Match[str]) -> Date:
    parts = {name: value for name, value in found.groupdict().items() if value}
    if "epoch" in parts:
        since = timedelta(seconds=int(parts["epoch"]), milliseconds=int(parts.get("milli", 0)))
        return Date(at=_EPOCH + since, precision=Precision.INSTANT)
    year = int(parts["year"])
    if "quarter" in parts:
        return Date(at=datetime(year, 3 * int(parts["quarter"]) - 2, 1, tzinfo=UTC), precision=Precision.QUARTER)
    month, day = _month_and_day(parts)
    first = datetime(year, month or 1, day or 1, tzinfo=UTC)
    if "hour" in parts and day:
        return Date(at=_at(first, parts), precision=Precision.INSTANT)
    return Date(at=first, precision=Precision.DAY if day else Precision.MONTH if month else Precision.YEAR)


def _month_and_day(parts: dict[str, str]) -> tuple[int, int]:
    """Month and day; 0 is unknown."""
    if "one" in parts:
        one, two = int(parts["one"]), int(parts["two"])
        if one == two or two > 12:  # noqa: PLR2004  # months
            return one, two
        return (two, one) if one > 12 else (0, 0)  # noqa: PLR2004
    month = _MONTHS.index(parts["name"][:3].lower()) + 1 if "name" in parts else int(parts.get("month", 0))
    return month, int(parts.get("day", 0))


def _at(day: datetime, parts: dict[str, str]) -> datetime:
    millisecond = int(f"{parts.get('fraction', ''):0<3}"[:3])
    time = day.replace(
        hour=int(parts["hour"]),
        minute=int(parts["minute"]),
        second=int(parts.get("second", 0)),
        microsecond=1000 * millisecond,
        tzinfo=_zone(parts.get("zone", "Z")),
    )
    return time.astimezone(UTC)


def _zone(name: str) -> timezone:
    if name[0] not in "+-":
        return UTC
    offset = timedelta(hours=int(name[1:3]), minutes=int(name[-2:]))
    return timezone(-offset if name[0] == "-" else offset)

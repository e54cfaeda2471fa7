"""Dates that are told by how long ago they were."""

import re
from datetime import UTC, datetime, timedelta

from pipeline.records import Date, Precision

LONGEST_AGO = 100
"""Greatest number of years that is believed; others are misread."""

_UNITS = {
    "s": "s|secs?|seconds?|sek\\w*",
    "m": "m|mins?|minutes?|minuten?",
    "h": "h|hrs?|hours?|stunden?",
    "d": "d|days?|tage?n?",
    "w": "w|wks?|weeks?|wochen?",
    "mo": "mo|mon|mths?|months?|monate?n?",
    "y": "y|yrs?|years?|jahre?n?",
}
_UNIT = "|".join(f"(?P<{name}>{words})" for name, words in _UNITS.items())
_AGO = re.compile(
    rf"(?:about |over |almost |more than |vor |hace |~ ?)*(?P<count>\d{{1,6}}|an?|one|few|eine[mnr]?) ?(?:{_UNIT})"
    r"(?P<rest>(?:,? (?:and )?\d{1,6} ?[a-z]{1,10})*)(?P<ago> ago| back)?[.)]*",
    re.IGNORECASE,
)
_DAYS = {
    "today": 0,
    "heute": 0,
    "yesterday": 1,
    "gestern": 1,
    "just now": 0,
    "now": 0,
    "online": 0,
    "сегодня": 0,
    "вчера": 1,
}
_SPANS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(days=7),
}


def relative(text: str, at: datetime) -> Date | None:
    """The date that "2 days ago", "3h ago", "yesterday" or "4d" means at a time; None for what is no such text.

    No more exact than the text: seconds and minutes give an instant, hours and days a day, weeks and months a month,
    years a year.
    """
    bare = text.strip(" .()").lower()
    if bare in _DAYS:
        return _from_midnight(at - timedelta(days=_DAYS[bare]), Precision.DAY)
    found = _AGO.fullmatch(bare)
    if found is None or found["count"] == "few":
        return None
    unit = next(name for name in _UNITS if found[name])
    count = int(found["count"]) if found["count"].isdigit() else 1
    try:
        return _ago(count, unit, at.astimezone(UTC))
    except (OverflowError, ValueError):
        return None


def _ago(count: int, unit: str, at: datetime) -> Date | None:
    if unit in _SPANS:
        then = at - count * _SPANS[unit]
        if unit in "sm":
            return _believed(Date(at=then.replace(microsecond=0), precision=Precision.INSTANT), at)
        return _believed(_from_midnight(then, Precision.MONTH if unit == "w" else Precision.DAY), at)
    months = at.year * 12 + at.month - 1 - count * (12 if unit == "y" else 1)
    then = at.replace(year=months // 12, month=months % 12 + 1, day=1)
    return _believed(_from_midnight(then, Precision.YEAR if unit == "y" else Precision.MONTH), at)


def _believed(found: Date, at: datetime) -> Date | None:
    return found if at.year - found.at.year <= LONGEST_AGO and found.at.year >= 2000 else None  # noqa: PLR2004  # as dates.YEARS


def _from_midnight(then: datetime, precision: Precision) -> Date:
    day = then.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    match precision:
        case Precision.MONTH:
            return Date(at=day.replace(day=1), precision=precision)
        case Precision.YEAR:
            return Date(at=day.replace(month=1, day=1), precision=precision)
        case _:
            return Date(at=day, precision=precision)

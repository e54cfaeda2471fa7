"""When a market may be asked: its hours of the day in UTC, and its pages a day."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawlers.profile.shape import Pace
from crawlers.reason import Reason
from pipeline.records import digest

RANGE = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]|24):([0-5]\d)")
DAY_MIN = 24 * 60
LEAST_SHARE = 0.85
"""Of pages_per_day, what a day has at least: a crawler that reads the same number each day is told by it."""
EDGE_MIN = 10
"""Minutes by which a day's hours begin later and end earlier, at most, for the same reason."""


@dataclass(frozen=True, kw_only=True)
class Pause:
    """That a market is not asked for now, why, and until when."""

    reason: Reason
    until: datetime


def pause(pace: Pace, market: str, now: datetime, pages_today: int) -> Pause | None:
    """Why the market may not be asked now; None where it may."""
    if pace.hours and not _open(pace.hours, market, now):
        return Pause(reason=Reason.OUTSIDE_HOURS, until=opening(pace.hours, market, now))
    if pace.pages_per_day and pages_today >= day_budget(pace.pages_per_day, market, now):
        return Pause(reason=Reason.PAGES_PER_DAY, until=opening(pace.hours, market, _midnight(now) + timedelta(days=1)))
    return None


def opening(hours: Sequence[str], market: str, after: datetime) -> datetime:
    """The first moment, not before `after`, at which the market may be asked; exact to the minute."""
    if not hours or _open(hours, market, after):
        return after
    edges = (begin for day in range(3) for begin, _ in _spans(hours, market, after + timedelta(days=day - 1)))
    return min(begin for begin in edges if begin > after)


def day_budget(pages: int, market: str, now: datetime) -> int:
    """The pages of this day: from 85 % of the number to all of it, the same whenever it is asked on one day."""
    return max(1, int(pages * (LEAST_SHARE + (1 - LEAST_SHARE) * _chance("pages", market, f"{now:%Y-%m-%d}"))))


def minutes(written: str) -> tuple[int, int]:
    """Begin and end of a range such as "20:00-04:00", in minutes of the day; a `ValueError` where it is none."""
    found = RANGE.fullmatch(written)
    if not found:
        raise ValueError(f"'{written}' is no range of hours: write \"20:00-04:00\", in UTC")
    first, first_minute, last, last_minute = map(int, found.groups())
    begin, end = first * 60 + first_minute, last * 60 + last_minute
    if end > DAY_MIN or begin == end:
        raise ValueError(f"'{written}' is no range of hours: it ends past midnight, or where it begins")
    if (end - begin) % DAY_MIN < 3 * EDGE_MIN and end - begin != DAY_MIN:
        raise ValueError(f"'{written}' is shorter than half an hour")
    return begin, end


def _open(hours: Sequence[str], market: str, now: datetime) -> bool:
    days = (now - timedelta(days=1), now)
    return any(begin <= now < end for day in days for begin, end in _spans(hours, market, day))


def _spans(hours: Sequence[str], market: str, day: datetime) -> Iterator[tuple[datetime, datetime]]:
    """When the market is open, by the ranges that begin on this day."""
    midnight = _midnight(day)
    for written in hours:
        begin, end = minutes(written)
        late, early = (EDGE_MIN * _chance(edge, market, f"{day:%Y-%m-%d}", written) for edge in ("begin", "end"))
        length = (end - begin) % DAY_MIN or DAY_MIN
        yield (
            midnight + timedelta(minutes=begin + int(late)),
            midnight + timedelta(minutes=begin + length - int(early)),
        )


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _chance(*parts: str) -> float:
    """A number from 0 to 1, the same for the same words."""
    return int(digest("jitter", *parts)[:8], 16) / 2**32

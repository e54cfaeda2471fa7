"""When a market may be asked."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.hours import EDGE_MIN, LEAST_SHARE, day_budget, minutes, opening, pause
from crawlers.profile import MarketProfile, Pace
from crawlers.profile.faults import faults
from crawlers.reason import Reason

NIGHT = ("20:00-04:00",)
DAYS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis asks for naive ones


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 5, 1, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("time", "told"),
    [
        (at(19, 59), Reason.OUTSIDE_HOURS),
        (at(20, 11), None),
        (at(3, 49), None),
        (at(4), Reason.OUTSIDE_HOURS),
        (at(12), Reason.OUTSIDE_HOURS),
    ],
)
def test_a_range_over_midnight_holds_before_and_after_it(time: datetime, told: Reason | None) -> None:
    found = pause(Pace(hours=NIGHT), "smithy", time, 0)
    assert (found.reason if found else None) is told
    if found:
        assert time < found.until
        assert (found.until.hour, found.until.minute <= EDGE_MIN) == (20, True)


@given(DAYS)
def test_outside_its_hours_a_market_is_never_asked(time: datetime) -> None:
    minute = time.hour * 60 + time.minute
    if 4 * 60 <= minute < 20 * 60:
        assert pause(Pace(hours=NIGHT), "smithy", time, 0)
    assert pause(Pace(hours=NIGHT), "smithy", opening(NIGHT, "smithy", time), 0) is None


@given(DAYS)
def test_a_market_without_hours_is_always_open_and_one_of_whole_days_nearly(time: datetime) -> None:
    assert opening((), "smithy", time) == time
    assert opening(("00:00-24:00",), "smithy", time) - time <= timedelta(minutes=2 * EDGE_MIN)


@given(DAYS, st.integers(1, 100_000))
def test_a_days_pages_are_a_little_fewer_than_the_number_and_the_same_all_day(time: datetime, pages: int) -> None:
    budget = day_budget(pages, "smithy", time)
    assert int(pages * LEAST_SHARE) <= budget <= pages
    assert budget == day_budget(pages, "smithy", time.replace(hour=0))
    assert budget >= 1


def test_days_differ() -> None:
    assert len({day_budget(1_000, "smithy", at(0) + timedelta(days=day)) for day in range(20)}) > 10


def test_when_the_days_pages_are_read_the_market_waits_for_the_next_day() -> None:
    pace = Pace(pages_per_day=100)
    assert pause(pace, "smithy", at(12), 84) is None
    found = pause(pace, "smithy", at(12), 100)
    assert found
    assert (found.reason, found.until) == (Reason.PAGES_PER_DAY, at(0) + timedelta(days=1))


@pytest.mark.parametrize(
    "written", ["20-4", "20:00-20:00", "25:00-26:00", "04:00-24:30", "10:00-10:20", "20:00-04:00 "]
)
def test_what_is_no_range_of_hours_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"is no range|is shorter"):
        minutes(written)
    assert any("pace.hours" in fault for fault in faults(MarketProfile(market="a", pace=Pace(hours=(written,)))))

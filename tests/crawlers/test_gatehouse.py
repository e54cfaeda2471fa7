"""The practice market's gatehouse."""

from crawlers.practice.gatehouse import Gatehouse


def test_an_open_market_stops_nobody() -> None:
    house = Gatehouse()
    assert not house.stops("/listing/1", "")
    assert house.passed() == ""


def test_a_session_ends_after_its_pages() -> None:
    house = Gatehouse(2)
    cookie = house.passed().partition(";")[0]
    assert [house.stops("/listing/1", cookie) for _ in range(3)] == [False, False, True]


def test_strangers_see_the_first_page_and_the_gates_only() -> None:
    house = Gatehouse(2)
    assert [house.stops(path, "larkspur=guess") for path in ("/", "/login", "/captcha", "/categories")] == [
        False,
        False,
        False,
        True,
    ]


def test_a_look_at_the_first_page_costs_no_page() -> None:
    house = Gatehouse(1)
    cookie = house.passed().partition(";")[0]
    assert not house.stops("/", cookie)
    assert not house.stops("/listing/1", cookie)

"""How long a service that does not answer is left alone."""

from hypothesis import given
from hypothesis import strategies as st

from crawlers.route.breaker import Backoff, Breaker, Circuit

EVEN = Backoff(first_s=5, most_s=60, jitter=0)


def test_a_service_that_answers_is_always_asked() -> None:
    breaker = Breaker(EVEN)
    breaker.take()
    breaker.succeeded()
    assert breaker.ready(0)


def test_each_failure_in_a_row_doubles_the_wait_up_to_a_most() -> None:
    breaker, now, waits = Breaker(EVEN), 0.0, []
    for _ in range(6):
        breaker.take()
        assert breaker.failed(now, began=now)
        waits.append(breaker.retry_at - now)
        now = breaker.retry_at
    assert waits == [5, 10, 20, 40, 60, 60]


def test_it_is_left_alone_until_its_time_has_come_and_then_one_request_tries_it() -> None:
    breaker = Breaker(EVEN)
    breaker.failed(100, began=99)
    assert not breaker.ready(104.9)
    assert breaker.ready(105)
    breaker.take()
    assert (breaker.state, breaker.ready(106)) == (Circuit.HALF_OPEN, False)
    breaker.succeeded()
    assert (breaker.failures, breaker.ready(106)) == (0, True)


def test_requests_that_were_under_way_together_fail_once() -> None:
    breaker = Breaker(EVEN)
    assert [breaker.failed(100 + number / 10, began=99) for number in range(8)] == [True] + [False] * 7
    assert breaker.failures == 1


def test_what_began_before_the_failure_says_nothing_of_a_trial() -> None:
    breaker = Breaker(EVEN)
    breaker.failed(100, began=99)
    breaker.take()
    assert not breaker.failed(106, began=99)
    assert breaker.state is Circuit.HALF_OPEN


def test_a_trial_that_told_nothing_is_made_again() -> None:
    breaker = Breaker(EVEN)
    breaker.failed(100, began=99)
    breaker.take()
    breaker.released()
    assert breaker.ready(105)


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_a_wait_is_varied_by_half_at_most(failures: int, chance: float) -> None:
    wait = Backoff(first_s=5, most_s=60, chance=lambda: chance).wait_s(failures)
    even = EVEN.wait_s(failures)
    assert even / 2 <= wait <= even * 1.5


@given(st.lists(st.sampled_from(["take", "succeed", "fail", "release", "wait"]), max_size=40))
def test_whatever_happens_its_time_comes(steps: list[str]) -> None:
    breaker, now = Breaker(EVEN), 0.0
    for step in steps:
        now += 1000.0 if step == "wait" else 0.1
        match step:
            case "take":
                breaker.take()
            case "succeed":
                breaker.succeeded()
            case "fail":
                breaker.failed(now, began=now)
            case "release":
                breaker.released()
    breaker.released()
    assert breaker.ready(now + 61)

"""Which mirror is asked next, and what is remembered of each."""

from contextlib import closing
from pathlib import Path

from crawlers.frontier import Frontier
from crawlers.route.breaker import Backoff
from crawlers.route.mirror_health import PATIENCE, Attempt, Health, Mirrors, remember, remembered

EVEN = Backoff(first_s=5, most_s=60, jitter=0)
A, B, C = "http://a.onion", "http://b.onion", "http://c.onion"


class Clock:
    """A clock that goes when it is told to."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def mirrors(clock: Clock, *names: str, known: tuple[Health, ...] = ()) -> Mirrors:
    return Mirrors(names, EVEN, known=known, clock=clock, today=clock)


def taken(found: Mirrors) -> Attempt:
    attempt = found.take()
    assert attempt is not None
    return attempt


def test_the_profiles_first_is_asked_first_and_kept_while_it_answers() -> None:
    found = mirrors(Clock(), A, B)
    for _ in range(5):
        attempt = taken(found)
        found.answered(attempt, 0.5)
        assert attempt.mirror == A


def test_the_next_one_takes_over_and_the_dead_one_is_tried_again_later() -> None:
    clock = Clock()
    found = mirrors(clock, A, B)
    found.failed(taken(found), "no_descriptor")
    asked = []
    for second in (1, 2, 6, 7, 8):
        clock.now = 1_000.0 + second
        attempt = taken(found)
        asked.append(attempt.mirror)
        (found.failed(attempt, "no_descriptor") if attempt.mirror == A else found.answered(attempt, 0.5))
    assert asked == [B, B, A, B, B]


def test_while_all_are_left_alone_nothing_is_asked() -> None:
    clock = Clock()
    found = mirrors(clock, A, B)
    found.failed(taken(found), "no_service")
    clock.now += 2
    found.failed(taken(found), "no_service")
    assert (found.take(), found.wait_s()) == (None, 3.0)
    clock.now += 3
    assert taken(found).mirror == A


def test_the_visit_is_given_up_when_each_failed_often_in_a_row() -> None:
    clock = Clock()
    found = mirrors(clock, A, B)
    for _ in range(2 * PATIENCE):
        assert not found.exhausted
        clock.now += found.wait_s()
        found.failed(taken(found), "no_descriptor")
    assert found.exhausted


def test_many_requests_that_fail_together_are_one_failure() -> None:
    found = mirrors(Clock(), A)
    attempts = [taken(found) for _ in range(64)]
    for attempt in attempts:
        found.failed(attempt, "no_service")
    assert not found.exhausted


def test_a_mirror_that_only_an_operator_can_open_is_out_at_once() -> None:
    clock = Clock()
    found = mirrors(clock, A, B)
    found.refused(taken(found), "needs_client_key")
    clock.now += 10_000
    assert {taken(found).mirror for _ in range(5)} == {B}
    assert not found.exhausted
    found.refused(taken(found), "needs_client_key")
    assert found.exhausted


def test_a_busy_mirror_is_left_alone_for_a_while_but_never_given_up() -> None:
    clock = Clock()
    found = mirrors(clock, A)
    waits = []
    for _ in range(20):
        found.busy(taken(found))
        waits.append(found.wait_s())
        clock.now += waits[-1]
    assert waits[:4] == [5, 10, 20, 40]
    assert max(waits) == 60
    assert not found.exhausted


def test_a_garbled_answer_is_asked_for_elsewhere() -> None:
    found = mirrors(Clock(), A, B, C)
    asked = []
    for _ in range(4):
        attempt = taken(found)
        asked.append(attempt.mirror)
        found.garbled(attempt)
    assert asked == [A, B, C, A]


def test_a_visit_begins_with_the_mirror_that_answers_best() -> None:
    clock = Clock()
    dead = Health(mirror=A, failed=9, share=0.1, in_row=9, last_failure=clock.now - 1)
    slow = Health(mirror=B, answered=9, latency_s=20.0)
    fast = Health(mirror=C, answered=9, latency_s=1.5)
    assert taken(mirrors(clock, A, B, C, known=(dead, slow, fast))).mirror == C


def test_a_visit_begins_at_once_however_dead_its_only_mirror_was() -> None:
    clock = Clock()
    dead = Health(mirror=A, failed=9, share=0.1, in_row=9, last_failure=clock.now - 1)
    assert taken(mirrors(clock, A, known=(dead,))).mirror == A


def test_a_clock_that_was_set_back_keeps_no_mirror_away_longer() -> None:
    clock = Clock()
    dead = Health(mirror=A, failed=1, share=0.9, in_row=1, last_failure=clock.now + 1_000_000)
    found = mirrors(clock, A, B, known=(dead, Health(mirror=B)))
    clock.now += 5
    assert taken(found).mirror == A


def test_a_mirror_that_recovered_takes_over_from_a_clearly_worse_one() -> None:
    clock = Clock()
    poor = Health(mirror=B, share=0.3, answered=1)
    found = mirrors(clock, A, B, known=(poor,))
    found.failed(taken(found), "no_service")
    found.answered(taken(found))
    clock.now += 5
    found.answered(taken(found))
    assert taken(found).mirror == A


def test_how_mirrors_do_is_kept_from_visit_to_visit(tmp_path: Path) -> None:
    found = mirrors(Clock(), A, B)
    found.failed(taken(found), "no_descriptor")
    found.answered(taken(found), 0.75)
    with closing(Frontier(tmp_path)) as frontier:
        remember(frontier.database, "tiny", found.healths)
        remember(frontier.database, "other", [Health(mirror=C)])
    with closing(Frontier(tmp_path)) as frontier:
        best, worst = remembered(frontier.database, "tiny")
    assert (best.mirror, best.answered, best.latency_s) == (B, 1, 0.75)
    assert (worst.mirror, worst.failed, worst.in_row, worst.reason) == (A, 1, 1, "no_descriptor")

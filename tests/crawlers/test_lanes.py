"""Who shares a circuit with whom."""

from crawlers.route.lanes import Lanes


def test_requests_take_the_lanes_in_turn() -> None:
    lanes = Lanes.of("tiny", 3)
    assert [lanes.take().number for _ in range(7)] == [0, 1, 2, 0, 1, 2, 0]
    assert len({lanes.take().key for _ in range(9)}) == 3


def test_no_two_markets_and_no_two_processes_share_a_key() -> None:
    keys = {Lanes.of(market, 1).take().key for market in ("tiny", "other", "tiny")}
    assert len(keys) == 3


def test_a_lane_that_hangs_gets_another_key_and_the_others_keep_theirs() -> None:
    lanes = Lanes.of("tiny", 2)
    first, second = lanes.take(), lanes.take()
    lanes.leave(first)
    assert lanes.take().key != first.key
    assert lanes.take() == second


def test_many_requests_that_hang_on_one_circuit_leave_it_once() -> None:
    lanes = Lanes.of("tiny", 1)
    hung = [lanes.take() for _ in range(5)]
    for lane in hung:
        lanes.leave(lane)
    assert lanes.take().epoch == 1


def test_a_session_keeps_its_lane() -> None:
    lanes = Lanes.fixed("session-key")
    lanes.leave(lanes.take())
    assert {lanes.take().key for _ in range(3)} == {"session-key"}


def test_who_waits_in_a_queue_keeps_one_key_until_let_through_and_one_lane_after() -> None:
    lanes = Lanes.of("tiny", 3)
    lanes.take()
    queued = lanes.take()
    assert lanes.heard(queued.key, waits=True)
    lanes.leave(queued)
    assert {lanes.take().key for _ in range(5)} == {queued.key}
    assert lanes.heard(queued.key, waits=False)
    lanes.leave(queued)
    assert {(lane.number, lane.epoch) for lane in (lanes.take(), lanes.take())} == {(queued.number, 1)}


def test_what_comes_late_on_another_lane_is_meant_for_another_visitor() -> None:
    lanes = Lanes.of("tiny", 2)
    first, second = lanes.take(), lanes.take()
    assert lanes.heard(first.key, waits=False)
    assert lanes.heard(second.key, waits=True)
    assert not lanes.heard(first.key, waits=False)
    lanes.leave(second)
    assert lanes.take().key == second.key, "it still waits"

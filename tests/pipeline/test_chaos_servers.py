"""A deployment that loses its servers, its stages and its disk under load: nothing is lost, nothing is there twice."""

import os
from pathlib import Path

import pytest

from benchmarks.chaos_servers import chaos
from benchmarks.servers import SERVICES
from tests.kafka_logs import LEAVES_SOCKETS

pytestmark = [pytest.mark.slow, LEAVES_SOCKETS]

SERVED = ("stage killed", "Kafka killed", "Elasticsearch killed", "index full")
EMBEDDED = ("stage killed", "clock steps", "log full")


def test_faults_of_servers_and_stages_leave_the_index_of_a_calm_home(tmp_path: Path) -> None:
    if SERVICES not in os.environ:
        pytest.skip(f"{SERVICES} names no folder of servers: nothing was stopped or killed")
    report = chaos(tmp_path, SERVED, rounds=len(SERVED), listings=60, seconds=1, seed=2, servers={"kafka", "elastic"})
    assert report.faults == ()
    assert all(each.seconds >= 0 for each in report.rounds)
    assert (report.listings, report.poison) == (195, 16)


def test_faults_of_stages_clock_and_disk_leave_the_index_of_a_calm_home(tmp_path: Path) -> None:
    report = chaos(tmp_path, EMBEDDED, rounds=3, listings=60, seconds=1, seed=2, servers=set())
    assert report.faults == ()
    assert all(each.seconds >= 0 for each in report.rounds)

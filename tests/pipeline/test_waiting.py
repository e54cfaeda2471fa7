"""What a search that finds nothing says of listings that are still on their way."""

import argparse
from collections.abc import Iterator
from contextlib import closing

import pytest
from msgspec.structs import replace

import headstamp
from pipeline.broker.sqlite import SqliteBroker
from pipeline.codec import messages
from pipeline.commands.search import search, search_arguments
from pipeline.index.sqlite import SqliteIndex
from pipeline.settings import Elastic, Settings
from pipeline.stages import Stage, index_stage
from pipeline.topics import ASSESSMENTS, LISTINGS
from pipeline.worker import run_once
from tests.elastics import address
from tests.kafka_logs import LEAVES_SOCKETS, kafka_log
from tests.pipeline.test_elastic_index import assessment

pytestmark = LEAVES_SOCKETS
EVERY = [assessment(number) for number in range(3)]
PASSED_ON = Stage(
    name="assess",
    topic=LISTINGS,
    work=lambda found: [(ASSESSMENTS, each) for each in EVERY if each.listing in found],
)


def said(chosen: Settings, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What stands below the count."""
    parser = argparse.ArgumentParser()
    search_arguments(parser)
    assert search(parser.parse_args(["anvil"]), headstamp.deployment(chosen)) == 0
    head, *found = capsys.readouterr().out.splitlines()
    assert (head.split()[0], found.pop(0)) == ("first", "0 of 0 listings")
    return found


def test_on_one_machine_the_next_command_is_named_until_all_is_indexed(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(SqliteBroker(settings.root / "log.db")) as log:
        log.publish(LISTINGS.name, messages([each.listing for each in EVERY]))
        assert said(settings, capsys) == [
            "messages on topic listings that wait for assess: 3; run `headstamp run --once`"
        ]
        run_once(PASSED_ON, log, size=2, wait=0)
        assert said(settings, capsys) == [
            "messages on topic assessments that wait for index: 3; run `headstamp run --once`"
        ]
        with closing(SqliteIndex(settings.root / "index.db")) as index:
            run_once(index_stage(index), log, size=10, wait=0)
    assert said(settings, capsys) == []


@pytest.fixture
def distributed(settings: Settings, prefix: str) -> Iterator[Settings]:
    with kafka_log(LISTINGS.name, ASSESSMENTS.name) as log:
        elastic = Elastic(prefix=prefix)
        yield replace(settings, broker=log.address, kafka=log.settings, index=address(), elastic=elastic)


def test_on_servers_each_step_that_must_run_is_named(distributed: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    deployed = headstamp.deployment(distributed)
    assert said(distributed, capsys)[0].startswith("nothing is indexed yet: ")
    with closing(SqliteBroker(distributed.root / "log.db")) as crawled:
        crawled.publish(LISTINGS.name, messages([EVERY[0].listing]))
    with closing(deployed.broker()) as log:
        log.publish(LISTINGS.name, messages([each.listing for each in EVERY[1:]]))
        log.publish(ASSESSMENTS.name, messages(EVERY))
    assert said(distributed, capsys) == [
        "messages on this home's log that wait for forward: 1; see that `headstamp forward` runs",
        "messages on topic listings that wait for assess: 2; see that `headstamp assess` runs",
        "messages on topic assessments that wait for index: 3; see that `headstamp index` runs",
    ]


def test_a_search_needs_no_broker_where_the_index_is_filled(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(SqliteIndex(settings.root / "index.db")) as index:
        index.merge(EVERY)
    (why,) = said(replace(settings, broker="kafka://127.0.0.1:9"), capsys)
    assert why.startswith("what waits for a stage is not known: kafka://127.0.0.1:9 does not answer")


def test_a_log_that_cannot_be_read_is_told_below_what_was_found(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(SqliteIndex(settings.root / "index.db")) as index:
        index.merge(EVERY)
    (settings.root / "log.db").write_bytes(b"no database" * 1_000)
    (why,) = said(settings, capsys)
    assert why.startswith("what waits for a stage is not known: ")

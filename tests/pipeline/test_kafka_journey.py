"""The same commands on Kafka as on one machine: only HEADSTAMP_BROKER differs."""

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipeline.codec import Message
from pipeline.topics import TOPICS
from tests.kafka_logs import LEAVES_SOCKETS, kafka_log
from tests.patience import PATIENCE_S

pytestmark = [LEAVES_SOCKETS, pytest.mark.slow]
ROOT = Path(__file__).parents[2]
ROWS = "market,listing_id,title,vendor\n" + "".join(
    f"bazaar,{number},{'glock 19 gen5 9mm' if number % 7 == 0 else 'brass lamp'} {number},v{number % 5}\n"
    for number in range(300)
)


def begin(home: Path, environment: dict[str, str], *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "headstamp", *words],
        cwd=ROOT,
        env={**os.environ, "HEADSTAMP_HOME": str(home), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(begun: subprocess.Popen[str]) -> Any:  # Any: what each command prints
    said, faults = begun.communicate(timeout=PATIENCE_S)
    assert begun.returncode == 0, faults
    return json.loads(said)


def test_two_processes_share_the_work_and_the_index_is_that_of_one_machine(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(ROWS)
    with kafka_log() as log:
        kafka = {"HEADSTAMP_BROKER": log.address, "HEADSTAMP_KAFKA_PREFIX": log.settings.prefix}
        documents = []
        for name, environment in (("one", {}), ("kafka", kafka | {"HEADSTAMP_RUN_BATCH": "20"})):
            home = tmp_path / name
            if environment:
                standings = ended(begin(home, environment, "topics", "--json"))
                assert {each["state"] for each in standings} == {"there"}
                assert len(standings) == len(TOPICS)
            ended(begin(home, environment, "ingest", str(file), "--json"))
            at_once = [begin(home, environment, "assess", "--once", "--json") for _ in range(2 if environment else 1)]
            taken = [ended(each)["assess"]["taken"] for each in at_once]
            assert sum(taken) >= len(ROWS.splitlines()) - 1
            assert ended(begin(home, environment, "index", "--once", "--json"))["index"]["dead"] == 0
            ended(begin(home, environment, "settle", "--once", "--json"))
            documents.append(ended(begin(home, environment, "search", "", "--size", "1000", "--json")))
        one, other = documents
        assert one["total"] == 300
        assert other == one


def test_what_cannot_be_read_on_kafka_is_listed_and_replayed(tmp_path: Path) -> None:
    with kafka_log() as log:
        environment = {"HEADSTAMP_BROKER": log.address, "HEADSTAMP_KAFKA_PREFIX": log.settings.prefix}
        with closing(log.open()) as broker:
            broker.publish("listings", [Message(key=b"k%d" % number, value=b"{") for number in range(9)])
        did = ended(begin(tmp_path, environment, "assess", "--once", "--json"))
        assert did["assess"] == {"taken": 9, "published": 0, "dead": 9}
        names = [each["name"] for each in ended(begin(tmp_path, environment, "dead", "list", "--json"))]
        assert names == [f"listings:{number}" for number in range(9)]
        assert ended(begin(tmp_path, environment, "dead", "replay", names[3], "--json")) == {"replayed": 1}
        assert len(ended(begin(tmp_path, environment, "dead", "list", "--json"))) == 8

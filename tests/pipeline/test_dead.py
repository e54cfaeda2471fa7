"""Dead letters are listed, shown and replayed, and nothing is deleted."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipeline import codec
from pipeline.activations import Activations
from pipeline.broker import START
from pipeline.broker.sqlite import SqliteBroker
from pipeline.codec import Message
from pipeline.commands import dead
from pipeline.deployment import Deployment
from pipeline.errors import SettingsError
from pipeline.index.sqlite import SqliteIndex
from pipeline.records import DeadLetter
from pipeline.settings import Settings
from pipeline.stages import Classifier
from pipeline.topics import LISTINGS, REVIEWS, Topic

HOSTILE = b"\x1b[2J\xff\x00{\xe2\x80\xae}"


def no_classifier() -> Classifier:
    raise NotImplementedError


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    return Deployment(
        settings=Settings(home=str(tmp_path)),
        broker=lambda: SqliteBroker(tmp_path / "log.db"),
        log=lambda: SqliteBroker(tmp_path / "log.db"),
        index=lambda: SqliteIndex(tmp_path / "index.db"),
        classifier=no_classifier,
        assessor=no_classifier,
        activations=lambda: Activations(tmp_path),
    )


@pytest.fixture
def broker(deployment: Deployment) -> Iterator[SqliteBroker]:
    with closing(SqliteBroker(deployment.settings.root / "log.db")) as opened:
        yield opened


def set_aside(broker: SqliteBroker, topic: Topic = LISTINGS, value: bytes = b"{", reason: str = "no JSON") -> None:
    letter = DeadLetter(
        topic=topic.name, group="assess", key=b"k\x1b", value=value, headers={"schema": "1.0"}, reason=reason
    )
    broker.publish(topic.dead, [codec.message(letter)])


def called(deployment: Deployment, *words: str) -> int:
    parser = ArgumentParser()
    dead.dead_arguments(parser)
    return dead.dead(parser.parse_args(words), deployment)


def names(broker: SqliteBroker) -> list[str]:
    return [letter.name for letter in dead.waiting(broker)]


def test_the_list_says_where_who_and_why(
    deployment: Deployment, broker: SqliteBroker, capsys: pytest.CaptureFixture[str]
) -> None:
    set_aside(broker)
    set_aside(broker, REVIEWS, reason="ValueError:\nno such day")
    assert called(deployment, "list") == 0
    assert capsys.readouterr().out.splitlines() == [
        "letter      group   key    reason",
        r"listings:0  assess  k\x1b  no JSON",
        r"reviews:0   assess  k\x1b  ValueError: no such day",
    ]


def test_a_list_without_letters_says_that_none_waits(
    deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called(deployment, "list") == 0
    assert capsys.readouterr().out == "dead letters: none waits\n"
    assert called(deployment, "list", "--json") == 0
    assert json.loads(capsys.readouterr().out) == []


def test_the_list_keeps_to_a_topic(
    deployment: Deployment, broker: SqliteBroker, capsys: pytest.CaptureFixture[str]
) -> None:
    set_aside(broker)
    set_aside(broker, REVIEWS)
    called(deployment, "list", "--topic", "reviews", "--json")
    (letter,) = json.loads(capsys.readouterr().out)
    assert (letter["name"], letter["topic"], letter["offset"]) == ("reviews:0", "reviews", 0)
    assert letter["letter"]["reason"] == "no JSON"


def test_a_letter_is_shown_whole_with_its_hostile_bytes_escaped(
    deployment: Deployment, broker: SqliteBroker, capsys: pytest.CaptureFixture[str]
) -> None:
    set_aside(broker, value=HOSTILE)
    called(deployment, "show", "listings:0")
    shown = capsys.readouterr().out
    assert r"value: \x1b[2J\xff\x00{\u202e}" in shown
    assert shown.replace("\n", "").isprintable()


def test_a_letter_in_json_keeps_every_byte(
    deployment: Deployment, broker: SqliteBroker, capsys: pytest.CaptureFixture[str]
) -> None:
    set_aside(broker, value=HOSTILE)
    called(deployment, "show", "listings:0", "--json")
    (waiting,) = dead.waiting(broker)
    assert json.loads(capsys.readouterr().out)["letter"] == json.loads(codec.encode(waiting.letter))
    assert waiting.letter.value == HOSTILE


def test_a_replayed_message_is_on_its_topic_again_as_it_was(deployment: Deployment, broker: SqliteBroker) -> None:
    set_aside(broker, value=HOSTILE)
    called(deployment, "replay", "listings:0")
    (found,) = broker.read(LISTINGS.name, START)
    assert (found.key, found.value, found.headers, found.offset) == (b"k\x1b", HOSTILE, {"schema": "1.0"}, 0)


def test_a_replayed_letter_is_listed_no_more_and_still_there(deployment: Deployment, broker: SqliteBroker) -> None:
    for _ in range(3):
        set_aside(broker)
    called(deployment, "replay", "listings:1")
    assert names(broker) == ["listings:0", "listings:2"]
    assert len(list(broker.read(LISTINGS.dead, START))) == 4
    assert all(codec.decode(each, (DeadLetter,)) for each in broker.read(LISTINGS.dead, START))


def test_a_message_that_fails_again_is_a_new_letter(deployment: Deployment, broker: SqliteBroker) -> None:
    set_aside(broker)
    called(deployment, "replay", "listings:0")
    set_aside(broker)
    assert names(broker) == ["listings:2"]


def test_all_letters_are_replayed_or_all_of_a_topic(
    deployment: Deployment, broker: SqliteBroker, capsys: pytest.CaptureFixture[str]
) -> None:
    for topic in (LISTINGS, LISTINGS, REVIEWS):
        set_aside(broker, topic)
    called(deployment, "replay", "--all", "--topic", "listings")
    assert names(broker) == ["reviews:0"]
    called(deployment, "replay", "--all", "--json")
    assert names(broker) == []
    assert capsys.readouterr().out == 'replayed: 2\n{"replayed":1}\n'


def test_what_is_no_dead_letter_is_listed_as_such(broker: SqliteBroker) -> None:
    broker.publish(LISTINGS.dead, [Message(key=b"k", value=b"nonsense")])
    (waiting,) = dead.waiting(broker)
    assert waiting.letter.value == b"nonsense"
    assert waiting.letter.reason.startswith("not even a dead letter: no DeadLetter")


@pytest.mark.parametrize(
    "name", ["listings:7", "listings", "nowhere:0", "listings:-1", "listings:01", "", "listings:٠"]
)
def test_a_letter_that_does_not_wait_is_an_error_that_names_the_list(
    deployment: Deployment, broker: SqliteBroker, name: str
) -> None:
    set_aside(broker)
    with pytest.raises(SettingsError, match="headstamp dead list"):
        called(deployment, "show", name)


@pytest.mark.parametrize("words", [["replay"], ["replay", "listings:0", "--all"]])
def test_replaying_takes_one_letter_or_all(deployment: Deployment, words: list[str]) -> None:
    with pytest.raises(SettingsError, match="name one letter"):
        called(deployment, *words)

"""`headstamp dead`: list, show and replay what the stages set aside."""

import argparse
from collections.abc import Iterable, Iterator
from contextlib import closing

import msgspec

from pipeline.broker import START, Broker
from pipeline.codec import Message, decode, message
from pipeline.deployment import Deployment
from pipeline.errors import MalformedError, SettingsError
from pipeline.letters import is_emptied
from pipeline.records import DeadLetter
from pipeline.terminal import show_facts, show_json, show_table
from pipeline.topics import WORK, Topic

REPLAYED = "replayed"
"""Header of the marker that follows a replayed letter on its topic and says its offset: nothing is deleted, and a
letter is marked by itself, which a group's place could not do."""


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A dead letter that waits, and where it stands."""

    name: str
    """Topic and offset, as `show` and `replay` take them: "listings:12"."""
    topic: str
    offset: int
    letter: DeadLetter


def dead_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp dead`."""
    actions = parser.add_subparsers(dest="action", required=True)
    listed = actions.add_parser("list", help="list the letters that wait")
    shown = actions.add_parser("show", help="show one letter whole")
    replayed = actions.add_parser("replay", help="publish the message of a letter again, on the topic it came from")
    shown.add_argument("letter", metavar="LETTER", help="a letter as `list` names it, such as listings:12")
    replayed.add_argument(
        "letter", metavar="LETTER", nargs="?", help="a letter as `list` names it, such as listings:12"
    )
    replayed.add_argument("--all", action="store_true", help="replay every letter that waits")
    for each in (listed, replayed):
        each.add_argument(
            "--topic", choices=[topic.name for topic in WORK], help="only letters of this topic (default: of all)"
        )
    for each in (listed, shown, replayed):
        each.add_argument("--json", action="store_true", help="print JSON; bytes are in base64")


def dead(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """List, show or replay dead letters."""
    with closing(deployment.broker()) as broker:
        match arguments.action:
            case "list":
                _list(waiting(broker, arguments.topic), as_json=arguments.json)
            case "show":
                _show(find(broker, arguments.letter), as_json=arguments.json)
            case _:
                _replay(broker, arguments)
    return 0


def waiting(broker: Broker, topic: str | None = None) -> Iterator[Letter]:
    """The letters that were not replayed, of one topic or of all, oldest first in each."""
    for each in WORK:
        if topic in (None, each.name):
            yield from _waiting(broker, each)


def find(broker: Broker, name: str) -> Letter:
    """The letter of this name."""
    topic = name.partition(":")[0]
    found = next((letter for letter in waiting(broker, topic) if letter.name == name), None)
    if found is None:
        raise SettingsError(f"no dead letter '{name}' waits; `headstamp dead list` names those that do")
    return found


def replay(broker: Broker, letters: Iterable[Letter]) -> int:
    """Publish the letters' messages again, each on its topic, and mark the letters replayed; how many. Those without their message stay."""
    count = 0
    for found in letters:
        letter = found.letter
        if is_emptied(letter):
            continue
        broker.publish(letter.topic, [Message(key=letter.key, value=letter.value, headers=letter.headers)])
        broker.publish(f"{found.topic}.dead", [_marker(found)])
        count += 1
    return count


def _waiting(broker: Broker, topic: Topic) -> Iterator[Letter]:
    replayed = {each.headers[REPLAYED] for each in broker.read(topic.dead, START) if REPLAYED in each.headers}
    for each in broker.read(topic.dead, START):
        if REPLAYED not in each.headers and str(each.offset) not in replayed:
            name = f"{topic.name}:{each.offset}"
            yield Letter(name=name, topic=topic.name, offset=each.offset, letter=_letter(each, topic))


def _letter(found: Message, topic: Topic) -> DeadLetter:
    try:
        letter = decode(found, (DeadLetter,))
    except MalformedError as error:
        return DeadLetter(
            topic=topic.name,
            group="",
            key=found.key,
            value=found.value,
            headers=found.headers,
            reason=f"not even a dead letter: {error}",
        )
    assert isinstance(letter, DeadLetter)
    return letter


def _marker(found: Letter) -> Message:
    emptied = msgspec.structs.replace(found.letter, value=b"", headers={}, reason=REPLAYED)
    carrier = message(emptied)
    return msgspec.structs.replace(carrier, headers={**carrier.headers, REPLAYED: str(found.offset)})


def _list(letters: Iterable[Letter], *, as_json: bool) -> None:
    if as_json:
        show_json(list(letters))
        return
    head = ("letter", "group", "key", "reason")
    rows = [(each.name, each.letter.group, escaped(each.letter.key), each.letter.reason) for each in letters]
    show_table(head, rows) if rows else show_facts({"dead letters": "none waits"})


def _show(found: Letter, *, as_json: bool) -> None:
    if as_json:
        show_json(found)
        return
    letter = found.letter
    show_facts(
        {
            "letter": found.name,
            "topic": letter.topic,
            "group": letter.group,
            "reason": letter.reason,
            "key": escaped(letter.key),
            "headers": letter.headers,
            "value": escaped(letter.value),
        }
    )


def _replay(broker: Broker, arguments: argparse.Namespace) -> None:
    if bool(arguments.letter) == arguments.all:
        raise SettingsError("dead replay: name one letter, such as listings:12, or give --all")
    # A list, for a stage at work may set the same message aside again meanwhile.
    chosen = list(waiting(broker, arguments.topic)) if arguments.all else [find(broker, arguments.letter)]
    count = replay(broker, chosen)
    if arguments.json:
        show_json({"replayed": count})
    else:
        show_facts({"replayed": count})


def escaped(raw: bytes) -> str:
    """The bytes as text on one line; what is no printable text is written as an escape."""
    text = raw.decode("utf-8", "backslashreplace")
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)

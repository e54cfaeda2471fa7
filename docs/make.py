"""Writes the pages of docs/ that are made from the code: `make docs`."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import headstamp  # noqa: E402  # the checkout's, whatever is installed
from pipeline.index.fields import FIELDS  # noqa: E402
from pipeline.taxonomy import CATEGORIES  # noqa: E402
from pipeline.topics import TOPICS  # noqa: E402

WIDTH = "100"
MADE = "<!-- Made by `make docs`; edit the code instead. -->\n\n"


def pages() -> dict[str, str]:
    """Every made page of docs/ by its name."""
    return {
        "commands.md": MADE + "# Commands\n\n" + "\n".join(map(_command, headstamp.COMMANDS)),
        "settings.md": MADE + f"# Settings\n\n```toml\n{(ROOT / 'headstamp.toml').read_text(encoding='utf-8')}```\n",
        "reference.md": MADE + "# Reference\n\n" + f"{_topics()}\n{_fields()}\n{_taxonomy()}",
    }


def _command(name: str) -> str:
    inner = dict(_choices(headstamp.parser(name)))[name]
    helps = [inner.format_help(), *(deeper.format_help() for _, deeper in _choices(inner))]
    return f"## headstamp {name}\n\n" + "".join(f"```text\n{text}```\n\n" for text in helps)


def _choices(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:  # noqa: SLF001  # argparse has no public way to its subcommands
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            yield from action.choices.items()


def _topics() -> str:
    rows = [
        (
            f"`{topic.name}`",
            ", ".join(kind.__name__ for kind in topic.records),
            topic.key,
            topic.writer,
            ", ".join(topic.readers),
            str(topic.partitions),
            "for ever" if topic.keep_days is None else f"{topic.keep_days} days",
        )
        for topic in TOPICS.values()
    ]
    return "## Topics\n\n" + _table(
        ("topic", "records", "key", "writer", "readers", "partitions on Kafka", "kept"), rows
    )


def _fields() -> str:
    rows = [
        (f"`{field.name}`", str(field.kind), "yes" if field.facet else "", field.meaning) for field in FIELDS.values()
    ]
    return "## Fields of the index\n\n" + _table(("field", "kind", "facet", "meaning"), rows)


def _taxonomy() -> str:
    rows = [
        (f"`{category}`", entry.name, entry.definition, entry.source, "yes" if entry.in_scope else "")
        for category, entry in CATEGORIES.items()
    ]
    return "## Categories\n\n" + _table(("category", "name", "what it is", "source", "in scope"), rows)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    import os

    os.environ["COLUMNS"] = WIDTH
    for name, text in pages().items():
        (ROOT / "docs" / name).write_text(text, encoding="utf-8")

"""Writes the pages of docs/, and the files for Kibana, that are made from the code: `make docs`."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import headstamp  # noqa: E402  # the checkout's, whatever is installed
from dashboards.kibana.audiences import files  # noqa: E402
from pipeline.index.fields import FIELDS  # noqa: E402
from pipeline.metrics.table import METRICS  # noqa: E402
from pipeline.taxonomy import FACETS, MISP_TAGS, RAND_GROUPS, Entry, Open, entry  # noqa: E402
from pipeline.taxonomy.facets import Facet  # noqa: E402
from pipeline.topics import TOPICS  # noqa: E402

WIDTH = "100"
ABOUT = """What Headstamp says of a listing, made from `pipeline/taxonomy/`. Each facet is independent of the others, and *unknown* is a value of each.

**In scope** means that a listing matches the wording of Article 3 of the UN Firearms Protocol (A/RES/55/255), never that it is illegal: that depends
on the country, the people and the papers. Article 3 is read in full:

- A *firearm* is a portable barrelled weapon that expels, is designed to expel or **may be readily converted to expel** a shot, bullet or projectile by the
  action of an explosive. Offers of readily convertible or reactivatable weapons (`BLK`, `DEA`) are therefore inside the Protocol: they keep their
  categories, have a track of their own, `convertible`, and are no positives of the score or of figures that say "in scope".
- *Antiques* and their replicas are outside. Nothing made after 1899 is antique, and a replica of an antique stands apart from the original.
- *Parts and components* are specifically designed for a firearm and essential to its operation; suppressors are named by the article itself.
- *Ammunition* is the complete round or its components, where the State asks an authorization for those.

**National**: law differs by country, so the policy decides, not the model.
"""
MADE = "<!-- Made by `make docs`; edit the code instead. -->\n\n"


def pages() -> dict[str, str]:
    """Every made page of docs/ by its name."""
    return {
        "commands.md": MADE + "# Commands\n\n" + "\n".join(map(_command, headstamp.COMMANDS)),
        "settings.md": MADE + f"# Settings\n\n```toml\n{(ROOT / 'headstamp.toml').read_text(encoding='utf-8')}```\n",
        "reference.md": MADE + "# Reference\n\n" + f"{_topics()}\n{_metrics()}\n{_fields()}",
        "taxonomy.md": MADE + f"# Taxonomy\n\n{ABOUT}\n" + "\n".join(map(_facet, FACETS)) + f"\n{_crosswalks()}",
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


def _metrics() -> str:
    rows = [
        (f"`{metric.name}`", str(metric.kind), ", ".join(metric.labels), metric.meaning) for metric in METRICS.values()
    ]
    return "## Metrics\n\n" + _table(("metric", "kind", "labels", "meaning"), rows)


def _fields() -> str:
    rows = [
        (f"`{field.name}`", str(field.kind), "yes" if field.facet else "", field.meaning) for field in FIELDS.values()
    ]
    return "## Fields of the index\n\n" + _table(("field", "kind", "facet", "meaning"), rows)


def _facet(facet: Facet) -> str:
    rows = [
        (
            f"`{found.id}`",
            found.name,
            found.definition + "." * bool(_marks(found)) + _marks(found),
            found.counts,
            "; ".join(f"{what} ({f'`{code}`' if code else 'nothing'})" for what, code in found.elsewhere),
            found.source,
        )
        for found in facet.entries
    ]
    head = ("id", facet.name.lower(), "what it is", "counts, for example", "does not count (goes to)", "source")
    return f"## {facet.question}\n\n" + _table(head, rows)


def _marks(found: Entry[Open]) -> str:
    return " **In scope.**" * found.in_scope + " *National.*" * found.national


def _crosswalks() -> str:
    rand = [(group, ", ".join(f"`{category}`" for category in ours)) for group, ours in RAND_GROUPS.items()]
    misp = [(f"`{code}`", entry(code).name, f"`{tag}`") for code, tag in MISP_TAGS.items()]
    return (
        "## What others call it\n\n"
        "The groups of RAND Europe's RR2091 (2017), as press and summary name them; the report's own table was not read:\n\n"
        + _table(("RAND", "ours"), rand)
        + "\nThe nearest machine tags of MISP's dark-web taxonomy, version 3, which has one topic for all weapons:\n\n"
        + _table(("id", "ours", "MISP"), misp)
    )


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    import os

    os.environ["COLUMNS"] = WIDTH
    for name, text in pages().items():
        (ROOT / "docs" / name).write_text(text, encoding="utf-8")
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")

"""Settings in, a running command out."""

import argparse
import importlib
import os
import platform
import signal
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import HeadstampError, SettingsError
from pipeline.settings import Settings, file_of, load
from pipeline.terminal import plain

if TYPE_CHECKING:
    from pipeline.broker import Broker
    from pipeline.deployment import Deployment, Reread
    from pipeline.index import Index, Rebuild
    from pipeline.index.elastic import ElasticIndex
    from pipeline.records import Capture
    from pipeline.stages import Charts, Classifier

CHECKS = dict.fromkeys(("tor", "guards", "profiles", "denylist", "authorities", "archive"), "crawlers.check")
"""Further lines of `headstamp check`: the function of that name, in the module that knows the part."""
MODEL = Path(__file__).parent / "models" / "stack-1"
FAILED, WRONG, INTERRUPTED = 1, 2, 130


class Command(NamedTuple):
    """One word of the command line: where its code is, and what it is for."""

    module: str
    help: str


COMMANDS = {
    "crawl": Command("crawlers.commands", "walk markets over Tor and publish their listings"),
    "extract": Command("crawlers.commands", "show the listings on a saved page (no network)"),
    "profile": Command("crawlers.draft.commands", "propose a market profile from saved pages, or check one"),
    "authority": Command("crawlers.authority.commands", "list the authorities, and check whether markets may be read"),
    "health": Command("crawlers.health.commands", "show what visits read beside what they should, and alerts"),
    "why": Command("crawlers.commands", "say why an address was not fetched"),
    "tor": Command("crawlers.daemon.commands", "start, stop and look at the tor that crawls go through"),
    "evidence": Command("crawlers.evidence.commands", "anchor, hand over or erase what the archive holds"),
    "verify": Command("crawlers.evidence.commands", "check the archive and the audit chain, offline"),
    "gate": Command("crawlers.gates.commands", "list what waits at gates, hand sessions over, recognise gates"),
    "practice": Command("crawlers.practice.commands", "serve the practice market on loopback"),
    "ingest": Command("pipeline.commands.ingest", "publish the rows of a CSV or JSONL file as listings"),
    "run": Command("pipeline.commands.run", "run all stages in one process; --once until nothing is left"),
    "assess": Command("pipeline.commands.run", "run the stage that classifies listings and draws verdicts"),
    "index": Command("pipeline.commands.run", "run the stage that merges assessments into the index"),
    "settle": Command("pipeline.commands.run", "run the stage that files reviews and keeps the audit"),
    "forward": Command("pipeline.commands.forward", "carry the log that crawls write on to the broker (Kafka)"),
    "serve": Command("dashboards.commands", "serve the console on loopback"),
    "dashboards": Command("dashboards.commands", "install the indexes and what Kibana shows of them"),
    "search": Command("pipeline.commands.search", "find listings from the terminal"),
    "score": Command("pipeline.commands.score", "score the rows of a file; nothing is stored"),
    "train": Command("classifier.commands", "make a model directory from labelled data"),
    "evaluate": Command("classifier.report.commands", "report how good the classifier is, vendors held out"),
    "learn": Command("classifier.learn.commands", "train again with the reviews of this home"),
    "drift": Command("classifier.drift.commands", "say which markets have moved on from the model"),
    "models": Command("classifier.commands", "list the models of this home, or put one in force"),
    "policy": Command("pipeline.commands.policy", "show the thresholds in force, or make them of a review budget"),
    "reproduce": Command("pipeline.commands.reproduce", "make a verdict again from the archived bytes"),
    "reindex": Command("pipeline.commands.reindex", "build the index again from the log"),
    "topics": Command("pipeline.commands.topics", "create the topics that are missing, and say what differs"),
    "copy": Command("pipeline.commands.copy", "move a log whole: from a file to Kafka, or back"),
    "dead": Command("pipeline.commands.dead", "list, show and replay dead letters"),
    "check": Command("pipeline.commands.check", "test every part: one line each, exit status"),
    "demo": Command("pipeline.commands.demo", "the practice market, all stages and the console, on loopback"),
}


class Version(argparse.Action):
    """Prints the installed version; only then is it looked up."""

    def __call__(self, parser: argparse.ArgumentParser, *_given: object) -> None:
        """Print it and end."""
        from importlib.metadata import version  # noqa: PLC0415  # `--help` needs no version

        sys.stdout.write(f"{parser.prog} {version('headstamp')}\n")
        parser.exit()


def main(words: list[str] | None = None) -> int:
    """Run one command; its exit status: 0 done, 1 failed, 2 wrong usage or settings."""
    words = sys.argv[1:] if words is None else words
    _open_streams()
    os.umask(0o077)  # evidence is for its owner's eyes
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return _run(words)
    except SettingsError as error:
        return _failed(error, WRONG)
    except HeadstampError as error:
        return _failed(error, FAILED)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:  # whatever else went wrong ends as one line too, here and nowhere else
        if os.environ.get("HEADSTAMP_LOG_LEVEL") == "debug":
            raise
        return _failed(f"unforeseen {type(error).__name__}: {error}; HEADSTAMP_LOG_LEVEL=debug shows where", FAILED)


def parser(name: str | None = None) -> argparse.ArgumentParser:
    """The command line: all commands by name and purpose, and the arguments of the one called `name`."""
    top = argparse.ArgumentParser(
        prog="headstamp",
        description="Finds offers of firearms, their parts and ammunition among the listings of dark-web markets.",
    )
    top.add_argument(
        "--config", metavar="FILE", type=Path, help="settings file (default: headstamp.toml of the working folder)"
    )
    top.add_argument("--version", action=Version, nargs=0, help="print the version and end")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for word, command in COMMANDS.items():
        inner = commands.add_parser(word, help=command.help, description=command.help)
        if word == name:
            getattr(importlib.import_module(command.module), f"{_function(word)}_arguments")(inner)
    return top


def deployment(settings: Settings) -> "Deployment":
    """The parts that the settings' addresses choose, none of them opened yet."""
    from pipeline.activations import Activations  # noqa: PLC0415  # `--help` opens no part
    from pipeline.deployment import Deployment  # noqa: PLC0415

    return Deployment(
        settings=settings,
        broker=lambda: _broker(settings, settings.broker),
        broker_at=partial(_broker, settings),
        log=lambda: _log(settings, Settings().broker),
        index=lambda: _index(settings),
        rebuild=lambda: _rebuild(settings),
        classifier=lambda: _classifier(settings, keeping=False),
        assessor=lambda: _classifier(settings, keeping=True),
        measures=partial(_measures, settings) if settings.index.startswith("http") else None,
        activations=lambda: Activations(settings.root),
        reread=_reread,
        model=_model,
        checks={part: partial(_check, module, part) for part, module in CHECKS.items()},
    )


def _check(module: str, part: str, deployment: "Deployment") -> str:
    found: str = getattr(importlib.import_module(module), part)(deployment)
    return found


def _run(words: list[str]) -> int:
    named = words[2:] if words[:1] == ["--config"] else words
    name = next((word for word in named if word in COMMANDS), None)
    arguments = parser(name).parse_args(words)
    settings = load(os.environ, arguments.config)
    from pipeline.logs import configure  # noqa: PLC0415  # `--help` needs no log

    configure(settings.log.level)
    module = importlib.import_module(COMMANDS[arguments.command].module)
    status: int = getattr(module, _function(arguments.command))(arguments, deployment(settings))
    return status


def _function(word: str) -> str:
    return word.replace("-", "_")


def _open_streams() -> None:
    """Put the null device where a stream was closed, so that no other file is opened under its number and written to."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  # for the life of the process


def _failed(error: object, status: int) -> int:
    sys.stderr.write(f"headstamp: {plain(str(error))}\n")
    return status


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _broker(settings: Settings, address: str) -> "Broker":
    match address.partition(":")[0]:
        case "sqlite":
            return _log(settings, address)
        case "kafka":
            from pipeline.broker.kafka import KafkaBroker  # noqa: PLC0415

            return KafkaBroker(address, settings.kafka)
        case _:
            raise SettingsError(f"broker: '{address}' is no address; write sqlite:///FILE or kafka://HOST:PORT")


def _index(settings: Settings) -> "Index":
    match settings.index.partition(":")[0]:
        case "sqlite":
            from pipeline.index.sqlite import SqliteIndex  # noqa: PLC0415

            return SqliteIndex(_file(settings, settings.index))
        case "http" | "https":
            return _elastic(settings)
        case _:
            raise SettingsError(f"index: '{settings.index}' is no address; write sqlite:///FILE or https://HOST:PORT")


def _elastic(settings: Settings, number: int = 0) -> "ElasticIndex":
    from pipeline.index.elastic import ElasticIndex  # noqa: PLC0415  # only who uses it loads its client
    from pipeline.index.elastic_access import cluster  # noqa: PLC0415

    return ElasticIndex(cluster(settings.index, settings.elastic), settings.elastic, number=number)


def _rebuild(settings: Settings) -> "Rebuild":
    if settings.index.partition(":")[0] == "sqlite":
        from pipeline.index.sqlite import SqliteRebuild  # noqa: PLC0415

        return SqliteRebuild(_file(settings, settings.index))
    from pipeline.index.elastic_rebuild import ElasticRebuild  # noqa: PLC0415

    owner = f"{platform.node()}:{settings.root}"
    log = f"{owner}:{settings.broker}" if file_of(settings.broker) else settings.broker
    return ElasticRebuild(partial(_elastic, settings), owner=owner, log=log, prefix=settings.elastic.prefix)


def _measures(settings: Settings) -> "Charts":
    from pipeline.index.elastic_access import cluster  # noqa: PLC0415  # as above
    from pipeline.index.elastic_measures import ElasticMeasures  # noqa: PLC0415

    chosen = settings.elastic
    return ElasticMeasures(cluster(settings.index, chosen), prefix=chosen.prefix, days=chosen.measures_days)


def _log(settings: Settings, address: str) -> "Broker":
    from pipeline.broker.sqlite import SqliteBroker  # noqa: PLC0415

    return SqliteBroker(_file(settings, address))


def _classifier(settings: Settings, *, keeping: bool) -> "Classifier":
    from classifier.store import active  # noqa: PLC0415
    from pipeline.activations import Activations  # noqa: PLC0415

    activations: Activations = Activations(settings.root)
    try:
        return active(settings.root, activations, MODEL, settings.assess.screen, keeping=keeping)
    finally:
        activations.close()


def _model(deployment: "Deployment", digest: str, activation: int) -> "Classifier":
    from classifier.store import recorded  # noqa: PLC0415

    settings = deployment.settings
    return recorded(settings.root, digest, activation, MODEL, settings.assess.screen)


def _reread(deployment: "Deployment", capture: "Capture") -> "Reread":
    from crawlers.evidence.reread import reread  # noqa: PLC0415

    return reread(deployment, capture)


def _file(settings: Settings, address: str) -> Path:
    name = file_of(address)
    if not name:
        raise SettingsError(f"'{address}' names no file; write sqlite:///FILE, relative to the home")
    return settings.root / name


if __name__ == "__main__":
    sys.exit(main())

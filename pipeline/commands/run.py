"""`headstamp run`, and `assess`, `index` and `settle` alone: the stages at work."""

import argparse
import logging
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from threading import Event

from pipeline.broker import START
from pipeline.deployment import CHART, RULES, STAGES, Deployment, stage
from pipeline.errors import LockedError
from pipeline.logs import line
from pipeline.meter import Meter
from pipeline.metrics.at_work import at_work, meters
from pipeline.metrics.beat import tell_once
from pipeline.records import digest
from pipeline.terminal import progress, show_json, show_table
from pipeline.topics import LISTINGS
from pipeline.worker import Tally, run_forever, run_once

SHARED = "settle"
"""The stage that a console runs as well: whichever of `serve` and `run` comes second leaves it to the first."""
ASK_AGAIN_S = 2.0


def run_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp run`, and of each stage alone."""
    parser.add_argument("--once", action="store_true", help="work what is there, then end")
    parser.add_argument("--json", action="store_true", help="print one JSON object: what each stage did")


def assess_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp assess`."""
    run_arguments(parser)
    parser.add_argument(
        "--again",
        action="store_true",
        help="assess all stored listings anew, with the model, policy and rates now in force",
    )


index_arguments = settle_arguments = run_arguments


def run(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Run all stages: each in a thread of its own until Ctrl-C, or with --once one after the other."""
    return _ran((*STAGES, *_charts(deployment)), arguments, deployment)


def assess(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Run the stage that classifies listings."""
    if arguments.again:
        assess_again(deployment)
    return _ran(("assess",), arguments, deployment)


def index(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Run the stage that fills the index, and the one that charts measures where the index can hold them."""
    return _ran(("index", *_charts(deployment)), arguments, deployment)


def settle(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Run the stage that files reviews."""
    return _ran(("settle",), arguments, deployment)


def assess_again(deployment: Deployment) -> None:
    """Let the stage that classifies read every listing of the log again; a `LockedError` where another process runs it."""
    with closing(deployment.broker()) as broker, broker.batch(LISTINGS.name, "assess", size=0, wait=0):
        if deployment.settings.assess.context == "on":
            _outrank(deployment)
        broker.rewind(LISTINGS.name, "assess", START)


def _outrank(deployment: Deployment) -> None:
    """Let what is assessed from now on count before what the same rules said when less was known around a listing."""
    with closing(deployment.activations()) as activations:
        number, _ = activations.current(RULES) or (0, "")
        activations.number(RULES, digest("again", str(number)))


def stages_once(names: Sequence[str], deployment: Deployment) -> dict[str, Tally]:
    """Let each stage in turn work what it owes; what each did."""
    return {name: _once(name, deployment, alone=len(names) == 1) for name in names}


def stages_forever(names: Sequence[str], deployment: Deployment, stop: Event) -> dict[str, Tally]:
    """Run stages side by side until `stop` is set, Ctrl-C, or one fails, whose error is raised; what each did."""
    running: dict[str, Future[Tally]] = {}
    metered = meters(names)
    with (
        at_work(deployment, metered),
        ThreadPoolExecutor(max_workers=len(names), thread_name_prefix="stage") as pool,
    ):
        try:
            for name, meter in metered.items():
                running[name] = pool.submit(_forever, meter, deployment, stop, alone=len(names) == 1)
            wait(running.values(), return_when=FIRST_COMPLETED)
        except KeyboardInterrupt:
            line("stopping", stages=", ".join(names))
        finally:
            stop.set()
    return {name: future.result() for name, future in running.items()}


def _charts(deployment: Deployment) -> Sequence[str]:
    return () if deployment.measures is None else (CHART,)


def _ran(names: Sequence[str], arguments: argparse.Namespace, deployment: Deployment) -> int:
    did = stages_once(names, deployment) if arguments.once else stages_forever(names, deployment, Event())
    if arguments.json:
        show_json(did)
    else:
        _show(did)
    return 0


def _show(did: Mapping[str, Tally]) -> None:
    rows = [(name, tally.taken, tally.published, tally.dead) for name, tally in did.items()]
    show_table(("stage", "taken", "published", "dead"), rows)
    if any(tally.dead for tally in did.values()):
        sys.stderr.write("headstamp: messages were set aside; `headstamp dead list` shows them\n")


def _once(name: str, deployment: Deployment, *, alone: bool) -> Tally:
    chosen, (meter,) = deployment.settings.run, meters((name,)).values()
    with closing(deployment.broker()) as broker, stage(name, deployment) as opened:
        with progress(name, broker.lag(opened.topic.name, name)) as advance:
            try:
                did = run_once(opened, broker, size=chosen.batch, wait=chosen.wait_s, advance=advance, meter=meter)
            except LockedError as error:
                _leave(name, error, alone=alone)
                return Tally()
        if name != CHART:  # which would owe at once what it told
            tell_once(meter, broker)
        return did


def _forever(meter: Meter, deployment: Deployment, stop: Event, *, alone: bool) -> Tally:
    chosen, name = deployment.settings.run, meter.stage
    told = False
    with closing(deployment.broker()) as broker, stage(name, deployment) as opened:
        while not stop.is_set():
            try:
                return run_forever(opened, broker, stop, size=chosen.batch, wait=chosen.wait_s, meter=meter)
            except LockedError as error:
                meter.turned()
                told = told or _leave(name, error, alone=alone)
                stop.wait(ASK_AGAIN_S)
        return Tally()


def _leave(name: str, error: LockedError, *, alone: bool) -> bool:
    if alone or name != SHARED:
        raise error
    line("left to another process", level=logging.WARNING, stage=name, reason=str(error))
    return True

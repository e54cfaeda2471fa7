"""`headstamp forward`: carry the log that crawls of this home write to the broker that the stages read."""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import closing
from threading import Event

from pipeline.broker import Broker
from pipeline.deployment import Deployment
from pipeline.errors import SettingsError
from pipeline.forward import CRAWLED, GROUP, Forward
from pipeline.logs import line
from pipeline.metrics.at_work import at_work
from pipeline.settings import CRAWL_LOG, Settings
from pipeline.terminal import progress, show_json, show_table


def forward_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp forward`."""
    parser.add_argument("--once", action="store_true", help="carry what is there, then end")
    parser.add_argument("--json", action="store_true", help="print one JSON object: what was carried, and what waits")


def forward(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Carry the home's log to the broker until Ctrl-C or SIGTERM, or with --once what is there."""
    _check(deployment.settings)
    with closing(deployment.log()) as log, closing(deployment.broker()) as broker:
        carrier = Forward(log, broker, size=deployment.settings.run.batch)
        if arguments.once:
            with progress(GROUP, _owed(log)) as advance:
                carrier.once(advance)
        else:
            with at_work(deployment, {GROUP: carrier.meter}, reads=deployment.log, crawls=True):
                until_interrupted(carrier)
        _show(carrier, as_json=arguments.json)
    return 0


def until_interrupted(carrier: Forward) -> None:
    """Carry until Ctrl-C or SIGTERM, which let the batch in hand be finished, or until it fails."""
    stop = Event()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix=GROUP) as pool:
        running = pool.submit(carrier.forever, stop)
        try:
            wait_for([running])
        except KeyboardInterrupt:
            line("stopping", stages=GROUP)
        finally:
            stop.set()
    running.result()


def _check(settings: Settings) -> None:
    if settings.broker.partition(":")[0] == "sqlite":
        raise SettingsError(
            f"forward: broker is {settings.broker}, a file of this home; forward carries the home's log"
            f" ({CRAWL_LOG}) to Kafka: set HEADSTAMP_BROKER=kafka://HOST:PORT, or run the stages here with `headstamp run`"
        )


def _owed(log: Broker) -> int:
    return sum(log.lag(topic.name, GROUP) for topic in CRAWLED)


def _show(carrier: Forward, *, as_json: bool) -> None:
    did = carrier.did()
    if as_json:
        show_json(did)
        return
    rows = [(name, each.taken, each.published, each.dead, each.lag) for name, each in did.items()]
    show_table(("topic", "taken", "published", "dead", "lag"), rows)
    if any(each.dead for each in did.values()):
        sys.stderr.write(
            f"headstamp: messages were set aside; `HEADSTAMP_BROKER=sqlite:///{CRAWL_LOG} headstamp dead list` shows them\n"
        )

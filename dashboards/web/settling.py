"""Settles reviews beside the console, whenever no other process of the home does."""

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Event, Thread

from pipeline.deployment import Deployment, stage
from pipeline.errors import HeadstampError, LockedError
from pipeline.logs import line
from pipeline.meter import Meter
from pipeline.worker import run_forever

RETRY_S = 3.0


@contextmanager
def settling(deployment: Deployment, meter: Meter | None = None) -> Iterator[None]:
    """Let the settle stage run in a thread while the block does."""
    stop = Event()
    thread = Thread(target=_settle, args=(deployment, stop, meter or Meter("settle", ())), name="settle")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _settle(deployment: Deployment, stop: Event, meter: Meter) -> None:
    chosen = deployment.settings.run
    while not stop.is_set():
        try:
            with closing(deployment.broker()) as broker, stage("settle", deployment) as settle:
                run_forever(settle, broker, stop, size=chosen.batch, wait=chosen.wait_s, meter=meter)
        except LockedError:
            meter.turned()
            stop.wait(RETRY_S)
        except HeadstampError as error:
            # Reviews stay on the log meanwhile, and the console says of each that it has not been settled yet.
            line("settle failed, will try again", level=logging.ERROR, stage="settle", reason=str(error))
            stop.wait(RETRY_S)

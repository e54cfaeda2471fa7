"""What the logs hold that no search finds yet, and the command that takes it on."""

from collections.abc import Iterator
from contextlib import closing, suppress

from pipeline.deployment import Deployment
from pipeline.errors import BrokerUnavailableError, SettingsError
from pipeline.forward import GROUP
from pipeline.settings import CRAWL_LOG, file_of
from pipeline.topics import ASSESSMENTS, LISTINGS

EMBEDDED = "run `headstamp run --once`"
STEPS = (("assess", LISTINGS), ("index", ASSESSMENTS))


def waiting(deployment: Deployment) -> dict[str, str]:
    """What waits on each step of a listing's way to the index, with what to do; of a log that does not answer nothing is said."""
    found: dict[str, str] = {}
    with suppress(BrokerUnavailableError, SettingsError):  # a search needs the index alone
        found.update(_forward(deployment))
        found.update(_stages(deployment))
    return found


def _forward(deployment: Deployment) -> Iterator[tuple[str, str]]:
    """What crawls wrote to this home, where the stages read another log."""
    settings = deployment.settings
    if file_of(settings.broker) or not (settings.root / CRAWL_LOG).exists():
        return
    with closing(deployment.log()) as log:
        if owed := log.lag(LISTINGS.name, GROUP):
            yield f"messages of crawls that wait for {GROUP}", f"{owed:,}; {_running(GROUP)}"


def _stages(deployment: Deployment) -> Iterator[tuple[str, str]]:
    settings = deployment.settings
    file = file_of(settings.broker)
    if file and not (settings.root / file).exists():
        return
    with closing(deployment.broker()) as broker:
        for stage, topic in STEPS:
            if owed := broker.lag(topic.name, stage):
                todo = EMBEDDED if file else _running(stage)
                yield f"messages on topic {topic.name} that wait for {stage}", f"{owed:,}; {todo}"


def _running(command: str) -> str:
    return f"see that `headstamp {command}` runs"

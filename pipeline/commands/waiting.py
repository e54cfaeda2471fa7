"""What the logs hold that no search finds yet, and the command that takes it on."""

from collections.abc import Iterator
from contextlib import closing

from pipeline.deployment import Deployment
from pipeline.errors import HeadstampError
from pipeline.forward import GROUP
from pipeline.settings import CRAWL_LOG, file_of
from pipeline.topics import ASSESSMENTS, LISTINGS

EMBEDDED = "run `headstamp run --once`"
STEPS = (("assess", LISTINGS), ("index", ASSESSMENTS))


def waiting(deployment: Deployment) -> dict[str, str]:
    """What waits on each step of a listing's way to the index, with what to do, or which log does not answer."""
    found: dict[str, str] = {}
    try:  # a search needs the index alone
        found.update(_forward(deployment))
        found.update(_stages(deployment))
    except HeadstampError as error:
        found["what waits for a stage is not known"] = str(error)
    return found


def _forward(deployment: Deployment) -> Iterator[tuple[str, str]]:
    """What stands on this home's own log, where the stages read another one."""
    settings = deployment.settings
    if file_of(settings.broker) or not (settings.root / CRAWL_LOG).exists():
        return
    with closing(deployment.log()) as log:
        if owed := log.lag(LISTINGS.name, GROUP):
            yield f"messages on this home's log that wait for {GROUP}", f"{owed:,}; {_running(GROUP)}"


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

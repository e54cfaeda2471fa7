"""What a process of stages shows of itself while it works."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

from pipeline.broker import Broker
from pipeline.deployment import Deployment
from pipeline.meter import Meter
from pipeline.metrics.beat import Beat, beating
from pipeline.metrics.server import Answer, Pages, serving, told
from pipeline.topics import WORK

LATELY_S = 900.0
"""Within which a stage's loop comes round. 500 long listings take 10 s, thrice that where they are worked record by record, and
750 s were seen to be needed beside 28 other processes on two cores: who is restarted for being slow begins his batch anew.
"""
NEED_INDEX = frozenset({"index", "settle", "chart"})


def meters(stages: Sequence[str]) -> dict[str, Meter]:
    """A meter for each of the stages."""
    return {name: Meter(name, [topic.name for topic in WORK if name in topic.readers]) for name in stages}


@contextmanager
def at_work(
    deployment: Deployment,
    stages: Mapping[str, Meter],
    *,
    reads: Callable[[], Broker] | None = None,
    crawls: bool = False,
) -> Iterator[str]:
    """Put the stages' measures on the log while the block runs, and serve /metrics, /healthz and /readyz where `metrics.port` is set.

    `reads` is the log whose lag counts, where it is not the deployment's broker; with `crawls`, the figures that crawls left
    in the home are served too. The address, or "".
    """
    chosen, found = deployment.settings.metrics, tuple(stages.values())
    beat = Beat(
        meters=found,
        reads=reads or deployment.broker,
        publishes=deployment.broker,
        index=deployment.index if _needs_index(deployment, stages) else None,
    )
    with ExitStack() as stack:
        address = ""
        if chosen.port:
            address = stack.enter_context(serving(chosen.host, chosen.port, _pages(deployment, beat, crawls=crawls)))
        stack.enter_context(beating(beat))
        yield address


def silent(found: Sequence[Meter]) -> dict[str, str]:
    """The stages whose loop did not come round lately."""
    ages = {meter.stage: meter.did().turned_s for meter in found}
    return {stage: f"its loop has not come round for {age:.0f} s" for stage, age in ages.items() if age > LATELY_S}


def unready(beat: Beat) -> dict[str, str]:
    """What a stage still needs before it can work: its parts opened, servers that answer, to it and at the last look."""
    did = {meter.stage: meter.did() for meter in beat.meters}
    closed = {stage: "its parts are not opened yet" for stage, each in did.items() if not each.ready}
    away = {
        server: f"{stage} has waited for it for {seconds:.0f} s"
        for stage, each in did.items()
        for server, seconds in each.away.items()
    }
    return {**away, **closed, **beat.faults}


def _needs_index(deployment: Deployment, stages: Mapping[str, Meter]) -> bool:
    looks_around = "assess" in stages and deployment.settings.assess.context == "on"
    return looks_around or bool(NEED_INDEX & set(stages))


def _pages(deployment: Deployment, beat: Beat, *, crawls: bool) -> Pages:
    from pipeline.metrics.crawled import read  # noqa: PLC0415  # only who serves them needs prometheus_client
    from pipeline.metrics.exposed import CONTENT_TYPE_LATEST, text  # noqa: PLC0415
    from pipeline.metrics.staged import disk, stages  # noqa: PLC0415

    home = deployment.settings.root

    def metrics() -> Answer:
        crawled = read(home) if crawls else ()
        return Answer(text([*stages(beat.meters), *disk(home), *crawled]), CONTENT_TYPE_LATEST)

    return {
        "/metrics": metrics,
        "/healthz": lambda: told(silent(beat.meters)),
        "/readyz": lambda: told(unready(beat)),
    }

"""`headstamp check`: test every part and say what is missing."""

import argparse
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, suppress

import msgspec

from pipeline.audit import Audit
from pipeline.broker import START, Broker
from pipeline.codec import decode
from pipeline.commands import indexes
from pipeline.deployment import STAGES, Deployment
from pipeline.errors import (
    AuthorityEndedError,
    CorruptError,
    GuardMissingError,
    HeadstampError,
    MalformedError,
    SettingsError,
    StorageError,
    TorUnavailableError,
)
from pipeline.forward import CRAWLED, GROUP
from pipeline.index import Query
from pipeline.policy import force
from pipeline.rates import FILE as RATES
from pipeline.rates import Rates
from pipeline.records import AuditEntry
from pipeline.settings import CRAWL_LOG, file_of
from pipeline.terminal import show_json, show_table
from pipeline.topics import ASSESSMENTS, AUDIT, LISTINGS, REVIEWS

LEAST_FREE_GIB = 1.0
MISSING = (TorUnavailableError, GuardMissingError, AuthorityEndedError)
"""Errors by which a part is missing, so that only the commands that need it fail."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """How one part is: `ok`, `missing` (something is not there that some work needs) or `failed`."""

    part: str
    state: str
    detail: str


def check_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp check`."""
    parser.add_argument("--json", action="store_true", help="print one JSON list of findings")


def check(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Print one line a part; 1 where a part failed. A missing part fails only the commands that need it."""
    found = list(findings(deployment))
    if arguments.json:
        show_json(found)
    else:
        show_table(("part", "state", "detail"), [(each.part, each.state, each.detail) for each in found])
    return 1 if any(each.state == "failed" for each in found) else 0


def findings(deployment: Deployment) -> Iterator[Finding]:
    """One finding a part, in the order of a listing's way."""
    parts: dict[str, Callable[[Deployment], str]] = {
        "home": _home,
        "disk": _disk,
        **deployment.checks,
        "topics": _topics,
        "log": _log,
        "forward": _forward,
        "model": _model,
        "policy": _policy,
        "rates": _rates,
        "index": _index,
        "research": indexes.research,
        "beside": indexes.beside,
        "audit": _audit,
    }
    for part, test in parts.items():
        try:
            yield Finding(part=part, state="ok", detail=test(deployment))
        except MISSING as error:
            yield Finding(part=part, state="missing", detail=str(error))
        except HeadstampError as error:
            yield Finding(part=part, state="failed", detail=str(error))


def _home(deployment: Deployment) -> str:
    home = deployment.settings.root
    probe = home / ".check"
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise StorageError(
            f"{home}: cannot be written ({error.strerror}); make it writable or name another with HEADSTAMP_HOME"
        ) from error
    return str(home)


def _disk(deployment: Deployment) -> str:
    try:
        free = shutil.disk_usage(deployment.settings.root).free / 2**30
    except OSError as error:
        raise StorageError(f"cannot be looked at ({error.strerror}); mend the home first") from error
    if free < LEAST_FREE_GIB:
        raise StorageError(f"{free:.1f} GiB free, {LEAST_FREE_GIB:.0f} GiB asked for; free some space")
    return f"{free:.1f} GiB free"


def _topics(deployment: Deployment) -> str:
    with closing(deployment.broker()) as broker:
        found = broker.topics(create=False)
    if faults := [f"{each.topic}: {each.detail}" for each in found if each.state in ("missing", "differs")]:
        raise SettingsError("; ".join(faults) + "; docs/kafka.md says what to do")
    return f"{len(found)} as they should be" if found else "need no creating"


def _log(deployment: Deployment) -> str:
    topics = dict(zip(STAGES, (LISTINGS, ASSESSMENTS, REVIEWS), strict=True))
    with closing(deployment.broker()) as broker:
        owed = {name: broker.lag(topic.name, name) for name, topic in topics.items()}
    return ", ".join(f"{name} owes {count:,}" for name, count in owed.items())


def _forward(deployment: Deployment) -> str:
    settings = deployment.settings
    if file_of(settings.broker):
        return "not needed: the broker is a file"
    if not (settings.root / CRAWL_LOG).exists():
        return "no crawl wrote to this home"
    with closing(deployment.log()) as log:
        owed = {topic.name: log.lag(topic.name, GROUP) for topic in CRAWLED}
    return ", ".join(f"owes {count:,} {name}" for name, count in owed.items())


def _model(deployment: Deployment) -> str:
    return deployment.classifier().digest[:12]


def _policy(deployment: Deployment) -> str:
    home, model = deployment.settings.root, deployment.classifier().digest
    with closing(deployment.activations()) as activations:
        cuts = force.adopted(home, activations)
    if fault := force.unfit(deployment.settings, cuts, model):
        raise SettingsError(fault)
    return "thresholds of a budget" if cuts else "thresholds of the model"


def _rates(deployment: Deployment) -> str:
    Rates.of(deployment.settings.root)
    known = (deployment.settings.root / RATES).exists()
    return "rates.csv can be read" if known else "no rates.csv; only prices in US dollars can be compared"


def _index(deployment: Deployment) -> str:
    with closing(deployment.index()) as index:
        listings = index.search(Query(size=0)).total
    if not listings:
        deployment.check_emptied()
    return f"{listings:,} listings"


def _audit(deployment: Deployment) -> str:
    with closing(Audit(deployment.settings.root)) as audit, closing(deployment.broker()) as broker:
        if fault := audit.verify():
            raise CorruptError(f"{fault}; put back a copy of the home, and find out who changed it")
        entries, head = audit.head()
        if second := audit.second(_entries(broker)):
            raise CorruptError(
                f"topic audit has a second chain (entry {second.number} of {second.time:%Y-%m-%d %H:%M} UTC, by {second.analyst}):"
                " settle runs, or ran, in two homes, or goes on from an old copy of audit.db; stop all but one, and see"
                " docs/operations.md, Two audit chains"
            )
    return f"{entries:,} entries, the last {head[:12]}"


def _entries(broker: Broker) -> Iterator[AuditEntry]:
    for message in broker.read(AUDIT.name, START):
        with suppress(MalformedError):
            entry = decode(message, AUDIT.records)
            assert isinstance(entry, AuditEntry), "the topic's kind"
            yield entry

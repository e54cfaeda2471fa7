"""What a command is given: the settings, and the parts that their addresses chose, opened when first asked for."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from pipeline.activations import Activations
from pipeline.audit import Audit
from pipeline.broker import START, Broker
from pipeline.context import no_context, vendor_context
from pipeline.errors import CorruptError, ModelRejectedError, SettingsError
from pipeline.index import LISTINGS, Index, Query, Rebuild
from pipeline.logs import line
from pipeline.policy import Policy, force, rule
from pipeline.rates import KIND as RATES
from pipeline.rates import Rates
from pipeline.records import Capture, Context, Listing, digest
from pipeline.settings import Settings, file_of
from pipeline.software import software
from pipeline.stages import Charts, Classifier, Stage, assess_stage, chart_stage, index_stage, settle_stage
from pipeline.topics import ASSESSMENTS
from pipeline.wordings import keep

STAGES = ("assess", "index", "settle")
"""The stages in the order of a listing's way."""
CHART = "chart"
"""The stage beside them that charts measures, where the index can hold them."""
SEEN_S = 2.0
"""Seconds after which an index on a server finds all that was merged."""
RULES = "rules"
"""Under which policy, rates and code are counted as activations."""


@dataclass(frozen=True, kw_only=True)
class Reread:
    """What an archived page shows, read again."""

    listings: Sequence[Listing] = ()
    lacking: Mapping[str, str] = field(default_factory=dict)
    """What could not be had (a record, a profile), with the reason."""
    fault: str = ""
    """Why the page shows no listing."""


def _no_broker(address: str) -> Broker:
    raise SettingsError(f"'{address}': nothing here opens brokers by their address")


def _no_archive(_deployment: "Deployment", capture: Capture) -> Reread:
    return Reread(lacking={f"record {capture.record}": "nothing here reads archives"})


def _no_rebuild() -> Rebuild:
    raise SettingsError("reindex: nothing here builds an index again")


def _no_models(_deployment: "Deployment", digest: str, _activation: int) -> Classifier:
    raise ModelRejectedError(f"model {digest}: nothing here reads models")


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One way to run Headstamp. Each call opens the part anew; whoever opens it closes it."""

    settings: Settings
    broker: Callable[[], Broker]
    log: Callable[[], Broker]
    """The SQLite log of this home, which a crawl writes to whatever the broker is."""
    index: Callable[[], Index]
    classifier: Callable[[], Classifier]
    """The classifier in force; it stores nothing."""
    assessor: Callable[[], Classifier]
    """The same, keeping in the home what it computes slowly, so that no text is computed twice."""
    activations: Callable[[], Activations]
    measures: Callable[[], Charts] | None = None
    """Where measures can be searched and charted; None where the index is a file, and they stay on the log."""
    rebuild: Callable[[], Rebuild] = _no_rebuild
    """An index to fill anew beside the one that serves; a `LockedError` where another process fills it."""
    checks: Mapping[str, Callable[["Deployment"], str]] = field(default_factory=dict)
    """What `headstamp check` asks of the packages beside this one: how the part is, or a `HeadstampError`."""
    reread: Callable[["Deployment", Capture], Reread] = _no_archive
    """Reads an archived page again, with the profile that it was read with."""
    broker_at: Callable[[str], Broker] = _no_broker
    """The broker of an address, with the settings of this deployment."""
    model: Callable[["Deployment", str, int], Classifier] = _no_models
    """The classifier of a model directory that was once in force, by its digest, under a number; a `ModelRejectedError` where it is gone."""

    @property
    def is_bare(self) -> bool:
        """Whether nothing was ever indexed here: the index is a file that is not there yet, or one on a server, and holds nothing."""
        if file := file_of(self.settings.index):
            return not (self.settings.root / file).exists()
        with closing(self.index()) as index:
            return not index.search(Query(size=0)).total

    def check_emptied(self) -> None:
        """Raise a `CorruptError` where the index, which was found empty, was filled before: it is lost, or another one."""
        settings, server = self.settings, not file_of(self.settings.index)
        if not self._was_indexed():
            return
        if server:
            time.sleep(SEEN_S)
            if not self.is_bare:
                return
        named = f" '{settings.elastic.prefix}{LISTINGS}' at {settings.index}" if server else ""
        otherwise = ", or correct elastic.prefix" if server else ""
        raise CorruptError(
            f"the index{named} is empty, though the log has what was in it; run `headstamp reindex`{otherwise}"
        )

    def _was_indexed(self) -> bool:
        """Whether the log holds assessments, and the index stage has taken them all."""
        if (file := file_of(self.settings.broker)) and not (self.settings.root / file).exists():
            return False
        with closing(self.broker()) as broker:
            first = next(iter(broker.read(ASSESSMENTS.name, START)), None)
            return first is not None and broker.lag(ASSESSMENTS.name, "index") == 0


@contextmanager
def stage(name: str, deployment: Deployment) -> Iterator[Stage]:
    """One of `STAGES`, or `CHART`, ready to work while the block runs, with connections of its own."""
    match name:
        case "assess":
            with _context(deployment) as context:
                yield _assess(deployment, context)
        case "index":
            with closing(deployment.index()) as index:
                yield index_stage(index)
        case "chart":
            assert deployment.measures, "it runs only where measures can be charted"
            with closing(deployment.measures()) as charts:
                yield chart_stage(charts)
        case _:
            with closing(deployment.index()) as index, closing(Audit(deployment.settings.root)) as audit:
                yield settle_stage(index, audit)


def _assess(deployment: Deployment, context: Callable[[Listing], Context]) -> Stage:
    home, classifier = deployment.settings.root, deployment.assessor()
    in_force, rates = policy(deployment, classifier), Rates.of(home)
    keep(home, rule.KIND, in_force.text)
    keep(home, RATES, rates.text)
    code = software()
    with closing(deployment.activations()) as activations:
        rules = activations.number(RULES, digest(RULES, in_force.digest, rates.digest, code))
    return assess_stage(classifier, in_force, rates, context, rules=rules, software=code)


@contextmanager
def _context(deployment: Deployment) -> Iterator[Callable[[Listing], Context]]:
    """What looks a listing's context up; the index is opened only where one is asked for."""
    if deployment.settings.assess.context == "off":
        yield no_context
        return
    with closing(deployment.index()) as index:
        yield vendor_context(index)


def policy(deployment: Deployment, classifier: Classifier) -> Policy:
    """The policy in force; cuts that were adopted for another model are passed over, with a warning."""
    settings = deployment.settings
    with closing(deployment.activations()) as activations:
        cuts = force.adopted(settings.root, activations)
    if fault := force.unfit(settings, cuts, classifier.digest):
        line("policy", level=logging.WARNING, reason=fault)
    fitting = cuts if cuts and cuts.model == classifier.digest else None
    return force.in_force(settings, classifier.thresholds, fitting)

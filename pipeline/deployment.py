"""What a command is given: the settings, and the parts that their addresses chose, opened when first asked for."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from pipeline.activations import Activations
from pipeline.audit import Audit
from pipeline.broker import Broker
from pipeline.index import Index
from pipeline.policy import Policy
from pipeline.rates import Rates
from pipeline.records import Context, Listing, digest
from pipeline.settings import Settings
from pipeline.stages import Classifier, Stage, assess_stage, index_stage, no_context, settle_stage, vendor_context

STAGES = ("assess", "index", "settle")
"""The stages in the order of a listing's way."""


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One way to run Headstamp. Each call opens the part anew; whoever opens it closes it."""

    settings: Settings
    broker: Callable[[], Broker]
    log: Callable[[], Broker]
    """The SQLite log of this home, which a crawl writes to whatever the broker is."""
    index: Callable[[], Index]
    classifier: Callable[[], Classifier]
    activations: Callable[[], Activations]
    checks: Mapping[str, Callable[["Deployment"], str]] = field(default_factory=dict)
    """What `headstamp check` asks of the packages beside this one: how the part is, or a `HeadstampError`."""


@contextmanager
def stage(name: str, deployment: Deployment) -> Iterator[Stage]:
    """One of `STAGES`, ready to work while the block runs, with connections of its own."""
    match name:
        case "assess":
            with _context(deployment) as context:
                yield _assess(deployment, context)
        case "index":
            with closing(deployment.index()) as index:
                yield index_stage(index)
        case _:
            with closing(deployment.index()) as index, closing(Audit(deployment.settings.root)) as audit:
                yield settle_stage(index, audit)


def _assess(deployment: Deployment, context: Callable[[Listing], Context]) -> Stage:
    classifier = deployment.classifier()
    in_force, rates = policy(deployment.settings, classifier), Rates.of(deployment.settings.root)
    with closing(deployment.activations()) as activations:
        rules = activations.number("rules", digest("rules", in_force.digest, rates.digest))
    return assess_stage(classifier, in_force, rates, context, rules=rules)


@contextmanager
def _context(deployment: Deployment) -> Iterator[Callable[[Listing], Context]]:
    """What looks a listing's context up; the index is opened only where one is asked for."""
    if deployment.settings.assess.context == "off":
        yield no_context
        return
    with closing(deployment.index()) as index:
        yield vendor_context(index)


def policy(settings: Settings, classifier: Classifier) -> Policy:
    """The policy in force: the settings' thresholds, or the model's own where they name none."""
    review_at, flag_at = classifier.thresholds
    chosen = settings.assess
    return Policy(
        review_at=review_at if chosen.review_at is None else chosen.review_at,
        flag_at=flag_at if chosen.flag_at is None else chosen.flag_at,
    )

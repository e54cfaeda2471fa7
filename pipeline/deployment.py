"""What a command is given: the settings, and the parts that their addresses chose, opened when first asked for."""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.activations import Activations
from pipeline.broker import Broker
from pipeline.index import Index
from pipeline.settings import Settings
from pipeline.stages import Classifier


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

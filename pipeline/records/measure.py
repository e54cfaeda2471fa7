"""What the system says of its own work, for operators."""

from pipeline.records.base import Record, Time, digest


class Measure(Record, frozen=True, kw_only=True, tag="measure"):
    """One figure at one time; the labels that do not apply are ""."""

    name: str
    """As Prometheus has it, such as `headstamp_crawl_pages_total`."""
    value: float
    time: Time
    market: str = ""
    stage: str = ""
    topic: str = ""
    reason: str = ""
    field: str = ""

    @property
    def id(self) -> str:
        """The same for the same figure at the same time, so that a replay overwrites."""
        labels = (self.market, self.stage, self.topic, self.reason, self.field)
        return digest("measure", self.name, self.time.isoformat(), *labels)

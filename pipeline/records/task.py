"""What people and operators must look at."""

from pipeline.records.base import Record, Time


class Task(Record, frozen=True, kw_only=True, tag="task"):
    """What an operator must do by hand."""

    id: str
    market: str
    kind: str
    time: Time
    url: str = ""
    detail: str = ""


class Alert(Record, frozen=True, kw_only=True, tag="alert"):
    """Something that a person should look at now."""

    id: str
    kind: str
    time: Time
    """When it was raised; of a listing when that was captured, so that a replay gives the same record. The log knows when it came."""
    market: str = ""
    listing_id: str = ""
    detail: str = ""


class DeadLetter(Record, frozen=True, kw_only=True, tag="dead"):
    """A message that a stage could not work, whole, with the reason."""

    topic: str
    group: str
    key: bytes
    value: bytes
    headers: dict[str, str]
    reason: str

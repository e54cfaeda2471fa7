"""What people decide, and the record of it."""

from enum import StrEnum

from pipeline.records.base import Record, Time, Whole
from pipeline.taxonomy import Act, Category, Open


class Decision(Open):
    """What an investigator decided about a listing."""

    IN_SCOPE = "in_scope"
    OUT_OF_SCOPE = "out_of_scope"
    UNSURE = "unsure"
    UNDO = "undo"
    UNKNOWN = "unknown"


class Review(Record, frozen=True, kw_only=True, tag="review"):
    """An investigator's decision on one version of a listing; taking one back is a review too."""

    id: str
    listing_id: str
    version: str
    decision: Decision
    analyst: str
    time: Time
    category: Category | None = None
    """What it is about; None where nobody said, as may be where it is out of scope."""
    act: Act = Act.OFFER
    """What its text does. Only an offer is in scope: a request for a firearm is out of scope, with the category FA."""
    reason: str = ""
    undoes: str = ""
    """Id of the review that an `undo` takes back."""


class Erasure(Record, frozen=True, kw_only=True, tag="erasure"):
    """That a listing's content must be gone everywhere; it beats every other record."""

    id: str
    listing_id: str
    analyst: str
    time: Time
    reason: str


class Action(StrEnum):
    """What an audit entry says was done."""

    REVIEW = "review"
    UNDO = "undo"
    ERASE = "erase"


class AuditEntry(Record, frozen=True, kw_only=True, tag="audit"):
    """One link of the hash-chained record of who did what."""

    id: str
    """Id of the record that was filed: a record is filed once."""
    number: Whole
    previous: str
    """Hash of the entry before; 64 zeros for the first."""
    time: Time
    analyst: str
    action: Action
    subject: str
    detail: str
    hash: str
    """SHA-256 over all the other fields, in hexadecimal."""

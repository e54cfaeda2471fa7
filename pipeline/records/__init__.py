"""What travels on the log: frozen records, each wrapping the earlier facts it rests on."""

from pipeline.records.assessment import Assessment, Classification, Context, Dollars, Entity, Span
from pipeline.records.base import Amount, Date, Money, Precision, Record, Value, digest
from pipeline.records.listing import (
    Capture,
    Delivery,
    Import,
    Item,
    Listing,
    Rejected,
    Serial,
    Shipping,
    Vendor,
    Venue,
    listing_id,
)
from pipeline.records.review import Action, AuditEntry, Decision, Erasure, Review
from pipeline.records.sighting import Presence, Sighting
from pipeline.records.task import Alert, DeadLetter, Task

__all__ = [
    "Action",
    "Alert",
    "Amount",
    "Assessment",
    "AuditEntry",
    "Capture",
    "Classification",
    "Context",
    "Date",
    "DeadLetter",
    "Decision",
    "Delivery",
    "Dollars",
    "Entity",
    "Erasure",
    "Import",
    "Item",
    "Listing",
    "Money",
    "Precision",
    "Presence",
    "Record",
    "Rejected",
    "Review",
    "Serial",
    "Shipping",
    "Sighting",
    "Span",
    "Task",
    "Value",
    "Vendor",
    "Venue",
    "digest",
    "listing_id",
]

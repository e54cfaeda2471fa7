"""Merges records into documents by one pure function, the same for every backend."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec.structs import replace

from pipeline.codec import KEYS
from pipeline.index import Mergeable
from pipeline.index.document import Document, Gone, Observation
from pipeline.index.guides import without_guide
from pipeline.records import Assessment, Erasure, Import, Precision, Presence, Record, Review, Sighting

KEPT = 100
"""How many of the newest captures a history keeps, beside the first one and the one in force."""

Slot = tuple[datetime, str]
Rank = tuple[datetime, tuple[int, ...], int, str]

_encoder = msgspec.json.Encoder(order="deterministic")


def subject(record: Mergeable) -> str:
    """The id of the listing that a record is about."""
    return str(KEYS[type(record)](record))


def merge(document: Document | None, record: Mergeable, *, kept: int = KEPT) -> Document:
    """The document with what the record says; the very same object where it says nothing new.

    The result depends on the set of records alone: their order, repetition or division into batches changes nothing.
    """
    before = document or Document(id=subject(record))
    match record:
        case Erasure():
            return _erased(before, record)
        case _ if before.erased:
            return before
        case Assessment():
            return _assessed(before, record, kept)
        case Sighting():
            return _sighted(before, record)
        case Review():
            return _reviewed(before, record)


def observation(assessment: Assessment) -> Observation:
    """What the capture under an assessment showed."""
    listing, provenance = assessment.listing, assessment.listing.provenance
    row = provenance if isinstance(provenance, Import) else None
    return Observation(
        capture=provenance.id,
        time=provenance.time,
        activations=(provenance.activation, assessment.classification.activation, assessment.rules),
        line=row.line if row else 0,
        digest=hashlib.sha256(_encoded(assessment)).hexdigest()[:32],
        version=listing.version,
        title=listing.title,
        vendor=listing.vendor,
        price=listing.price,
        dollars=assessment.dollars,
        precision=row.precision if row else Precision.INSTANT,
    )


def newest(assessments: Iterable[Assessment]) -> Assessment:
    """Of the assessments of one listing the one that is in force."""
    return max(assessments, key=lambda each: _rank(observation(each)))


def _assessed(document: Document, assessment: Assessment, kept: int) -> Document:
    seen = observation(assessment)
    history = {_slot(known): known for known in document.history}
    known = history.get(_slot(seen))
    if known and _rank(known) >= _rank(seen):
        return document
    history[_slot(seen)] = seen
    newest = max(history.values(), key=_rank)
    changed = replace(
        document,
        current=without_guide(assessment) if newest is seen else document.current,
        history=_bounded(history, _slot(newest), kept),
    )
    merged = _witnessed(changed, seen.time)
    return document if merged == document else merged


def _bounded(history: dict[Slot, Observation], current: Slot, kept: int) -> tuple[Observation, ...]:
    """The first, the newest and the one in force: what is let go could never come back, so the bound forgets nothing that counts."""
    slots = sorted(history)
    stays = {slots[0], *slots[-kept:], current}
    return tuple(history[slot] for slot in slots if slot in stays)


def _sighted(document: Document, sighting: Sighting) -> Document:
    match sighting.presence:
        case Presence.PRESENT:
            return _witnessed(document, sighting.time)
        case Presence.GONE:
            return _missed(document, Gone(time=sighting.time, visit=sighting.visit, reason=sighting.reason))
        case Presence.UNKNOWN:
            return document


def _witnessed(document: Document, time: datetime) -> Document:
    first, last = document.first_seen or time, document.last_seen or time
    if document.first_seen and first <= time <= last:
        return document
    return replace(document, first_seen=min(first, time), last_seen=max(last, time))


def _missed(document: Document, gone: Gone) -> Document:
    if document.gone and _absence(document.gone) >= _absence(gone):
        return document
    return replace(document, gone=gone)


def _reviewed(document: Document, review: Review) -> Document:
    reviews = {known.id: known for known in document.reviews}
    known = reviews.get(review.id)
    if known and _encoded(known) <= _encoded(review):
        return document
    reviews[review.id] = review
    return replace(document, reviews=tuple(sorted(reviews.values(), key=lambda one: (one.time, one.id))))


def _erased(document: Document, erasure: Erasure) -> Document:
    known = document.erased
    if known and _filing(known) <= _filing(erasure):
        return document
    return Document(id=document.id, erased=erasure)


def _slot(seen: Observation) -> Slot:
    """Where an observation stands in the history. It never moves, or the bound would depend on the order of arrival."""
    return seen.time, seen.capture


def _rank(seen: Observation) -> Rank:
    return seen.time, seen.activations, seen.line, seen.digest


def _absence(gone: Gone) -> tuple[datetime, str, str]:
    return gone.time, gone.visit, gone.reason


def _filing(erasure: Erasure) -> tuple[datetime, str, bytes]:
    return erasure.time, erasure.id, _encoded(erasure)


def _encoded(record: Record) -> bytes:
    return _encoder.encode(record)

"""Merges records into documents of Elasticsearch: read, merge, write if nobody else wrote meanwhile, else once more."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import reduce
from itertools import islice
from typing import NamedTuple

import msgspec

from pipeline.errors import IndexUnavailableError, MalformedError
from pipeline.index import Mergeable
from pipeline.index.document import Document
from pipeline.index.elastic_client import BUSY, Cluster, Fault, RefusedError, part, said_blocked, said_missing
from pipeline.index.elastic_layout import Source, Words, encoded, source
from pipeline.index.merge import merge, subject
from pipeline.records import digest

AT_ONCE = 1_000
"""Documents read by one request."""
A_PART, LEAVES_S = 250, 0.003
"""Documents written by one request, and how long it is given to leave before the next one's are laid out: else a thread that has
work holds up one that sends, 5 ms at each step (`sys.getswitchinterval`)."""
TURNS, LONGEST_PAUSE_S = 12, 2.0
CONFLICT, MISSING, TOO_LARGE = 409, 404, 413
_HEX = frozenset("0123456789abcdef")
_ID = 32
_decoder = msgspec.json.Decoder(Document)


class Known(NamedTuple):
    """A document as it stands in an index: whoever writes it says which state it read."""

    inside: str
    """The index's own name, not its alias: it holds although the alias moves on."""
    document: Document | None = None
    words: Words | None = None
    """Its search text, where it has some."""
    version: int = 0
    seq_no: int = 0
    primary_term: int = 0


class Change(NamedTuple):
    """One document to write: what was there, and what it is now."""

    known: Known
    after: Document

    @property
    def words(self) -> Words | None:
        """The search text that stays, where the listing's texts do."""
        before, now = self.known.document and self.known.document.current, self.after.current
        same = (
            before
            and now
            and (before.listing.title, before.listing.description) == (now.listing.title, now.listing.description)
        )
        return self.known.words if same else None


class Outcome(NamedTuple):
    """What came of one line of a bulk request."""

    id: str
    version: int
    status: int
    reason: str
    """Why Elasticsearch did not write the document; "" where it did."""

    @property
    def again(self) -> bool:
        """Whether another process came first, or Elasticsearch was busy."""
        return self.status in BUSY | {CONFLICT, MISSING}


class _Source(msgspec.Struct, frozen=True, gc=False):
    document: Document
    title_words: str | None = None
    description_words: str | None = None

    @property
    def words(self) -> Words | None:
        title, description = self.title_words, self.description_words
        return None if title is None or description is None else Words(title, description)


class _Got(msgspec.Struct, frozen=True, kw_only=True):
    id: str = msgspec.field(name="_id")
    index: str = msgspec.field(name="_index", default="")
    source: _Source | None = msgspec.field(name="_source", default=None)
    version: int = msgspec.field(name="_version", default=0)
    seq_no: int = msgspec.field(name="_seq_no", default=0)
    primary_term: int = msgspec.field(name="_primary_term", default=0)
    error: Fault | None = None


class _Docs(msgspec.Struct, frozen=True):
    docs: list[_Got]


class _Item(msgspec.Struct, frozen=True, kw_only=True):
    id: str = msgspec.field(name="_id")
    status: int
    version: int = msgspec.field(name="_version", default=0)
    error: Fault | None = None


class _Items(msgspec.Struct, frozen=True):
    items: list[dict[str, _Item]]


def place(listing_id: str) -> str:
    """The id of a listing's document in an index: its own, or the digest of what is no listing's id."""
    return listing_id if len(listing_id) == _ID and _HEX.issuperset(listing_id) else digest("id", listing_id)


def read(cluster: Cluster, alias: str, ids: Iterable[str]) -> dict[str, Known]:
    """What is known of each listing, by its id, as the last writer left it."""
    found = {}
    for some in _some(ids, AT_ONCE):
        body = {"ids": [place(one) for one in some]}
        got = cluster.ask("POST", f"/{part(alias)}/_mget", _Docs, body)
        for one, each in zip(some, got.docs, strict=True):
            if each.error and each.error.missing:
                raise IndexUnavailableError(said_missing(each.error))
            if each.error:
                raise IndexUnavailableError(
                    f"Elasticsearch cannot read '{alias}' ({each.error.text}); look at its health"
                )
            document, words = (each.source.document, each.source.words) if each.source else (None, None)
            found[one] = Known(each.index, document, words, each.version, each.seq_no, each.primary_term)
    return found


class Standing(NamedTuple):
    """A document as it now stands in an index."""

    inside: str
    version: int
    document: Document


Then = Callable[[Sequence[Standing]], None]
"""What follows for all documents of a batch, whether they changed or an earlier try wrote them."""


def merge_into(
    cluster: Cluster, alias: str, records: Sequence[Mergeable], then: Then, *, refresh: bool = False
) -> None:
    """Merge records into the documents behind an alias; returns once that is durable.

    Where it raises, part of the batch may be written; merging it again completes it. A document that Elasticsearch refuses
    is a `MalformedError` with its reason, once all others are written.
    """
    waiting: dict[str, list[Mergeable]] = {}
    for record in records:
        waiting.setdefault(subject(record), []).append(record)
    refused: list[str] = []
    for turn in range(TURNS):
        waiting, reasons = _turn(cluster, alias, waiting, then, refresh=refresh)
        refused += reasons
        if not waiting:
            break
        time.sleep(random.uniform(0, min(LONGEST_PAUSE_S, 0.01 * 2**turn)))  # noqa: S311  # so that two do not meet again
    if waiting:
        raise IndexUnavailableError(
            f"Elasticsearch is too busy: {len(waiting):,} documents could not be written in {TURNS} tries; let fewer processes merge"
        )
    if refused:
        raise MalformedError(f"Elasticsearch refuses {len(refused):,} documents: {refused[0]}")


def bulk(cluster: Cluster, lines: Iterable[bytes], *, refresh: bool) -> Iterator[Outcome]:
    """What came of each line, in their order; an `IndexUnavailableError` where Elasticsearch takes no writes.

    One request after another is sent, while the lines of the next are made. Where one is refused for its size, smaller ones
    follow, now and later.
    """
    sender, sent = ThreadPoolExecutor(max_workers=1), []
    try:
        for some in _sized(lines, cluster):
            sent.append(sender.submit(_sent, cluster, some, "true" if refresh else "false"))
            wait(sent[-1:], LEAVES_S)
        for answer in sent:
            yield from map(_outcome, answer.result())
    finally:
        sender.shutdown(cancel_futures=True)


def _sent(cluster: Cluster, some: Sequence[bytes], refresh: str) -> list[_Item]:
    body, fields = b"".join(some), "items.*._id,items.*.status,items.*._version,items.*.error"
    try:
        answer = cluster.ask("POST", "/_bulk", _Items, lines=body, refresh=refresh, filter_path=fields)
    except RefusedError as error:
        if error.status != TOO_LARGE:
            raise
        if len(some) == 1:
            raise IndexUnavailableError(
                f"Elasticsearch, or what stands before it, takes no request of {len(body):,} bytes, which one document needs;"
                " raise its limit (of nginx client_max_body_size, of Elasticsearch http.max_content_length)"
            ) from error
        cluster.bulk_bytes = min(cluster.bulk_bytes, len(body) // 2)
        halves = (some[: len(some) // 2], some[len(some) // 2 :])
        return [item for half in halves for item in _sent(cluster, half, refresh)]
    return [item for each in answer.items for item in each.values()]


def _turn(
    cluster: Cluster, alias: str, waiting: Mapping[str, list[Mergeable]], then: Then, *, refresh: bool
) -> tuple[dict[str, list[Mergeable]], list[str]]:
    known = read(cluster, alias, waiting)
    after = {one: reduce(merge, waiting[one], known[one].document or Document(id=one)) for one in waiting}
    changes = [Change(known[one], after[one]) for one in waiting if after[one] is not known[one].document]
    documents = [checked(change.after) for change in changes]  # all before the first is sent: one may not be encodable
    lines = (line_of(change, document) for change, document in zip(changes, documents, strict=True))
    outcomes = {outcome.id: outcome for outcome in bulk(cluster, lines, refresh=refresh)}
    standing, again, reasons = [], {}, []
    for one, mergeable in waiting.items():
        outcome = outcomes.get(place(one))
        if outcome and outcome.again:
            again[one] = mergeable
        elif outcome and outcome.reason:
            reasons.append(f"{one}: {outcome.reason}")
        else:
            version = outcome.version if outcome else known[one].version
            standing.append(Standing(known[one].inside, version, after[one]))
    then(standing)
    return again, reasons


def checked(document: Document) -> bytes:
    """The document as JSON; a `ValueError` where it could not be read back, as with a score that is no number."""
    found = encoded(document)
    _decoder.decode(found)
    return found


def line_of(change: Change, document: bytes) -> bytes:
    """What a bulk request says of a change, given the document as JSON: refused where somebody else wrote meanwhile."""
    known, one = change.known, place(change.after.id)
    if known.document is None:
        action: Source = {"create": {"_index": known.inside, "_id": one}}
    else:
        state = {"if_seq_no": known.seq_no, "if_primary_term": known.primary_term}
        action = {"index": {"_index": known.inside, "_id": one, **state}}
    return line(action, source(change.after, change.words) | {"document": msgspec.Raw(document)})


def line(action: Source, stored: Source) -> bytes:
    """One line of a bulk request, and the one below it."""
    return b"%b\n%b\n" % (msgspec.json.encode(action), encoded(stored))


def _outcome(item: _Item) -> Outcome:
    if item.error and item.error.blocked:
        raise IndexUnavailableError(said_blocked(item.error))
    return Outcome(item.id, item.version, item.status, item.error.text if item.error else "")


def _sized(lines: Iterable[bytes], cluster: Cluster) -> Iterator[list[bytes]]:
    some: list[bytes] = []
    size = 0
    for each in lines:
        if some and (size + len(each) > cluster.bulk_bytes or len(some) == A_PART):
            yield some
            some, size = [], 0
        some.append(each)
        size += len(each)
    if some:
        yield some


def _some(ids: Iterable[str], most: int) -> Iterator[list[str]]:
    left = iter(ids)
    while some := list(islice(left, most)):
        yield some

"""Turns the reviews of a home into examples, each on the version of the listing that was reviewed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from classifier.truth.examples import Example, Source
from pipeline.broker import START, Broker
from pipeline.codec import decode
from pipeline.errors import MalformedError
from pipeline.records import Decision, Erasure, Listing, Record, Review, digest
from pipeline.taxonomy import IN_SCOPE, Act, Category
from pipeline.topics import LISTINGS, REVIEWS, Topic

UNDONE, SUPERSEDED, UNSURE, CONFLICT = "taken back", "superseded", "unsure", "conflict"
ERASED, NO_TEXT, NO_CATEGORY = "erased", "text not on the log", "without a category"
HELD_OF = 5
"""One vendor of so many is held out of training for ever, so that models are compared on reviews that none has learnt."""
Version = tuple[str, str]
"""A listing's id and version."""


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """The examples that reviews make, and what became of the other reviews."""

    examples: tuple[Example, ...]
    reviews: int
    """Reviews on the log; takings back are not counted."""
    left_out: dict[str, int]
    """Reviews that make no example, by reason; a conflict counts each review that takes part."""


def gathered(broker: Broker) -> Gathered:
    """What the reviews on a log teach."""
    filed = list(_records(broker, REVIEWS))
    erased = {record.listing_id for record in filed if isinstance(record, Erasure)}
    reviews = {record.id: record for record in filed if isinstance(record, Review)}
    decided = [review for review in reviews.values() if review.decision is not Decision.UNDO]
    left_out: Counter[str] = Counter()
    agreed = standing(reviews.values(), left_out)
    gone = [version for version in agreed if version[0] in erased]
    left_out[ERASED] += sum(len(agreed.pop(version)) for version in gone)
    texts = _texts(broker, frozenset(agreed))
    examples = [
        example
        for version, votes in sorted(agreed.items())
        if (example := _example(texts.get(version), votes, left_out)) is not None
    ]
    return Gathered(
        examples=tuple(examples),
        reviews=len(decided),
        left_out={name: count for name, count in left_out.items() if count},
    )


def standing(reviews: Iterable[Review], left_out: Counter[str]) -> dict[Version, list[Review]]:
    """The reviews that hold for each version, where analysts agree; the others are counted by reason.

    A review that was taken back does not hold, nor one that its analyst replaced by a newer one on the same version.
    Where two analysts disagree, nobody's holds until one of them takes theirs back.
    """
    known = list(reviews)
    undone = {review.undoes for review in known if review.decision is Decision.UNDO}
    newest: dict[Version, dict[str, Review]] = defaultdict(dict)
    for review in sorted(known, key=lambda one: (one.time, one.id)):
        if review.decision is Decision.UNDO:
            continue
        if review.id in undone:
            left_out[UNDONE] += 1
            continue
        votes = newest[review.listing_id, review.version]
        left_out[SUPERSEDED] += review.analyst in votes
        votes[review.analyst] = review
    return {version: kept for version, votes in newest.items() if (kept := _agreed(list(votes.values()), left_out))}


def parted(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """The examples to learn from, and those held out: all of a vendor on one side, the same side for ever."""
    held = [each for each in examples if _held(each)]
    return [each for each in examples if not _held(each)], held


def _held(example: Example) -> bool:
    name = digest("held", example.vendor or example.text)
    return int(name, 16) % HELD_OF == 0


def _agreed(votes: Sequence[Review], left_out: Counter[str]) -> list[Review]:
    sure = [review for review in votes if review.decision in {Decision.IN_SCOPE, Decision.OUT_OF_SCOPE}]
    sure.sort(key=lambda one: (one.time, one.id))
    left_out[UNSURE] += len(votes) - len(sure)
    if len({review.decision for review in sure}) > 1:
        left_out[CONFLICT] += len(sure)
        return []
    return sure


def _example(listing: Listing | None, votes: Sequence[Review], left_out: Counter[str]) -> Example | None:
    if listing is None:
        left_out[NO_TEXT] += len(votes)
        return None
    review = _telling(votes)
    category = _category(review)
    if category is None:
        left_out[NO_CATEGORY] += len(votes)
        return None
    return Example(
        title=listing.title,
        description=listing.description,
        category=category,
        act=review.act,
        source=Source.REVIEW,
        market=listing.market,
        vendor=listing.vendor.strip().lower(),
    )


def _telling(votes: Sequence[Review]) -> Review:
    """Of reviews that agree the newest that names a category, else one that says what the text does, else the newest."""
    named = [review for review in votes if review.category is not None]
    return (named or [review for review in votes if review.act is not Act.OFFER] or votes)[-1]


def _category(review: Review) -> Category | None:
    """What the analyst says the text is about; out of scope it is OTHER where nothing more is said, or an offer in scope."""
    if review.decision is Decision.IN_SCOPE:
        return review.category
    contradicted = review.act is Act.OFFER and review.category in IN_SCOPE
    return Category.OTHER if review.category is None or contradicted else review.category


def _texts(broker: Broker, wanted: frozenset[Version]) -> dict[Version, Listing]:
    """The listings of these versions, each as it was first published."""
    found: dict[Version, Listing] = {}
    for record in _records(broker, LISTINGS) if wanted else ():
        if isinstance(record, Listing) and (record.id, record.version) in wanted:
            found.setdefault((record.id, record.version), record)
    return found


def _records(broker: Broker, topic: Topic) -> Iterator[Record]:
    """The records of a topic; what is none was set aside by its stage already."""
    for each in broker.read(topic.name, START):
        try:
            yield decode(each, topic.records)
        except MalformedError:
            continue

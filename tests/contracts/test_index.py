"""What every index promises, asked of each implementation and compared with a search that looks at every document."""

import os
import random
import re
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import reduce
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pipeline.broker import START as BEGINNING
from pipeline.broker.sqlite import SqliteBroker
from pipeline.codec import decode, messages
from pipeline.errors import SettingsError
from pipeline.index import Index, Mergeable, Page, Query, Range, Sort
from pipeline.index.document import Document
from pipeline.index.fields import FACETS, FIELDS
from pipeline.index.merge import merge, subject
from pipeline.index.query import Term, terms
from pipeline.index.sqlite import SqliteIndex
from pipeline.records import (
    Assessment,
    Capture,
    Classification,
    DeadLetter,
    Decision,
    Dollars,
    Entity,
    Erasure,
    Listing,
    Money,
    Presence,
    Review,
    Sighting,
    Sign,
)
from pipeline.stages import index_stage
from pipeline.taxonomy import Act, Category, Goods, Subtype, Track, Verdict
from pipeline.text import tokens
from pipeline.topics import ASSESSMENTS
from pipeline.worker import Tally, run_once
from tests.elastics import elastic_index

START = datetime(2023, 1, 1, tzinfo=UTC)
LISTINGS = 2_000
MANY = 20_000
WORDS = (
    *(
        "blue",
        "lot",
        "boxes",
        "new",
        "used",
        "rare",
        "Glock",
        "17",
        "9mm",
        "7.62x39",
        "AK-47",
        ".45",
        "café",
        "пистолет",
    ),
    *(
        "手枪出售",
        "don't",
        "AND",
        "OR",
        "NOT",
        "NEAR",
        "title",
        "\u00df",
        "\U0001e900\U0001e922",
        "l\u0327",
        "zoo",
        "z\x00o",
    ),
)
VENDORS = ("alpine", 'q"uote', "", "NOT tags:every", "beta*", "\u0001", "'; DROP TABLE listing; --", "手枪")
CODES = ("ET-A", "ET-H", "TI-SER", "TI-XB", "C.SCAM", "unknown", "'; DROP TABLE listing; --")
COUNTRIES = ("DE", "US", "GB", "WW")
IMPLEMENTATIONS = ["sqlite", "elasticsearch"] if "HEADSTAMP_TEST_ELASTIC" in os.environ else ["sqlite"]


@contextmanager
def implementation(name: str, folder: Path) -> Iterator[Index]:
    if name == "sqlite":
        with closing(SqliteIndex(folder / "index.db")) as index:
            yield index
    else:
        with elastic_index() as index:
            yield index


def test_every_implementation_is_asked() -> None:
    if "elasticsearch" not in IMPLEMENTATIONS:
        pytest.skip("HEADSTAMP_TEST_ELASTIC names no Elasticsearch: the index's contract was NOT asked of it")


@pytest.fixture(params=IMPLEMENTATIONS)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
    with implementation(request.param, tmp_path) as found:
        yield found


def assessment(
    key: str = "1",
    *,
    title: str = "Lot A",
    time: datetime = START,
    score: float = 0.5,
    activation: int = 1,
    category: Category = Category.OTHER,
    verdict: Verdict = Verdict.CLEAR,
    cents: int | None = None,
    listing: Listing | None = None,
) -> Assessment:
    capture = Capture(time=time, url="http://a.onion/1", visit="v", page="00", profile="p", activation=1)
    found = listing or Listing(market="practice", key=key, title=title, provenance=capture)
    return Assessment(
        listing=found if listing is None else replace(found, provenance=capture),
        classification=Classification(score=score, category=category, model="m", activation=activation),
        verdicts={Track.OFFERS: verdict},
        policy="p",
        dollars=None if cents is None else Dollars(cents=cents, rate_date=""),
    )


def review(of: Assessment, decision: Decision = Decision.IN_SCOPE, number: int = 1) -> Review:
    return Review(
        id=f"r{number}",
        listing_id=of.id,
        version=of.listing.version,
        decision=decision,
        analyst="ana",
        time=START,
        reason="a long look",
    )


def sighting(of: Assessment, time: datetime, presence: Presence = Presence.PRESENT) -> Sighting:
    return Sighting(listing_id=of.id, market="practice", visit="v", time=time, presence=presence)


def erasure(of: Assessment) -> Erasure:
    return Erasure(id="e1", listing_id=of.id, analyst="ana", time=START, reason="order")


def made(number: int, draw: random.Random) -> Assessment:
    """One of the listings that an index and the reference are filled with."""
    listing = Listing(
        market=draw.choice(("practice", "second market", "third")),
        key=str(number),
        title=" ".join(draw.choices(WORDS, k=draw.randint(0, 5))),
        description=" ".join(draw.choices(WORDS, k=draw.randint(0, 12))),
        vendor=draw.choice(VENDORS),
        price=draw.choice((None, Money(amount=Decimal(5), currency="XMR"))),
        ships_from=tuple(draw.choices(COUNTRIES, k=draw.randint(0, 3))),
        ships_to=tuple(draw.choices(COUNTRIES, k=draw.randint(0, 2))),
        category_path=("Other", "Boxes")[: draw.randint(0, 2)],
        provenance=Capture(
            time=draw.choice((moment(draw.randint(0, 5)), moment(draw.randint(0, 10**8)), draw.choice(ODD_TIMES))),
            url=f"http://a.onion/{draw.randint(0, 1)}",
            visit="v",
            page="00",
            profile="p",
            activation=draw.randint(1, 2),
        ),
    )
    classification = Classification(
        score=draw.choice((0.0, 0.5, 1.0, draw.random())),
        category=draw.choice(list(Category)),
        model="m",
        activation=draw.randint(1, 3),
        act=draw.choice(list(Act)),
        language=draw.choice(("", "en", "ru")),
        subtype=draw.choice((Subtype.UNKNOWN, Subtype.PISTOL, Subtype.MAGAZINE)),
        goods=draw.choice(list(Goods)),
        screened=draw.random() < 0.5,
        signs=tuple(Sign(id=code, field="title", start=0, end=1) for code in draw.choices(CODES, k=draw.randint(0, 3))),
        entities=tuple(
            Entity(
                kind=draw.choice(("calibre", "make", "price")), value=draw.choice(WORDS), field="title", start=0, end=1
            )
            for _ in range(draw.randint(0, 3))
        ),
    )
    return Assessment(
        listing=listing,
        classification=classification,
        verdicts={track: draw.choice(list(Verdict)) for track in draw.sample(list(Track), k=2)},
        policy="p",
        dollars=draw.choice(
            (None, Dollars(cents=draw.choice((0, 100, 2**63 - 1, draw.randint(0, 10**6))), rate_date=""))
        ),
    )


def moment(milliseconds: int) -> datetime:
    return START + timedelta(milliseconds=milliseconds)


ODD_TIMES = (
    datetime.min.replace(tzinfo=UTC),
    datetime(1969, 7, 20, tzinfo=UTC),
    datetime(1999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC),
    datetime(2000, 1, 1, tzinfo=UTC),
    datetime(2069, 9, 6, 15, 47, 35, 551_000, tzinfo=UTC),
    datetime(2069, 9, 6, 15, 47, 35, 552_000, tzinfo=UTC),
    datetime(9999, 12, 31, tzinfo=UTC),
)


def told(draw: random.Random) -> list[Mergeable]:
    """What a log may tell of the listings, in no order."""
    found: list[Mergeable] = []
    for number in range(LISTINGS):
        one = made(number, draw)
        found.append(one)
        if draw.random() < 0.3:
            found.append(made(number, draw) if draw.random() < 0.5 else sighting(one, moment(draw.randint(-9, 10**9))))
        if draw.random() < 0.2:
            found.append(sighting(one, moment(draw.randint(0, 10**9)), Presence.GONE))
        if draw.random() < 0.2:
            found.append(review(one, draw.choice(list(Decision)), number))
        if draw.random() < 0.02:
            found.append(erasure(one))
    draw.shuffle(found)
    return found


class Known:
    """One document, laid open."""

    def __init__(self, document: Document, current: Assessment) -> None:
        self.document = document
        self.contents = {name: field.get(document, current) for name, field in FIELDS.items()}
        self.values = {name: field.values(self.contents[name]) for name, field in FACETS.items()}
        self.words = [tokens(current.listing.title), tokens(current.listing.description)]

    def fits(self, query: Query, asked: Sequence[Term]) -> bool:
        return (
            all(set(self.values[name]) & set(values) for name, values in query.filters.items())
            and all(within(self.contents[name], span) for name, span in query.ranges.items())
            and all(self.has(term) is not term.excluded for term in asked)
        )

    def has(self, term: Term) -> bool:
        wanted, length = list(term.tokens), len(term.tokens)
        return any(
            here == wanted or (term.prefix and here[:-1] == wanted[:-1] and here[-1].startswith(wanted[-1]))
            for words in self.words
            for here in (words[start : start + length] for start in range(len(words) - length + 1))
        )


class Reference:
    """Looks at every document."""

    def __init__(self, records: Sequence[Mergeable]) -> None:
        by_id: dict[str, list[Mergeable]] = {}
        for record in records:
            by_id.setdefault(subject(record), []).append(record)
        self.documents = {found: whole(of) for found, of in by_id.items()}
        self.known = [Known(found, found.current) for found in self.documents.values() if found.current]

    def matching(self, query: Query) -> list[Known]:
        asked = terms(query.words)
        return [known for known in self.known if known.fits(query, asked)]

    def ids(self, query: Query) -> list[str]:
        field, upwards = ORDERS[query.sort], query.sort is Sort.OLDEST
        order = [(known.contents[field], known.document.id) for known in self.matching(query)]
        return [found for _, found in sorted(order, reverse=not upwards)]

    def counts(self, by: Sequence[str], query: Query) -> list[tuple[tuple[str, ...], int]]:
        found: Counter[tuple[str, ...]] = Counter()
        for known in self.matching(query):
            found.update(product(*(known.values[name] for name in by)))
        return sorted(found.items(), key=lambda one: (-one[1], one[0]))


def whole(records: Sequence[Mergeable]) -> Document:
    document = reduce(merge, records, None)
    assert isinstance(document, Document)
    return document


def within(found: object, span: Range) -> bool:
    low, high = span.low, span.high
    if found is None:
        return low is high is None
    return (low is None or found >= low) and (high is None or found <= high)  # type: ignore[operator]


ORDERS = {Sort.NEWEST: "first_seen", Sort.OLDEST: "first_seen", Sort.RECENT: "last_seen", Sort.SCORE: "score"}


def pages(index: Index, query: Query) -> Iterator[Page]:
    while True:
        page = index.search(query)
        yield page
        if not page.next:
            return
        query = replace(query, after=page.next)


def all_ids(index: Index, query: Query) -> list[str]:
    return [hit.id for page in pages(index, query) for hit in page.hits]


@pytest.fixture(scope="module", params=IMPLEMENTATIONS)
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Index, Reference]]:
    """An index and the reference, filled with the same records, the index in batches and some of them twice."""
    draw = random.Random(7)
    records = told(draw)
    with implementation(request.param, tmp_path_factory.mktemp("index")) as index:
        for start in range(0, len(records), 157):
            index.merge(records[start : start + 157])
            index.merge(draw.sample(records, 20))
        yield index, Reference(records)


words = st.sampled_from((*WORDS, "gl", "ak47", "cafe", "every", "lot*"))
asked = st.one_of(
    words,
    st.builds("{}*".format, words),
    st.builds('"{} {}"'.format, words, words),
    st.builds('"{} {}"*'.format, words, words),
    st.builds("-{}".format, words),
)
searches = st.lists(asked, max_size=3).map(" ".join)
values = {
    "market": ("practice", "third", "none"),
    "vendor": (*VENDORS, "none"),
    "category": ("OTH", "FA"),
    "verdict": ("flagged", "review"),
    "review": ("open", "in_scope"),
    "ships_from": ("DE", "US", "none"),
    "present": ("true", "false"),
    "month": ("2023-01", "none"),
    "language": ("en", "none"),
    "subtype": ("FA.PIS", "PC.MAG"),
    "threats": ("ET-A", "ET-H"),
    "indicators": ("TI-SER",),
    "calibre": ("9mm", "7.62x39", "café", "none"),
    "screened": ("true",),
}
filters = st.lists(st.sampled_from(sorted(values)), max_size=2, unique=True).flatmap(
    lambda names: st.fixed_dictionaries(
        {name: st.lists(st.sampled_from(values[name]), min_size=1, max_size=4).map(tuple) for name in names}
    )
)
numbers = st.none() | st.sampled_from([0, 100, 0.5, 1e300, -(10**30), 10**30]) | st.floats(0, 1) | st.integers(0, 10**6)
moments = st.none() | st.integers(0, 10**8).map(moment) | st.integers(0, 5).map(moment) | st.sampled_from(ODD_TIMES)
ranges = st.dictionaries(
    st.sampled_from(["score", "price_cents", "versions"]), st.builds(Range, low=numbers, high=numbers), max_size=1
) | st.dictionaries(
    st.sampled_from(["first_seen", "last_seen"]), st.builds(Range, low=moments, high=moments), max_size=2
)
sorts = st.sampled_from([Sort.NEWEST, Sort.OLDEST, Sort.RECENT, Sort.SCORE])
queries = st.builds(
    Query, words=searches, filters=filters, ranges=ranges, sort=sorts, size=st.sampled_from([1, 7, 400])
)
often = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_every_document_is_the_merge_of_its_records(both: tuple[Index, Reference]) -> None:
    index, reference = both
    for listing_id, document in reference.documents.items():
        hit = index.get(listing_id)
        assert hit is not None
        assert (hit.id, hit.document) == (listing_id, document)


@often
@given(query=queries)
def test_a_page_and_its_total_are_exact(both: tuple[Index, Reference], query: Query) -> None:
    index, reference = both
    page, expected = index.search(query), reference.ids(query)
    assert [hit.id for hit in page.hits] == expected[: query.size]
    assert (page.total, bool(page.next)) == (len(expected), len(expected) > query.size)


@often
@given(query=queries.filter(lambda query: query.size > 1))
def test_the_pages_together_are_all_that_matches_in_order(both: tuple[Index, Reference], query: Query) -> None:
    index, reference = both
    expected = reference.ids(query)
    if len(expected) < 100 or query.size > 7:
        assert all_ids(index, query) == expected


@often
@given(query=queries)
def test_a_scan_gives_all_that_matches_in_order(both: tuple[Index, Reference], query: Query) -> None:
    index, reference = both
    assert [hit.id for hit in index.scan(query)] == reference.ids(query)


@often
@given(query=queries, by=st.lists(st.sampled_from(sorted(FACETS)), min_size=1, max_size=3, unique=True))
def test_counts_are_exact(both: tuple[Index, Reference], query: Query, by: list[str]) -> None:
    index, reference = both
    assert [(count.values, count.listings) for count in index.count(by, query)] == reference.counts(by, query)


@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.OLDEST, Sort.RECENT, Sort.SCORE])
def test_every_order_leads_through_all_pages(both: tuple[Index, Reference], sort: Sort) -> None:
    index, reference = both
    query = Query(sort=sort, size=313)
    assert all_ids(index, query) == reference.ids(query)


def test_relevance_finds_the_same_listings_page_by_page(both: tuple[Index, Reference]) -> None:
    index, reference = both
    query = Query(words="glock -zoo", sort=Sort.RELEVANCE, size=50)
    found = all_ids(index, query)
    assert len(found) == len(set(found))
    assert set(found) == set(reference.ids(Query(words="glock -zoo")))


@often
@given(text=st.text(max_size=60) | st.text(alphabet='"*-():^{}+ aANDOR', max_size=40))
def test_no_search_text_is_an_error(both: tuple[Index, Reference], text: str) -> None:
    index, reference = both
    assert index.search(Query(words=text, size=5)).total == len(reference.matching(Query(words=text)))


@often
@given(title=st.text(alphabet=st.characters(exclude_characters='"', exclude_categories=["Cs"]), max_size=100))
def test_a_listing_is_found_by_its_own_title(index: Index, title: str) -> None:
    one = assessment(key=title, title=title)
    index.merge([one])
    if tokens(title):
        assert one.id in {hit.id for hit in index.search(Query(words=f'"{title}"', size=10_000)).hits}


@given(after=st.text(max_size=80) | st.binary(max_size=60).map(lambda raw: urlsafe_b64encode(raw).decode()))
@often
def test_a_made_up_cursor_is_refused(both: tuple[Index, Reference], after: str) -> None:
    if after:
        with pytest.raises(SettingsError, match="after"):
            both[0].search(Query(after=after))


def test_a_cursor_of_another_order_is_refused(both: tuple[Index, Reference]) -> None:
    cursor = both[0].search(Query(size=1)).next
    with pytest.raises(SettingsError, match="order 'newest'"):
        both[0].search(Query(after=cursor, sort=Sort.SCORE))


def test_a_place_in_a_search_for_words_is_refused_without_words(both: tuple[Index, Reference]) -> None:
    after = both[0].search(Query(words="glock", sort=Sort.RELEVANCE, size=1)).next
    for words in ("", "-zoo", "..."):
        with pytest.raises(SettingsError, match="after"):
            both[0].search(Query(words=words, sort=Sort.RELEVANCE, after=after))


def test_nothing_is_found_in_an_empty_index(index: Index) -> None:
    assert index.search(Query()) == Page(hits=(), total=0)
    assert index.count(["market"], Query(words="lot")) == ()
    assert list(index.scan(Query())) == []
    assert index.get("0" * 32) is None


@pytest.mark.parametrize("name", ["", "x", "../../etc", "0" * 31, "F" * 32, "\ud800", "\x00", "%"])
def test_an_id_that_is_none_finds_nothing(both: tuple[Index, Reference], name: str) -> None:
    assert both[0].get(name) is None


def test_a_page_of_no_hits_has_the_total(index: Index) -> None:
    index.merge([assessment("1"), assessment("2")])
    assert index.search(Query(size=0)) == Page(hits=(), total=2)


def test_listings_of_one_millisecond_are_paged_exactly(index: Index) -> None:
    every = [assessment(str(number)) for number in range(MANY)]
    for start in range(0, MANY, 2_000):
        index.merge(every[start : start + 2_000])
    expected = sorted((one.id for one in every), reverse=True)
    assert all_ids(index, Query(size=7_001)) == expected
    cursor = index.search(Query(size=5_000)).next
    assert [hit.id for hit in index.search(Query(size=3, after=cursor)).hits] == expected[5_000:5_003]
    assert all_ids(index, Query(words="lot", sort=Sort.OLDEST, size=9_999)) == expected[::-1]


def test_a_listing_seen_earlier_moves_to_its_place(index: Index) -> None:
    old, new = assessment("1", time=moment(10)), assessment("2", time=moment(20))
    index.merge([old, new])
    index.merge([sighting(new, moment(5))])
    assert all_ids(index, Query()) == [old.id, new.id]
    assert all_ids(index, Query(words="lot", filters={"market": ("practice",)})) == [old.id, new.id]
    assert index.search(Query()).total == 2


def test_a_page_goes_on_where_it_ended_although_listings_came(index: Index) -> None:
    every = [assessment(str(number), time=moment(number)) for number in range(10)]
    index.merge(every)
    page = index.search(Query(size=4))
    index.merge([assessment("later", time=moment(50)), sighting(every[0], moment(99))])
    assert [hit.id for hit in index.search(Query(size=4, after=page.next)).hits] == [one.id for one in every[5:1:-1]]


def test_another_category_moves_a_listing_between_filters(index: Index) -> None:
    index.merge([assessment(category=Category.OTHER)])
    index.merge([assessment(category=Category.MELEE, activation=2)])
    assert index.search(Query(filters={"category": ("OTH",)})).total == 0
    assert index.search(Query(filters={"category": ("MEL",)})).total == 1
    assert index.search(Query(words="lot", filters={"category": ("MEL", "OTH")})).total == 1


def test_a_review_takes_a_listing_from_the_queue_and_its_undoing_brings_it_back(index: Index) -> None:
    one = assessment(verdict=Verdict.FLAGGED)
    queue = Query(filters={"verdict": ("flagged", "review"), "review": ("open",)}, sort=Sort.SCORE)
    index.merge([one])
    index.merge([review(one)])
    assert index.search(queue).total == 0
    index.merge([replace(review(one, Decision.UNDO, 2), undoes="r1")])
    assert all_ids(index, queue) == [one.id]


def test_a_review_before_its_listing_is_hidden_and_counts_when_it_comes(index: Index) -> None:
    one = assessment()
    index.merge([review(one)])
    hit = index.get(one.id)
    assert hit is not None
    assert hit.document.hidden
    assert index.search(Query()).total == 0
    index.merge([one])
    assert index.search(Query(words="lot", filters={"review": ("in_scope",)})).total == 1


def test_an_erased_listing_is_found_by_nothing_whatever_comes(index: Index) -> None:
    one = assessment()
    index.merge([one])
    index.merge([erasure(one)])
    index.merge([one, review(one), sighting(one, moment(9))])
    assert index.search(Query()).total == index.search(Query(words="lot")).total == 0
    assert index.count(["market"], Query()) == ()
    hit = index.get(one.id)
    assert hit is not None
    assert hit.document == Document(id=one.id, erased=erasure(one))


def test_a_word_in_the_title_is_more_relevant(index: Index) -> None:
    capture = assessment().listing.provenance
    below = Listing(market="practice", key="1", title="Lot", description="glock", provenance=capture)
    above = Listing(market="practice", key="2", title="Glock", description="lot", provenance=capture)
    index.merge(
        [assessment(listing=one) for one in (below, above)] + [assessment(str(number)) for number in range(3, 9)]
    )
    assert all_ids(index, Query(words="glock", sort=Sort.RELEVANCE)) == [above.id, below.id]


def test_a_batch_that_fails_leaves_the_index_as_it_was(index: Index) -> None:
    index.merge([assessment("1")])
    broken = replace(assessment("2"), policy="\ud800")
    with pytest.raises(UnicodeEncodeError):
        index.merge([assessment("3"), sighting(assessment("1"), moment(9)), broken])
    assert index.search(Query()).total == 1
    assert index.get(assessment("3").id) is None


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (Query(filters={"categry": ("FA",)}), "did you mean 'category'"),
        (Query(filters={"score": ("1",)}), "unknown field 'score'"),
        (Query(filters={"verdict": ("flaged",)}), "did you mean 'flagged'"),
        (Query(filters={"category": ("fa",)}), "did you mean 'FA'"),
        (Query(filters={"threats": ("et-a",)}), "did you mean 'ET-A'"),
        (Query(filters={"review": ("undo",)}), "known are open, in_scope"),
        (Query(filters={"present": ("1",)}), "known are true, false"),
        (Query(filters={"market": "practice"}), "tuple of texts"),  # type: ignore[dict-item]  # the mistake tested
        (Query(filters={"market": (1,)}), "tuple of texts"),  # type: ignore[dict-item]  # the mistake tested
        (Query(filters={"market": ()}), "1 to 256 values"),
        (Query(filters={"market": ("x",) * 257}), "1 to 256 values"),
        (Query(ranges={"first_sen": Range()}), "did you mean 'first_seen'"),
        (Query(ranges={"first_seen": Range(low=1)}), "a time with its zone"),
        (Query(ranges={"first_seen": Range(high=datetime(2024, 1, 1))}), "a time with its zone"),  # noqa: DTZ001  # the mistake tested
        (Query(ranges={"score": Range(low=START)}), "a number"),
        (Query(ranges={"score": Range(low=True)}), "a number"),
        (Query(words="lot " * 10_000), "at most 2,000 characters"),
        (Query(words="lo " * 100), "at most 64 words"),
        (Query(size=-1), "size"),
        (Query(size=10_001), "size"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(both: tuple[Index, Reference], query: Query, said: str) -> None:
    for ask in (
        both[0].search,
        lambda query: both[0].count(["market"], query),
        lambda query: list(both[0].scan(query)),
    ):
        with pytest.raises(SettingsError, match=said):
            ask(query)


@pytest.mark.parametrize("digits", [19, 1_001, 5_000])
@pytest.mark.parametrize("number", ["feedback", "cents", "rules"])
def test_a_number_that_no_index_holds_is_set_aside_with_the_reason_and_the_others_are_indexed(
    index: Index, tmp_path: Path, digits: int, number: str
) -> None:
    good, absurd = assessment("1", cents=7), assessment("2", cents=7)
    absurd = replace(absurd, rules=7, listing=replace(absurd.listing, feedback=7))
    one, other = messages([good, absurd])
    spoilt = other.value.replace(b'"%b":7' % number.encode(), b'"%b":%b' % (number.encode(), b"9" * digits))
    assert spoilt != other.value
    with closing(SqliteBroker(tmp_path / "log.db")) as log:
        log.publish(ASSESSMENTS.name, [replace(other, value=spoilt), one])
        assert run_once(index_stage(index), log, size=10, wait=0) == Tally(taken=2, dead=1)
        (letter,) = (decode(each, (DeadLetter,)) for each in log.read(ASSESSMENTS.dead, BEGINNING))
    assert isinstance(letter, DeadLetter)
    assert re.search(rf"9223372036854775807|out of range.*{number}", letter.reason)
    assert index.get(good.id)
    assert index.get(absurd.id) is None


@pytest.mark.parametrize("by", [[], ["title"], ["market", "market"], ["market", "venue", "vendor", "month", "act"]])
def test_counting_by_what_is_no_facet_is_refused(both: tuple[Index, Reference], by: list[str]) -> None:
    with pytest.raises(SettingsError, match="count"):
        both[0].count(by, Query())

"""The annotated entities: well formed, without text, true to the research data, and scored as their words say."""

import csv
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from classifier.truth.annotated import KINDS, NAMELESS, TRUTH, Annotated, Mark, Read, annotated, digest, read
from classifier.truth.score import ALL, KindFigures, agreement, figures
from pipeline.errors import SettingsError
from pipeline.records.assessment import Entity
from pipeline.records.listing import Import, Listing

VALUES = {
    "amount": r"[\d./-]+ [A-Za-z]+",
    "price": r"\d+(\.\d+)? [A-Z]{3}",
    "ships_from": r"[A-Z]{2}",
    "ships_to": r"[A-Z]{2}",
    "origin": r"[A-Z]{2}",
    "calibre": r"[\d.x-]+(mm)?R?( (gauge|[A-Z][A-Za-z&]*( [A-Z][a-z]+)?))?",
}
"""The shape of each kind's normal form: nothing that could hold a name or a sentence."""


@pytest.fixture(scope="module")
def truth() -> list[Annotated]:
    return annotated()


def test_at_least_four_hundred_listings_are_annotated_once_each(truth: list[Annotated]) -> None:
    assert len(truth) >= 400
    assert len({(each.data, each.row) for each in truth}) == len(truth)
    assert {each.part for each in truth} == {"dev", "test"}
    assert len({each.market for each in truth if each.data == "darkweb"}) == 6


def test_marks_are_in_order_of_known_kinds_and_never_overlap_their_own(truth: list[Annotated]) -> None:
    for each in truth:
        assert re.fullmatch(r"[0-9a-f]{64}", each.text)
        for kind in KINDS:
            for field in ("title", "description"):
                spans = [(one.start, one.end) for one in each.entities if (one.kind, one.field) == (kind, field)]
                assert spans == sorted(spans)
                assert all(before[1] <= after[0] for before, after in pairwise(spans))
        assert {one.kind for one in each.entities} <= set(KINDS)
        assert all(0 <= one.start < one.end for one in each.entities)


def test_no_text_is_in_the_file(truth: list[Annotated]) -> None:
    for kind, value in ((mark.kind, mark.value) for each in truth for mark in each.entities):
        if value is not None:
            assert kind not in NAMELESS
            assert re.fullmatch(VALUES[kind], value), value


def test_every_letter_of_the_file_belongs_to_a_known_key() -> None:
    keys = {"data", "row", "market", "listing_id", "text", "part", "entities", "kind", "field", "start", "end", "value"}
    assert set(re.findall(r'"(\w+)":', TRUTH.read_text(encoding="utf-8"))) == keys


@pytest.mark.data
def test_offsets_lie_inside_the_text_and_begin_and_end_on_it(shared_data: Path) -> None:
    for each in read(shared_data):
        for mark in each.annotated.entities:
            text: str = getattr(each.listing, mark.field)
            assert mark.end <= len(text)
            span = text[mark.start : mark.end]
            assert span == span.strip()
            assert mark.kind == "pgp" or span == span.strip(",;:!?()[]\"'*|"), (each.annotated.row, mark)


@pytest.mark.data
def test_no_vendor_is_in_both_parts(shared_data: Path) -> None:
    reads = read(shared_data)
    parts = [{each.vendor for each in reads if each.annotated.part == part} for part in ("dev", "test")]
    assert parts[0] & parts[1] == set()


@pytest.mark.data
def test_all_listings_in_scope_are_annotated(shared_data: Path, truth: list[Annotated]) -> None:
    with (shared_data / "darkweb_listings.csv").open(encoding="utf-8", newline="") as file:
        wanted = {number for number, row in enumerate(csv.DictReader(file), 1) if row["positive"] == "1"}
    assert len(wanted) == 121
    assert wanted <= {each.row for each in truth if each.data == "darkweb"}


def test_absent_data_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="--data"):
        read(tmp_path)


def test_a_changed_row_is_noticed(tmp_path: Path) -> None:
    for name in ("darkweb_listings.csv", "surface_weapon_text.csv"):
        (tmp_path / name).write_text("title,description\n" + "other,text\n" * 30_000, encoding="utf-8")
    with pytest.raises(SettingsError, match="not the text that was annotated"):
        read(tmp_path)


def mark(kind: str, start: int, end: int, value: str | None = None) -> Mark:
    return Mark(kind=kind, field="title", start=start, end=end, value=value)


def listing(title: str, marks: Sequence[Mark], vendor: str = "somebody") -> Read:
    provenance = Import(time=datetime(2026, 1, 1, tzinfo=UTC), file="", line=1, mapping="", activation=0)
    return Read(
        annotated=Annotated(
            data="darkweb",
            row=1,
            market="practice",
            listing_id="1",
            text=digest(title, ""),
            part="dev",
            entities=tuple(marks),
        ),
        listing=Listing(market="practice", key="1", title=title, provenance=provenance),
        vendor=vendor,
    )


def scored(marks: Sequence[Mark], found: Sequence[Entity]) -> dict[str, KindFigures]:
    return {each.kind: each for each in figures([listing("a" * 40, marks)], lambda _listing: found, seed=1)}


def entity(kind: str, start: int, end: int, value: str = "") -> Entity:
    return Entity(kind=kind, value=value, field="title", start=start, end=end)


def test_the_same_span_counts_and_another_does_not() -> None:
    told = scored([mark("make", 0, 5), mark("make", 10, 15)], [entity("make", 0, 5), entity("make", 20, 25)])["make"]
    assert (told.exact.precision, told.exact.recall, told.exact.f1) == (0.5, 0.5, 0.5)
    assert not told.claimed


def test_half_of_a_span_is_enough_by_overlap_and_less_is_not() -> None:
    assert scored([mark("model", 0, 10)], [entity("model", 5, 10)])["model"].overlap.f1 == 1
    assert scored([mark("model", 0, 10)], [entity("model", 6, 10)])["model"].overlap.f1 == 0
    assert scored([mark("model", 0, 10)], [entity("make", 0, 10)])["model"].overlap.f1 == 0


def test_one_found_span_answers_for_one_mark() -> None:
    told = scored([mark("amount", 0, 5), mark("amount", 5, 10)], [entity("amount", 0, 10)])["amount"]
    assert told.overlap.recall == 0.5
    assert told.overlap.precision == 1


def test_kinds_that_are_not_annotated_are_left_out() -> None:
    assert scored([mark("make", 0, 5)], [entity("make", 0, 5), entity("colour", 7, 9)])[ALL].exact.precision == 1


def test_values_are_compared_where_the_span_is_right() -> None:
    marks = [mark("price", 0, 4, "500 USD"), mark("price", 10, 14, "20 EUR"), mark("price", 20, 24, "1 EUR")]
    told = scored(marks, [entity("price", 0, 4, "500 USD"), entity("price", 10, 14, "20 USD")])["price"]
    assert (told.values, told.valued) == (1, 2)


def test_nothing_found_is_a_recall_of_nought_and_no_precision() -> None:
    told = scored([mark("make", 0, 5)], [])["make"]
    assert (told.exact.precision, told.exact.recall, told.exact.f1) == (None, 0, 0)


def test_the_interval_is_that_of_other_vendors() -> None:
    right = [listing("a" * 40, [mark("make", 0, 5)], f"vendor {number}") for number in range(20)]
    wrong = [listing("b" * 40, [mark("make", 0, 5)], "one who repeats himself") for _ in range(20)]
    told = figures([*right, *wrong], lambda each: [entity("make", 0, 5)] if "a" in each.title else [], seed=1)[0]
    assert told.exact.f1 == pytest.approx(2 / 3)
    assert told.exact.interval is not None
    assert told.exact.interval[0] < 0.4
    assert told.exact.interval[1] == 1


def test_two_readings_agree_on_what_both_marked() -> None:
    assert agreement([mark("make", 0, 5), mark("make", 6, 9)], [mark("make", 0, 5), mark("model", 6, 9)]) == (1, 1, 1)

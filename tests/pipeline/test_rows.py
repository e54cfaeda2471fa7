"""Rows of files become listings."""

import csv
import gzip
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import MalformedError, SettingsError
from pipeline.records import Import, Listing, Money, Precision, Rejected
from pipeline.rows import Row, chosen, line_count, rows
from pipeline.rows.mapping import read
from pipeline.rows.source import LONGEST_LINE
from pipeline.rows.table import LARGEST_CELL
from pipeline.text import LIMIT

HEAD = "market,listing_id,title"


def written(folder: Path, content: str | bytes, name: str = "rows.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def found(folder: Path, content: str | bytes, mapping: Path | None = None) -> list[Row]:
    path = written(folder, content)
    return list(rows(path, chosen(path, mapping), 1))


def titles(read_rows: list[Row]) -> list[str]:
    return [row.found.title if isinstance(row.found, Listing) else row.found.reason for row in read_rows]


def test_a_row_becomes_a_listing(tmp_path: Path) -> None:
    (row,) = found(
        tmp_path,
        "market,date,listing_id,vendor,title,description,category_raw,ships_from,price,label\n"
        "agora,2014Q1,A1,lamps,blue lamp x2,a lamp,Home/Light,USA,0.5 BTC,none\n",
    )
    listing = row.found
    assert isinstance(listing, Listing)
    assert (listing.market, listing.key, listing.title, listing.vendor) == ("agora", "A1", "blue lamp x2", "lamps")
    assert listing.price == Money(amount=Decimal("0.5"), currency="BTC")
    assert listing.category_path == ("Home", "Light")
    assert listing.ships_from == ("US",)
    assert [amount.unit for amount in listing.amounts] == ["x"]
    assert isinstance(listing.provenance, Import)
    assert listing.provenance.time == datetime(2014, 1, 1, tzinfo=UTC)
    assert listing.provenance.precision is Precision.QUARTER


def test_every_copy_of_a_file_gives_the_same_listings(tmp_path: Path) -> None:
    content = f"{HEAD}\nagora,A1,lamp\n"
    (tmp_path / "other").mkdir()
    assert found(tmp_path, content) == found(tmp_path / "other", content)


def test_a_row_without_a_date_is_dated_so_that_all_agree(tmp_path: Path) -> None:
    (row,) = found(tmp_path, f"{HEAD}\nagora,A1,lamp\n")
    assert isinstance(row.found, Listing)
    assert row.found.provenance.time == datetime(2000, 1, 1, tzinfo=UTC)
    assert isinstance(row.found.provenance, Import)
    assert row.found.provenance.precision is Precision.UNKNOWN


def test_a_row_that_is_no_listing_says_why_and_where(tmp_path: Path) -> None:
    read_rows = found(tmp_path, f"{HEAD}\na,1,lamp\n\na,,lamp\n ,3,lamp\na,4,\na,5\na,6,x,y\na,7,lamp,,\n")
    assert titles(read_rows) == ["lamp", "no_key", "no_market", "no_title", "cells", "cells", "lamp"]
    assert [row.line for row in read_rows] == [2, 4, 5, 6, 7, 8, 9]
    assert [row.number for row in read_rows] == [1, 2, 3, 4, 5, 6, 7]


def test_lines_are_counted_as_an_editor_counts(tmp_path: Path) -> None:
    read_rows = found(tmp_path, f'{HEAD}\r\na,1,"lamp\r\nwith\r\nshade"\r\na,2,lamp\r\n')
    assert [row.line for row in read_rows] == [2, 5]


@pytest.mark.parametrize("closed", ['a,y,"good, quoted"\n', 'a,y,"good\n', ""])
def test_a_quote_that_is_never_closed_swallows_no_rows(tmp_path: Path, closed: str) -> None:
    body = "".join(f"a,{number},lamp\n" for number in range(100))
    read_rows = found(tmp_path, f'{HEAD}\na,x,"first\n{body}{closed}a,z,last\n')
    assert titles(read_rows)[:101] == ["first", *["lamp"] * 100]
    assert titles(read_rows)[-1] == "last"
    assert read_rows[-1].line == 103 + bool(closed)


def test_quotes_out_of_order_are_kept_as_text(tmp_path: Path) -> None:
    assert titles(found(tmp_path, f'{HEAD}\na,1,"5" shade\na,2,5" shade\n')) == ["5 shade", '5" shade']


def test_a_row_with_too_many_cells_swallows_no_rows(tmp_path: Path) -> None:
    read_rows = found(tmp_path, f'{HEAD}\na,x,"lamp\na,1,lamp\n","more",""\na,2,lamp\n')
    assert titles(read_rows)[:2] == ["cells", "lamp"]
    assert titles(read_rows)[-1] == "lamp"


@pytest.mark.parametrize("quoted", [True, False])
def test_a_cell_of_any_size_ends_nothing(tmp_path: Path, quoted: bool) -> None:  # noqa: FBT001
    mark = '"' if quoted else ""
    huge, long = "x" * (LARGEST_CELL + 1), "y" * (LIMIT + 5)
    read_rows = found(tmp_path, f"{HEAD}\na,1,{mark}{huge}{mark}\na,2,{mark}{long}{mark}\na,3,lamp\n")
    assert [row.found.reason for row in read_rows if isinstance(row.found, Rejected)] == ["too_large"]
    kept = read_rows[1].found
    assert isinstance(kept, Listing)
    assert len(kept.title) == LIMIT
    assert kept.truncated == ("title",)
    assert titles(read_rows)[2] == "lamp"


@pytest.mark.parametrize("mark", ['"', ""])
def test_a_line_of_any_size_costs_one_row(tmp_path: Path, mark: str) -> None:
    huge = "x" * (LONGEST_LINE + 10)
    assert titles(found(tmp_path, f"{HEAD}\na,1,{mark}{huge}{mark}\na,2,lamp\n")) == ["too_large", "lamp"]


def test_a_record_of_endless_lines_costs_one_row_at_a_time(tmp_path: Path) -> None:
    endless = ',"x\n"' * 10
    read_rows = found(tmp_path, f"{HEAD}\na,1{endless}\na,2,lamp\n")
    assert titles(read_rows)[-1] == "lamp"


def test_bytes_that_are_no_text_are_replaced_and_counted(tmp_path: Path) -> None:
    (row,) = found(tmp_path, HEAD.encode() + b"\na,1,l\xffamp\x00 \xed\xa0\x80\n")
    assert titles([row]) == ["l\ufffdamp \ufffd\ufffd\ufffd"]
    assert row.replaced == 4


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path: Path) -> None:
    assert titles(found(tmp_path, b"\xef\xbb\xbf" + HEAD.encode() + b"\r\na,1,lamp\r\n")) == ["lamp"]


def test_columns_that_nobody_reads_may_stand_twice_and_others_not(tmp_path: Path) -> None:
    assert titles(found(tmp_path, f"{HEAD},x,x\na,1,lamp,2,3\n")) == ["lamp"]
    with pytest.raises(SettingsError, match="two columns 'title'"):
        found(tmp_path, f"{HEAD},title\na,1,lamp,2\n")


@pytest.mark.parametrize("content", ["", "\n\n", "{broken\n"])
def test_a_file_with_nothing_to_read_says_so(tmp_path: Path, content: str) -> None:
    with pytest.raises(MalformedError, match=r"rows\.csv"):
        found(tmp_path, content)


def test_a_missing_column_is_named_beside_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="'market', 'title'; required are 'market', 'listing_id', 'title'"):
        found(tmp_path, "market,title\na,lamp\n")


@pytest.mark.parametrize(("mark", "name"), [(";", "semicolons"), ("\t", "tabs")])
def test_another_separator_than_the_comma_is_named(tmp_path: Path, mark: str, name: str) -> None:
    with pytest.raises(SettingsError, match=f"separated by {name}, not by commas"):
        found(tmp_path, "market,listing_id,title\na,1,lamp\n".replace(",", mark))


def test_a_file_that_is_no_csv_is_told_in_words_for_users(tmp_path: Path) -> None:
    with pytest.raises(MalformedError, match="a line break stands in a cell without quotes"):
        found(tmp_path, "a\rb,c\rd\n")
    with pytest.raises(MalformedError, match="its quotes are out of order"):
        found(tmp_path, '"market"x,listing_id,title\n')


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.csv: no such file"):
        chosen(tmp_path / "none.csv")


def test_gzip_is_read_by_what_it_holds_and_not_by_its_name(tmp_path: Path) -> None:
    assert titles(found(tmp_path, gzip.compress(f"{HEAD}\na,1,lamp\n".encode()))) == ["lamp"]


def test_a_damaged_gzip_gives_its_good_rows_and_then_says_so(tmp_path: Path) -> None:
    whole = gzip.compress(
        (HEAD + "\n" + "".join(f"a,{number},lamp {number * 7919}\n" for number in range(20_000))).encode()
    )
    path = written(tmp_path, whole[: len(whole) // 2])
    good: list[Row] = []
    with pytest.raises(MalformedError, match=r"rows\.csv: the gzip stream is damaged after line \d+"):
        good.extend(rows(path, chosen(path), 1))
    assert good == list(rows_until_damage(path))
    assert len(good) > 1000


def rows_until_damage(path: Path) -> Iterator[Row]:
    try:
        yield from rows(path, chosen(path), 1)
    except MalformedError:
        return


def test_a_gzip_bomb_is_read_as_a_stream(tmp_path: Path) -> None:
    bomb = gzip.compress(f"{HEAD}\na,1,lamp\na,2,".encode() + b"x" * 2**26 + b"\na,3,lamp\n")
    assert titles(found(tmp_path, bomb)) == ["lamp", "too_large", "lamp"]


def test_objects_are_read_like_rows(tmp_path: Path) -> None:
    lines = [
        {"market": "a", "listing_id": 7, "title": "lamp", "price": "1.50 USD", "ships_from": ["DE", "FR"]},
        {"title": None, "market": "a", "listing_id": "8"},
        [1],
        {"market": "a", "listing_id": 1.10, "title": {"no": "text"}},
    ]
    read_rows = found(
        tmp_path, "\n".join(map(json.dumps, lines)) + '\n{"market": \n\n{"market":"a","listing_id":"9","title":"x"}'
    )
    assert titles(read_rows) == ["lamp", "no_title", "not_json", "no_title", "not_json", "x"]
    first = read_rows[0].found
    assert isinstance(first, Listing)
    assert (first.key, first.ships_from) == ("7", ("DE", "FR"))
    assert [row.line for row in read_rows] == [1, 2, 3, 4, 5, 7]


def test_a_mapping_says_what_holds_where_a_row_says_nothing(tmp_path: Path) -> None:
    mapping = written(
        tmp_path,
        "columns: {key: id, title: name, price: btc, category: [one, two], vendor: by}\n"
        "default: {market: agora, currency: BTC, date: 2014-02-01, vendor: unknown}\n",
        "agora.yaml",
    )
    (row,) = found(tmp_path, "id,name,btc,one,two,by\n1,lamp,0.25,Home,Light,\n", mapping)
    listing = row.found
    assert isinstance(listing, Listing)
    assert (listing.market, listing.vendor, listing.category_path) == ("agora", "unknown", ("Home", "Light"))
    assert listing.price == Money(amount=Decimal("0.25"), currency="BTC")
    assert listing.provenance.time == datetime(2014, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("columns: {kee: id}", "unknown key 'kee'; did you mean 'key'"),
        ("column: {key: id}", "unknown key 'column'; did you mean 'columns'"),
        ("columns: {key: id, title: t}\ndefault: {maket: a}", "did you mean 'market'"),
        ("columns: {key: id, title: t}", "no column for 'market'"),
        ("columns: {key: id, title: t}\ndefault: {market: a, date: soon}", "'default.date' is 'soon'"),
        ("columns: [key]", "columns"),
        ("- key", "begin with 'columns:'"),
        ("columns: {key", "flow mapping"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_what_to_correct(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        read(written(tmp_path, text, "mine.yaml"))


def test_a_mapping_that_fits_another_file_names_what_is_missing(tmp_path: Path) -> None:
    mapping = written(tmp_path, "columns: {market: m, key: id, title: t}", "mine.yaml")
    with pytest.raises(
        SettingsError, match=r"has no column 'm', 'id', 't', which .*mine\.yaml needs.*required are 'm', 'id', 't'"
    ):
        found(tmp_path, f"{HEAD}\na,1,lamp\n", mapping)


def test_mappings_that_read_alike_have_one_digest(tmp_path: Path) -> None:
    one = written(tmp_path, "columns: {market: m, key: id, title: t}", "one.yaml")
    two = written(tmp_path, "# a note\ncolumns:\n  title: t\n  key: id\n  market: m\n", "two.yaml")
    other = written(tmp_path, "columns: {market: m, key: id, title: u}", "other.yaml")
    assert read(one).digest == read(two).digest != read(other).digest


def test_lines_are_counted_for_the_bar_where_that_is_cheap(tmp_path: Path) -> None:
    plain = written(tmp_path, "a\nb\n", "plain.csv")
    assert line_count([plain, plain]) == 4
    assert line_count([plain, written(tmp_path, gzip.compress(b"a\n"), "zipped.csv")]) is None


@given(st.lists(st.tuples(*[st.text(st.characters(exclude_categories=["Cs"]), max_size=8)] * 2), max_size=6))
def test_what_a_csv_writer_writes_is_read_row_by_row(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "rows.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD.split(","))
        writer.writerows(("a", key, f"lamp {title}") for key, title in cells)
    assert [row.number for row in rows(path, chosen(path), 1)] == list(range(1, len(cells) + 1))


@given(st.binary(max_size=200))
def test_no_bytes_after_the_header_are_an_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = written(tmp_path_factory.mktemp("odd"), HEAD.encode() + b"\n" + content)
    for row in rows(path, chosen(path), 1):
        assert isinstance(row.found, Listing | Rejected)


def test_what_can_be_read_only_once_is_refused(tmp_path: Path) -> None:
    pipe, loop = tmp_path / "pipe", tmp_path / "loop"
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    for path, said in ((pipe, "save it as a file"), (Path("/dev/zero"), "save it as a file"), (loop, "symbolic links")):
        with pytest.raises(SettingsError, match=said):
            chosen(path)


def test_a_file_in_utf_16_asks_for_utf_8(tmp_path: Path) -> None:
    with pytest.raises(MalformedError, match="save it as UTF-8"):
        chosen(written(tmp_path, f"{HEAD}\nagora,A1,lamp\n".encode("utf-16")))


def test_a_list_in_a_list_is_no_text_however_deep(tmp_path: Path) -> None:
    deep = "[" * 900 + '"x"' + "]" * 900
    content = [{"market": "a", "listing_id": 1, "title": ["blue", ["red"], "lamp"]}, {"market": "a", "listing_id": 2}]
    lines = "\n".join(map(json.dumps, content))
    (first, second, third) = found(tmp_path, f'{lines}\n{{"market":"a","listing_id":3,"title":{deep}}}\n')
    assert titles([first, second, third]) == ["blue, lamp", "no_title", "no_title"]


def test_a_mapping_nested_without_end_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "[" * 5_000, "deep.yaml")
    with pytest.raises(SettingsError, match=r"deep\.yaml: maximum recursion depth"):
        read(path)


@pytest.mark.data
def test_the_shared_listings_are_all_read(shared_data: Path) -> None:
    path = shared_data / "darkweb_listings.csv"
    read_rows = list(rows(path, chosen(path), 1))
    listings = [row.found for row in read_rows if isinstance(row.found, Listing)]
    assert (len(read_rows), len(listings), len({listing.id for listing in listings})) == (24_009, 24_009, 23_223)
    assert sum(listing.price is not None for listing in listings) == 19_258
    assert {listing.provenance.time.year for listing in listings} == {2014, 2015, 2020, 2024}

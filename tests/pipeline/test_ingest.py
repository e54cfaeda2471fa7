"""`headstamp ingest`: rows on their way to the log."""

import argparse
import gzip
import json
from contextlib import closing
from pathlib import Path

import pytest

from headstamp import deployment
from pipeline.broker import START
from pipeline.codec import decode
from pipeline.commands.ingest import ingest, ingest_arguments
from pipeline.records import Import, Listing
from pipeline.settings import Settings
from pipeline.topics import LISTINGS

HEAD = "market,listing_id,title\n"


def run(settings: Settings, *words: str) -> int:
    parser = argparse.ArgumentParser()
    ingest_arguments(parser)
    return ingest(parser.parse_args(words), deployment(settings))


def published(settings: Settings) -> list[Listing]:
    with closing(deployment(settings).broker()) as broker:
        read = [decode(message, LISTINGS.records) for message in broker.read(LISTINGS.name, START)]
    return [record for record in read if isinstance(record, Listing)]


def written(path: Path, text: str) -> str:
    path.write_text(HEAD + text, encoding="utf-8")
    return str(path)


def test_the_rows_of_all_files_are_published_in_their_order(settings: Settings, tmp_path: Path) -> None:
    first = written(tmp_path / "one.csv", "".join(f"a,{number},lamp {number}\n" for number in range(1201)))
    second = written(tmp_path / "two.csv", "b,1,shade\n")
    assert run(settings, first, second) == 0
    assert [listing.title for listing in published(settings)] == [f"lamp {number}" for number in range(1201)] + [
        "shade"
    ]


def test_bad_rows_are_counted_and_named_and_stop_nothing(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "rows.csv", "a,1,lamp\na,1,other lamp\na,,lamp\n" + "a,2\n" * 9)
    assert run(settings, file) == 0
    said = capsys.readouterr()
    assert said.out == "rows: 12\nlistings: 1\nrejected: 10 (9 cells, 1 no_key)\nnext: headstamp run --once\n"
    assert f"{file}:4: no_key (column 'listing_id' is empty)" in said.err
    assert f"{file}:5: cells (2 cells where the header has 3 columns)" in said.err
    assert said.err.count("cells (") == 5
    assert len(published(settings)) == 2


def test_a_file_that_is_no_utf_8_is_named_with_what_was_replaced(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    latin, good = tmp_path / "latin.csv", written(tmp_path / "good.csv", "b,1,café\n")
    latin.write_bytes(f"{HEAD}a,1,café\na,2,büro\n".encode("latin-1"))
    assert run(settings, str(latin), good) == 0
    assert capsys.readouterr().err == (
        f"headstamp: {latin}: is no UTF-8; 2 characters were replaced: save it as UTF-8\n"
    )


def test_two_homes_print_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path / "rows.csv", "a,1,lamp\na,,x\n")
    for home in ("one", "two", "two"):
        run(Settings(home=str(tmp_path / home)), file, "--json")
    first, second, again = capsys.readouterr().out.splitlines()
    assert first == second == again
    assert json.loads(first) == {"rows": 2, "listings": 1, "rejected": {"no_key": 1}, "replaced": 0, "unfinished": 0}


def test_the_same_file_again_publishes_the_same_listings(settings: Settings, tmp_path: Path) -> None:
    file = written(tmp_path / "rows.csv", "a,1,lamp\n")
    other = tmp_path / "other.yaml"
    other.write_text("columns: {market: market, key: listing_id, title: title}", encoding="utf-8")
    for words in ([file], [file, "--mapping", str(other)], [file]):
        assert run(settings, *words) == 0
    first, with_other, again = published(settings)
    assert first == again
    assert isinstance(with_other.provenance, Import)
    assert first.provenance != with_other.provenance


def test_a_mapping_that_changes_is_another_activation(settings: Settings, tmp_path: Path) -> None:
    file = written(tmp_path / "rows.csv", "a,1,lamp\n")
    mapping = tmp_path / "mine.yaml"
    for separator in ("/", ">"):
        mapping.write_text(
            f"columns: {{market: market, key: listing_id, title: title}}\nseparator: '{separator}'\n", encoding="utf-8"
        )
        run(settings, file, "--mapping", str(mapping))
    numbers = [listing.provenance.activation for listing in published(settings)]
    assert numbers == [1, 2]


def test_a_file_of_which_no_row_can_be_read_has_failed(settings: Settings, tmp_path: Path) -> None:
    assert run(settings, written(tmp_path / "rows.csv", "a,,lamp\n")) == 1
    assert run(settings, written(tmp_path / "head.csv", "")) == 1


def test_a_damaged_file_is_read_as_far_as_it_goes_and_the_next_one_whole(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = HEAD + "".join(f"a,{number},lamp {number * 7919}\n" for number in range(5000))
    damaged = tmp_path / "damaged.csv.gz"
    damaged.write_bytes(gzip.compress(body.encode())[:-2000])
    whole = written(tmp_path / "whole.csv", "b,1,shade\n")
    assert run(settings, str(damaged), whole, "--json") == 1
    said = capsys.readouterr()
    figures = json.loads(said.out)
    assert figures["unfinished"] == 1
    assert figures["rows"] == len(published(settings)) > 1000
    assert published(settings)[-1].title == "shade"
    assert "the gzip stream is damaged after line" in said.err

"""`headstamp ingest`: rows on their way to the log."""

import argparse
import gzip
import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from headstamp import deployment
from pipeline.broker import START
from pipeline.codec import decode
from pipeline.commands.ingest import ingest, ingest_arguments, ingested
from pipeline.records import Import, Listing
from pipeline.rows import chosen
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
    assert said.out == (
        "rows: 12\nlistings: 1\nfurther versions: 1 (the latest date is in force, of equal dates the later row)\n"
        "rejected: 10 (9 cells, 1 no_key)\ndated by nobody: 2\nnext: headstamp run --once\n"
    )
    assert f"{file}:4: no_key (column 'listing_id' is empty)" in said.err
    assert f"{file}:5: cells (2 cells where the header has 3 columns)" in said.err
    assert said.err.count("cells (") == 5
    assert len(published(settings)) == 2


def test_where_the_log_is_a_server_nobody_is_told_to_run_a_second_time(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    on_file = deployment(settings)
    there = replace(on_file, settings=Settings(home=settings.home, broker="kafka://127.0.0.1:9092"))
    parser = argparse.ArgumentParser()
    ingest_arguments(parser)
    assert ingest(parser.parse_args([written(tmp_path / "rows.csv", "a,1,lamp\n")]), there) == 0
    assert "next: the stages that run take it from the log; where none does, `headstamp run`" in capsys.readouterr().out


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
    assert first == second
    figures = json.loads(first)
    assert figures == {
        "rows": 2,
        "listings": 1,
        "versions": 0,
        "repeated": 0,
        "rejected": {"no_key": 1},
        "undated": 1,
        "known": 0,
        "replaced": 0,
        "unfinished": 0,
    }
    assert json.loads(again) == figures | {"known": 1}


def test_the_figures_add_up_to_the_rows(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(
        "market,listing_id,title,date\na,1,lamp,2024-05-01\na,1,lamp,2024-06-01\na,1,shade,\na,1,shade,2024-13-45\na,2,lamp,\na,,lamp,\n",
        encoding="utf-8",
    )
    assert run(settings, str(file), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["listings"], told["versions"], told["repeated"], told["rejected"]) == (
        6, 2, 1, 2, {"no_key": 1},
    )  # fmt: skip
    assert told["undated"] == 3


def test_the_same_file_again_publishes_nothing_and_says_so(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "rows.csv", "a,1,lamp\na,2,shade\n")
    for _ in range(2):
        assert run(settings, file) == 0
    assert len(published(settings)) == 2
    again = capsys.readouterr().out.partition("next:")[2]
    assert "already here: 2\nnothing new: " in again
    assert "next" not in again


def test_a_file_whose_listings_left_the_log_is_published_again(settings: Settings, tmp_path: Path) -> None:
    file = written(tmp_path / "rows.csv", "a,1,lamp\n")
    run(settings, file)
    for log in (tmp_path / "home").glob("log.db*"):
        log.unlink()
    run(settings, file)
    assert len(published(settings)) == 1


def test_an_ingest_that_was_cut_short_publishes_the_rest(settings: Settings, tmp_path: Path) -> None:
    file = Path(written(tmp_path / "rows.csv", "".join(f"a,{number},lamp\n" for number in range(1500))))
    parts, moved = deployment(settings), iter((None,))

    def killed_at_the_second(_lines: int) -> None:
        if next(moved, KeyboardInterrupt):
            raise KeyboardInterrupt

    with (
        closing(parts.broker()) as broker,
        closing(parts.activations()) as activations,
        pytest.raises(KeyboardInterrupt),
    ):
        ingested([(file, chosen(file))], broker, activations, killed_at_the_second)
    assert len(published(settings)) == 500
    assert run(settings, str(file)) == 0
    assert [listing.key for listing in published(settings)] == [str(number) for number in range(1500)]


def test_with_another_mapping_the_same_rows_are_new(settings: Settings, tmp_path: Path) -> None:
    file = written(tmp_path / "rows.csv", "a,1,lamp\n")
    other = tmp_path / "other.yaml"
    other.write_text("columns: {market: market, key: listing_id, title: title}", encoding="utf-8")
    for words in ([file], [file, "--mapping", str(other)], [file]):
        assert run(settings, *words) == 0
    first, with_other = published(settings)
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


def test_a_file_of_a_header_alone_is_named(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(settings, head := written(tmp_path / "head.csv", "")) == 1
    assert capsys.readouterr().err == f"headstamp: {head}: has no rows below its header; there is nothing to ingest\n"


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

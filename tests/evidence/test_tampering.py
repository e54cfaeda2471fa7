"""Whatever is done to an archive, `verify` says so, and names file and record."""

import json
import os
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawlers.evidence.anchor import anchor, noted
from crawlers.evidence.chain import encode, hashed
from crawlers.evidence.erase import erase
from crawlers.evidence.finding import Finding, What
from crawlers.evidence.keys import PRIVATE, PUBLIC, SigningKey
from crawlers.evidence.signed import SEALS, Reason, Seal, add
from crawlers.evidence.verify import verify
from crawlers.evidence.whole import verify_all
from pipeline.errors import StorageError
from tests.evidence.conftest import BEGUN, ORIGIN, Small, page


def named(findings: list[Finding], what: What) -> set[int]:
    return {finding.record for finding in findings if finding.what is what}


def test_an_untouched_archive_is_sound(small: Small) -> None:
    report = small.report()
    assert (report.sound, report.records, report.segments, report.manifests) == (True, 6, 1, 1)
    assert report.findings == ()


def test_a_flipped_byte_is_named_with_file_record_offset_address_and_id(small: Small) -> None:
    line = small.lines()[3]
    content = bytearray(small.segment.read_bytes())
    content[line.link.offset + 60] ^= 1
    small.segment.write_bytes(content)
    (finding,) = small.wrong()
    assert finding.what is What.ALTERED
    assert finding.file == f"tiny/{small.segment.name}"
    assert (finding.record, finding.offset, finding.url, finding.id) == (4, line.link.offset, line.url, line.link.id)
    assert line.url in str(finding)


@pytest.mark.parametrize("number", [1, 2, 4, 6])
def test_a_dropped_record_is_named(small: Small, number: int) -> None:
    start, end = small.bytes_of(number)
    content = small.segment.read_bytes()
    small.segment.write_bytes(content[:start] + content[end:])
    assert [(finding.what, finding.record) for finding in small.wrong()] == [(What.DROPPED, number)]


def test_records_that_changed_places_are_named(small: Small) -> None:
    content = small.segment.read_bytes()
    (a, b), (_, c) = small.bytes_of(3), small.bytes_of(4)
    small.segment.write_bytes(content[:a] + content[b:c] + content[a:b] + content[c:])
    assert [(finding.what, finding.record) for finding in small.wrong()] == [(What.MOVED, 3)]


@pytest.mark.parametrize("number", [2, 6])
def test_a_record_that_stands_there_twice_is_named(small: Small, number: int) -> None:
    content = small.segment.read_bytes()
    start, end = small.bytes_of(number)
    small.segment.write_bytes(content[:end] + content[start:])
    assert [(finding.what, finding.record) for finding in small.wrong()] == [(What.DUPLICATED, number)]


def test_a_cut_segment_names_the_record_that_was_cut_and_those_after_it(small: Small) -> None:
    start, _ = small.bytes_of(5)
    small.segment.write_bytes(small.segment.read_bytes()[: start + 100])
    assert [(finding.what, finding.record) for finding in small.wrong()] == [(What.TRUNCATED, 5), (What.DROPPED, 6)]


def test_a_segment_that_is_gone_is_named(small: Small) -> None:
    small.segment.unlink()
    assert named(small.wrong(), What.DROPPED) >= {1, 2, 3, 4, 5, 6}


def test_bytes_that_nobody_wrote_are_named(small: Small) -> None:
    with small.segment.open("ab") as file:
        file.write(b"more")
    (finding,) = small.wrong()
    assert (finding.what, finding.offset) == (What.FOREIGN, small.lines()[-1].link.end)


def test_a_segment_that_nobody_wrote_is_named(small: Small) -> None:
    (small.segment.parent / "tiny-000000099.warc.gz").write_bytes(b"")
    assert [finding.what for finding in small.wrong()] == [What.FOREIGN]


def test_a_clock_that_was_set_back_is_named(empty: Small) -> None:
    with closing(empty.open()) as archive:
        archive.keep(empty.exchange("/a", page("a")), ORIGIN)
        empty.time.now -= timedelta(hours=1)
        archive.keep(empty.exchange("/b", page("b")), ORIGIN)
        archive.keep(empty.exchange("/c", page("c")), ORIGIN)
        archive.end("tiny")
    (finding,) = empty.wrong()
    assert (finding.what, finding.record) == (What.CLOCK, 3)
    assert "set back by 3,59" in finding.text


def test_a_clock_that_was_set_back_between_two_crawls_is_named(small: Small) -> None:
    small.time.now = BEGUN
    small.fill(1)
    assert named(small.wrong(), What.CLOCK) == {7}


def test_a_replaced_manifest_is_named(small: Small) -> None:
    small.fill(2)
    path = small.folder / SEALS
    first, second = path.read_bytes().splitlines()
    seal = msgspec.json.decode(first, type=Seal)
    path.write_bytes(encode(msgspec.structs.replace(seal, records=seal.records - 1)) + b"\n" + second + b"\n")
    findings = small.wrong()
    assert findings[0].what is What.MANIFEST
    assert "manifest 1 (of tiny/tiny-000000001.warc.gz)" in findings[0].text


def test_a_manifest_signed_with_another_key_is_named(small: Small, tmp_path: Path) -> None:
    path = small.folder / SEALS
    seal = msgspec.json.decode(path.read_bytes(), type=Seal)
    path.unlink()
    add(path, SigningKey.of(tmp_path / "other"), seal)
    assert "is signed by another key" in small.wrong()[0].text


def test_an_exchanged_key_is_named(small: Small, tmp_path: Path) -> None:
    other = SigningKey.of(tmp_path / "other")
    (small.folder / "key.pub").write_bytes(other.public.pem)
    assert "the key was exchanged" in small.wrong()[0].text
    report = verify(small.folder, expected=small.home / PUBLIC)
    assert report.findings[0].what is What.KEY


def test_a_dropped_line_of_the_chain_is_named(small: Small) -> None:
    chain = small.folder / "chain" / "00000000.jsonl"
    rows = chain.read_bytes().splitlines(keepends=True)
    chain.write_bytes(b"".join(rows[:2] + rows[3:]))
    assert 3 in named(small.wrong(), What.DROPPED)


def test_lines_of_the_chain_that_changed_places_are_named(small: Small) -> None:
    chain = small.folder / "chain" / "00000000.jsonl"
    rows = chain.read_bytes().splitlines(keepends=True)
    chain.write_bytes(b"".join([*rows[:2], rows[3], rows[2], *rows[4:]]))
    assert named(small.wrong(), What.MOVED) == {3}


def test_an_archive_that_was_cut_everywhere_is_told_by_its_anchor_alone(small: Small, tmp_path: Path) -> None:
    small.fill(2)
    note = tmp_path / "anchors"
    note.write_text(f"{anchor(small.folder, BEGUN)}\n")
    assert verify(small.folder, noted(note)).sound
    second = max(small.folder.glob("tiny/*.warc.gz"))
    second.unlink()
    for path, count in ((small.folder / SEALS, 1), (small.folder / "chain" / "00000000.jsonl", 6)):
        path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:count]))
    assert small.report().sound, "nothing inside shows it"
    report = verify(small.folder, noted(note))
    assert [finding.what for finding in report.findings] == [What.ANCHOR]
    assert "had 9 records then, and has fewer now" in report.findings[0].text


def test_an_archive_made_anew_with_another_key_is_told_by_its_anchor(small: Small, tmp_path: Path) -> None:
    note = tmp_path / "anchors"
    known = anchor(small.folder, BEGUN)
    note.write_bytes(msgspec.json.encode(msgspec.structs.asdict(known) | {"root": known.root}))
    other = Small(tmp_path / "other")
    other.fill()
    assert other.report().sound
    (finding,) = verify(other.folder, noted(note)).findings
    assert "the key was exchanged since" in finding.text


def test_an_archive_made_anew_with_the_same_key_is_told_by_its_anchor(small: Small, tmp_path: Path) -> None:
    note = tmp_path / "anchors"
    note.write_text(str(anchor(small.folder, BEGUN)))
    other = Small(tmp_path / "other")
    for file in (PRIVATE, PUBLIC):
        (other.home / file).parent.mkdir(parents=True, exist_ok=True)
        (other.home / file).write_bytes((small.home / file).read_bytes())
    other.fill()
    assert other.report().sound
    assert [finding.what for finding in verify(other.folder, noted(note)).findings] == [What.ANCHOR]


def test_a_torn_end_that_was_changed_is_named(small: Small) -> None:
    (small.folder / "tiny" / "tiny-000000001.warc.gz.torn").write_bytes(b"x")
    assert "not what the ledger says" in small.wrong()[0].text


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """An archive with all that one can have: two segments, a revisit, a refusal, an erased and a torn record."""
    made = Small(tmp_path_factory.mktemp("pieces") / "home")
    made.fill(2, end=False)
    with made.segment.open("r+b") as file:
        file.truncate(made.lines()[-1].link.offset + 50)
    with closing(made.open()) as archive:
        archive.keep(made.exchange("/listing/k0", page("Lot 0")), ORIGIN)
        archive.keep(made.exchange("/big", b"", refused="too_large", status=0), ORIGIN)
        archive.end("tiny")
    erase(made.home, made.lines()[1:2], Reason(authority="order-1", by="me", text="by order"))
    assert made.report().sound
    return made


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_any_flipped_byte_is_found(pieces: Small, data: st.DataObject) -> None:
    files = sorted(path for path in pieces.folder.rglob("*") if path.is_file() and path.stat().st_size)
    path = data.draw(st.sampled_from(files))
    content = path.read_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    flip = data.draw(st.sampled_from([1 << bit for bit in range(8)] + [0xFF]))
    try:
        path.write_bytes(content[:place] + bytes([content[place] ^ flip]) + content[place + 1 :])
        report = verify(pieces.folder)
    finally:
        path.write_bytes(content)
    assert not report.sound
    assert json.loads(msgspec.json.encode(report.findings))


def forged(small: Small, place: int, **facts: object) -> None:
    """Let a line of the chain say something else, and join it and all lines after it anew, as anyone can who has no key."""
    chain = small.folder / "chain" / "00000000.jsonl"
    rows = [json.loads(row) for row in chain.read_bytes().splitlines()]
    rows[place]["link"] |= facts
    for number in range(place, len(rows)):
        link = rows[number]["link"]
        link |= {"hash": "", "previous": rows[number - 1]["link"]["hash"] if number > place else link["previous"]}
        link["hash"] = hashed(msgspec.json.encode(link))
    chain.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))


@pytest.mark.parametrize(
    "facts",
    [
        {"digest": "zz"},
        {"time": "2026-03-01T12:00:00"},
        {"time": "0001-01-01T00:00:00Z"},
        {"number": 10**11},
        {"number": 10**40},
        {"offset": -1},
        {"length": 10**14},
        {"segment": "../../etc/passwd"},
        {"id": "x"},
    ],
    ids=str,
)
def test_a_line_of_the_chain_that_nobody_wrote_is_named_whatever_it_says(
    small: Small, facts: dict[str, object]
) -> None:
    forged(small, 2, **facts)
    assert {finding.what for finding in small.wrong()} & {What.CHAIN, What.CLOCK, What.DROPPED, What.MANIFEST}


@pytest.mark.parametrize("length", [10, 2**40])
def test_a_forged_length_of_an_erased_record_is_named(small: Small, length: int) -> None:
    erase(small.home, small.lines()[2:3], Reason(authority="order-1", by="me", text="by order"))
    forged(small, 2, length=length)
    assert What.MANIFEST in {finding.what for finding in small.wrong()}


def test_a_changed_line_of_the_chain_is_not_laid_to_the_next_record(small: Small) -> None:
    chain = small.folder / "chain" / "00000000.jsonl"
    chain.write_bytes(chain.read_bytes().replace(b"/listing/k1", b"/listing/kX"))
    assert {finding.record for finding in small.wrong()} == {0, 3}


@pytest.mark.parametrize("name", ["note.txt", "tiny/page.html", "deep/tiny/tiny-000000001.warc.gz", "tiny/\udcff.gz"])
def test_a_file_that_nobody_wrote_is_named_wherever_it_is(small: Small, name: str) -> None:
    (small.folder / name).parent.mkdir(parents=True, exist_ok=True)
    (small.folder / name).write_bytes(b"x")
    (finding,) = small.wrong()
    assert (finding.what, finding.file) == (What.FOREIGN, name.replace("\udcff", "\ufffd"))
    assert msgspec.json.encode(finding)


def test_what_is_no_file_is_named_and_never_read(small: Small) -> None:
    os.mkfifo(small.folder / "tiny" / "tiny-000000099.warc.gz")
    (small.folder / "market").symlink_to(small.home)
    assert [finding.what for finding in small.wrong()] == [What.FOREIGN, What.FOREIGN]


def test_a_segment_that_was_made_long_is_not_read_to_its_end(small: Small) -> None:
    os.truncate(small.segment, 2**40)
    assert {finding.what for finding in small.wrong()} == {What.FOREIGN}


def test_a_home_whose_public_key_is_none_is_told(small: Small) -> None:
    (small.home / PUBLIC).write_bytes(b"x")
    assert named(list(verify_all(small.home).findings), What.KEY) == {0}


def test_an_anchor_that_an_editor_saved_in_its_own_way_is_read(small: Small, tmp_path: Path) -> None:
    (tmp_path / "anchors").write_bytes(f"\ufeff{anchor(small.folder, BEGUN)}\r\n".encode())
    assert verify(small.folder, noted(tmp_path / "anchors")).sound


@pytest.mark.parametrize("name", ["manifests.jsonl", "ledger.jsonl", "key.pub", "chain/00000000.jsonl"])
@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_a_file_that_something_else_stands_for_is_named(small: Small, name: str, make: Callable[[Path], None]) -> None:
    (small.folder / name).unlink(missing_ok=True)
    make(small.folder / name)
    assert any(finding.file in (name, f"tiny/{small.segment.name}") for finding in small.wrong())


@pytest.mark.parametrize(
    ("name", "remedy"), [("nosuch", "name a file that is there"), ("home", "name a file"), ("home/x", "is there")]
)
def test_what_cannot_be_read_is_said_with_what_helps_reading(small: Small, name: str, remedy: str) -> None:
    with pytest.raises(StorageError, match=remedy) as error:
        noted(small.home.parent / name)
    assert "space" not in str(error.value)
    assert "writable" not in str(error.value)


def test_an_anchor_over_manifests_that_are_a_folder_says_what_to_put_back(small: Small) -> None:
    (small.folder / SEALS).unlink()
    (small.folder / SEALS).mkdir()
    with pytest.raises(StorageError, match="put back the file that was there"):
        anchor(small.folder, BEGUN)


def test_a_mistyped_key_is_no_exchanged_key(small: Small, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="nosuch"):
        verify_all(small.home, key=tmp_path / "nosuch")

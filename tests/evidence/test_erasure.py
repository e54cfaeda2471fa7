"""Records are taken out under an authority, and never otherwise."""

import os
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from warcio.archiveiterator import ArchiveIterator

from crawlers.evidence.chain import FIRST, encode
from crawlers.evidence.erase import erase
from crawlers.evidence.erasing import filling
from crawlers.evidence.finding import What
from crawlers.evidence.keys import SigningKey
from crawlers.evidence.record import Kind
from crawlers.evidence.signed import LEDGER, Absence, Reason, add
from crawlers.evidence.verify import _Check
from pipeline.errors import SettingsError
from tests.evidence.conftest import BEGUN, ORIGIN, Small, page

ORDER = Reason(authority="order-12", by="officer", text="erasure ordered by the court")


def test_an_erased_record_is_gone_and_said_to_be_erased(small: Small) -> None:
    line = small.lines()[2]
    erase(small.home, [line], ORDER)
    (finding,) = small.report().findings
    assert (finding.what, finding.record, finding.id, finding.wrong) == (What.ERASED, 3, line.link.id, False)
    assert "erased under order-12 by officer" in finding.text
    with small.segment.open("rb") as file:
        contents = [record.content_stream().read() for record in ArchiveIterator(file)]
    assert not any(b"Lot 1<" in content for content in contents)
    assert sum(b"Lot 2<" in content for content in contents) == 1
    everything = b"".join(path.read_bytes() for path in small.folder.rglob("*") if path.is_file())
    assert line.url.encode() not in everything


def test_erasing_twice_changes_nothing(small: Small) -> None:
    line = small.lines()[2]
    first = erase(small.home, [line], ORDER)
    assert erase(small.home, [line], ORDER) == first
    assert small.report().sound


def test_a_crawl_goes_on_after_an_erasure_and_keeps_the_page_anew(small: Small) -> None:
    erase(small.home, small.lines()[1:2], ORDER)
    assert small.fill(1)[0].kind is Kind.RESPONSE
    assert small.report().sound


def test_a_record_is_erased_from_what_a_killed_crawl_left(empty: Small) -> None:
    empty.fill(3, end=False)
    erase(empty.home, empty.lines()[1:2], ORDER)
    assert [finding.what for finding in empty.report().findings] == [What.ERASED]


def test_an_erasure_that_was_killed_half_way_is_finished_by_the_same_command(small: Small) -> None:
    before = small.segment.read_bytes()
    line = small.lines()[2]
    erase(small.home, [line], ORDER)
    small.segment.write_bytes(before)
    assert not small.report().sound
    erase(small.home, [line], ORDER)
    assert small.report().sound


@pytest.mark.parametrize("signed", ["", "with another key"])
def test_a_forged_ledger_entry_does_not_help(small: Small, tmp_path: Path, signed: str) -> None:
    link = small.lines()[2].link
    forged = Absence(number=1, time=BEGUN, previous=FIRST, key=SigningKey.of(small.home).public.fingerprint, record=3, id=link.id, segment=link.segment, digest=link.digest, erased=ORDER)  # fmt: skip
    if signed:
        forged = add(tmp_path / LEDGER, SigningKey.of(tmp_path / "other"), forged)
    (small.folder / LEDGER).write_bytes(encode(forged) + b"\n")
    content = bytearray(small.segment.read_bytes())
    content[link.offset : link.end] = filling(forged, link)
    small.segment.write_bytes(content)
    found = {finding.what for finding in small.wrong()}
    assert What.LEDGER in found
    assert What.ALTERED in found
    assert What.ERASED not in {finding.what for finding in small.report().findings}


def test_a_dropped_ledger_is_told(small: Small) -> None:
    erase(small.home, small.lines()[2:3], ORDER)
    (small.folder / LEDGER).unlink()
    assert 3 in {finding.record for finding in small.wrong()}


def test_the_ledger_says_under_what_or_nothing_is_erased(small: Small) -> None:
    with pytest.raises(SettingsError, match="name the authority"):
        erase(small.home, small.lines()[1:2], msgspec.structs.replace(ORDER, authority=""))
    assert small.report().findings == ()


def test_a_page_that_only_repeats_an_erased_one_has_no_body_left(small: Small) -> None:
    with closing(small.open()) as archive:
        archive.keep(small.exchange("/again", page("Lot 1")), ORIGIN)
        archive.end("tiny")
    erase(small.home, small.lines()[2:3], ORDER)
    assert small.report().sound


def test_what_is_left_of_a_torn_record_is_erased_too(empty: Small) -> None:
    empty.fill(3, end=False)
    line = empty.lines()[-1]
    os.truncate(empty.segment, line.link.offset + 700)
    empty.fill(1)
    torn = empty.segment.with_name(empty.segment.name + ".torn")
    assert torn.stat().st_size == 700
    erase(empty.home, [line], ORDER)
    assert not torn.exists()
    (finding,) = empty.report().findings
    assert (finding.what, finding.record) == (What.ERASED, line.link.number)


def test_a_torn_end_that_is_gone_is_told(empty: Small) -> None:
    empty.fill(3, end=False)
    os.truncate(empty.segment, empty.lines()[-1].link.offset + 700)
    empty.fill(1)
    empty.segment.with_name(empty.segment.name + ".torn").unlink()
    assert [finding.what for finding in empty.wrong()] == [What.DROPPED]


def test_a_check_that_an_erasure_overtook_does_not_take_it_for_a_change(small: Small) -> None:
    check = _Check(small.folder)
    check.look(None)
    assert check.is_of_now()
    erase(small.home, small.lines()[2:3], ORDER)
    assert not check.is_of_now()


def test_the_cache_forgets_an_erased_address_down_to_its_bytes(small: Small) -> None:
    line = small.lines()[2]
    assert line.url.encode() in (small.home / "archive.db").read_bytes()
    erase(small.home, [line], ORDER)
    assert not any(line.url.encode() in path.read_bytes() for path in small.home.rglob("*") if path.is_file())

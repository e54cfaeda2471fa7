"""What is kept of an answer, and what a killed crawl leaves."""

import base64
import os
import resource
import shutil
import signal
import stat
import tracemalloc
import zlib
from contextlib import closing, suppress
from datetime import UTC, datetime
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec
import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from crawlers.evidence import chain
from crawlers.evidence.agreement import capture_of
from crawlers.evidence.archive import Archive
from crawlers.evidence.chain import FIRST
from crawlers.evidence.finding import What
from crawlers.evidence.merkle import climbed, path, root
from crawlers.evidence.record import CaptureRecord, Kind, uuid7
from crawlers.evidence.seen import Seen
from crawlers.evidence.verify import _Check
from crawlers.evidence.warc import GZIP, parsed
from pipeline.errors import StorageError
from tests.evidence.conftest import BEGUN, MIRROR, ORIGIN, Small, page

SPAWN = get_context("spawn")
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))


def records(small: Small) -> list[CaptureRecord]:
    found = []
    for line in small.lines():
        content = (small.folder / line.link.segment).read_bytes()
        record, _ = capture_of(content[line.link.offset : line.link.end])
        found += [record] if record else []
    return found


def test_a_record_says_all_that_is_known_of_its_answer(small: Small) -> None:
    first, second = records(small)[:2]
    assert (first.url, first.status, first.kind) == (f"http://{MIRROR}/listing/k0", 200, Kind.RESPONSE)
    assert first.requested < first.received <= first.written
    assert (first.lane, first.origin, first.clock_set_back, first.clock_offset_ms) == ("tiny.1", ORIGIN, False, 0)
    assert first.wire == first.page == first.stored
    assert (len(first.stored.sha256), len(first.stored.sha512), first.stored.size) == (64, 128, len(page("Lot 0")))
    assert second.previous == small.lines()[1].link.hash
    assert small.lines()[0].link.previous == FIRST


def test_no_cookie_is_kept_in_clear_and_equal_ones_look_equal(small: Small) -> None:
    content = b"".join(raw for raw in _members(small))
    assert b"c00kie" not in content
    assert b"s3cret" not in content
    assert len({record.request_headers for record in records(small)}) == 1


def _members(small: Small) -> list[bytes]:
    with small.segment.open("rb") as file:
        return [record.http_headers.to_bytes() for record in ArchiveIterator(file) if record.http_headers] + [
            msgspec.json.encode(record) for record in records(small)
        ]


def test_pictures_are_never_written_and_the_record_has_both_digests(empty: Small) -> None:
    body = page("Lot") + b'<img src="data:image/png;base64,' + PNG + b'">'
    with closing(empty.open()) as archive:
        kept = archive.keep(empty.exchange("/a", body), ORIGIN)
    (record,) = records(empty)
    assert PNG not in kept.body
    assert (record.pictures_cut, record.picture_bytes) == (1, len(PNG))
    assert record.page.sha256 != record.stored.sha256
    with empty.segment.open("rb") as file:
        assert not any(PNG[:40] in record.content_stream().read() for record in ArchiveIterator(file))


def test_what_is_no_text_is_dropped_and_its_digest_kept(empty: Small) -> None:
    with closing(empty.open()) as archive:
        kept = archive.keep(empty.exchange("/a", b"\x89PNG\r\n\x1a\nrest"), ORIGIN)
    (record,) = records(empty)
    assert (kept.body, record.stored.size, record.page.size) == (b"", 0, 12)


def test_a_body_that_was_kept_before_is_a_revisit_even_in_the_next_crawl(small: Small) -> None:
    kept = small.fill(1)
    last = records(small)[-1]
    assert kept[0].kind is last.kind is Kind.REVISIT
    assert kept[0].body == page("Lot 0")
    assert last.source is not None
    assert last.source.id == records(small)[0].id
    assert small.report().sound


def test_a_lost_cache_costs_a_copy_and_nothing_else(small: Small) -> None:
    for file in small.home.glob("archive.db*"):
        file.unlink()
    assert small.fill(1)[0].kind is Kind.RESPONSE
    assert small.report().sound


def test_a_refused_answer_is_a_record_without_a_body(empty: Small) -> None:
    with closing(empty.open()) as archive:
        archive.keep(empty.exchange("/big", b"", refused="too_large", detail="7 MB", status=0), ORIGIN)
        archive.end("tiny")
    (record,) = records(empty)
    assert (record.kind, record.refused, record.detail) == (Kind.REFUSED, "too_large", "7 MB")
    assert empty.report().sound


def test_every_segment_is_warc_that_other_tools_accept(small: Small, capsys: pytest.CaptureFixture[str]) -> None:
    small.fill(2)
    checker = Checker(
        type("Command", (), {"inputs": [str(path) for path in small.folder.rglob("*.warc.gz")], "verbose": True})
    )
    assert checker.process_all() == 0
    assert "digest failed" not in capsys.readouterr().out
    with small.segment.open("rb") as file:
        found = [(record.rec_type, record.rec_headers) for record in ArchiveIterator(file)]
    assert [kind for kind, _headers in found][:4] == ["warcinfo", "response", "request", "metadata"]
    assert not any(headers.get_header("WARC-IP-Address") for _, headers in found)
    assert {headers.protocol for _, headers in found} == {"WARC/1.1"}


def test_segments_are_closed_at_their_size(empty: Small) -> None:
    with closing(empty.open(segment_bytes=4_000)) as archive:
        for number in range(8):
            archive.keep(empty.exchange(f"/{number}", os.urandom(500).hex().encode()), ORIGIN)
        archive.end("tiny")
    report = empty.report()
    assert report.sound
    assert report.manifests == report.segments > 2


def test_two_markets_and_two_processes_share_one_chain(empty: Small) -> None:
    with closing(empty.open()) as one, closing(empty.open()) as other:
        for number in range(4):
            one.keep(empty.exchange(f"/{number}", page(f"a{number}"), "tiny"), ORIGIN)
            other.keep(empty.exchange(f"/{number}", page(f"b{number}"), "other"), ORIGIN)
        one.end("tiny")
        other.end("other")
    assert [line.link.number for line in empty.lines()] == list(range(1, 11))
    assert empty.report().sound


def test_a_long_chain_is_many_files(empty: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "PER_FILE", 3)
    with closing(empty.open()) as one, closing(empty.open()) as other:
        for number in range(5):
            one.keep(empty.exchange(f"/{number}", page(f"a{number}"), "tiny"), ORIGIN)
            other.keep(empty.exchange(f"/{number}", page(f"b{number}"), "other"), ORIGIN)
    empty.fill(2)
    assert len(list((empty.folder / "chain").iterdir())) == 5
    assert [line.link.number for line in empty.lines()] == list(range(1, 16))
    assert empty.report().sound


def test_what_a_crawl_adds_during_a_check_is_no_fault(small: Small) -> None:
    check = _Check(small.folder)
    check.look(None)
    small.fill(2)
    assert check.report(()).findings == ()


def test_an_open_segment_is_noted_and_sound(empty: Small) -> None:
    empty.fill(2, end=False)
    report = empty.report()
    assert report.sound
    assert [finding.what for finding in report.findings] == [What.OPEN]


@pytest.mark.parametrize("left", [0, 1, 700])
def test_a_torn_end_is_set_aside_and_told(empty: Small, left: int) -> None:
    empty.fill(3, end=False)
    link = empty.lines()[-1].link
    os.truncate(empty.segment, link.offset + left)
    empty.fill(1)
    (finding,) = empty.report().findings
    assert (finding.what, finding.record, finding.wrong) == (What.TORN, link.number, False)
    assert "was being written when the crawl was killed" in finding.text
    assert empty.segment.with_name(empty.segment.name + ".torn").stat().st_size == left


@pytest.mark.parametrize("left", [0, 700])
def test_a_record_that_a_killed_crawl_did_not_finish_is_told_before_the_next_crawl(empty: Small, left: int) -> None:
    empty.fill(3, end=False)
    link = empty.lines()[-1].link
    os.truncate(empty.segment, link.offset + left)
    report = empty.report()
    assert report.sound
    assert [(finding.what, finding.record) for finding in report.findings] == [(What.OPEN, 0), (What.TORN, link.number)]
    assert f"{left} of {link.length:,} bytes are there" in report.findings[1].text


def test_a_loss_of_power_that_left_zeros_is_a_torn_end(empty: Small) -> None:
    empty.fill(3, end=False)
    link = empty.lines()[-1].link
    os.truncate(empty.segment, link.offset + 512)
    os.truncate(empty.segment, link.end)
    empty.fill(1)
    assert [finding.what for finding in empty.report().findings] == [What.TORN]


def test_a_record_that_was_changed_before_its_segment_was_closed_is_not_taken_for_torn(empty: Small) -> None:
    empty.fill(3, end=False)
    content = bytearray(empty.segment.read_bytes())
    content[-100] ^= 1
    empty.segment.write_bytes(content)
    empty.fill(1)
    assert [(finding.what, finding.record) for finding in empty.wrong()] == [(What.ALTERED, 4)]


def test_a_loss_of_power_that_took_the_end_of_the_chain_is_mended(empty: Small) -> None:
    empty.fill(3, end=False)
    chain = empty.folder / "chain" / "00000000.jsonl"
    os.truncate(chain, chain.stat().st_size - 30)
    empty.fill(1)
    report = empty.report()
    assert report.sound, report.findings
    assert [(finding.what, finding.file[-5:]) for finding in report.findings] == [(What.TORN, ".torn")]
    assert len(empty.lines()) == 5


@pytest.mark.parametrize("done_before", [1, 7, 20])
def test_kill_9_loses_at_most_the_answer_in_hand(empty: Small, done_before: int) -> None:
    ready, told = SPAWN.Pipe(duplex=False)
    child = SPAWN.Process(target=_endless, args=(empty.home, told))
    child.start()
    told.close()
    done = 0
    while done < done_before:
        done = ready.recv()
    child.kill()
    child.join()
    with suppress(EOFError):
        while True:
            done = ready.recv()
    empty.time.now = datetime.now(UTC)
    empty.fill(1)
    report = empty.report()
    assert report.sound, report.findings
    assert {finding.what for finding in report.findings} <= {What.TORN}
    assert {f"n{number}" for number in range(done)} <= {record.url.rpartition("/")[2] for record in records(empty)}


def _endless(home: Path, told: Connection) -> None:
    small, archive = Small(home), Archive(home)
    for number in count():
        archive.keep(small.exchange(f"/n{number}", os.urandom(3_000).hex().encode()), ORIGIN)
        told.send(number + 1)


def test_a_full_disk_leaves_the_archive_as_it_was(empty: Small) -> None:
    child = SPAWN.Process(target=_fill_the_disk, args=(empty.home,))
    child.start()
    child.join()
    assert child.exitcode == 7
    report = empty.report()
    assert report.sound, report.findings
    assert report.records > 2


def _fill_the_disk(home: Path) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    small, archive = Small(home), Archive(home)
    try:
        while True:
            archive.keep(small.exchange("/a", os.urandom(4_000).hex().encode()), ORIGIN)
    except StorageError:
        os._exit(7)


def test_keys_are_for_their_owner_alone_and_never_made_twice(small: Small) -> None:
    key = small.home / "keys" / "evidence.key"
    before = key.read_bytes()
    small.fill(1)
    assert key.read_bytes() == before
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_an_archive_is_not_gone_on_with_under_another_key(small: Small) -> None:
    for file in ("evidence.key", "evidence.pub"):
        (small.home / "keys" / file).unlink()
    with pytest.raises(StorageError, match="put back the key"):
        small.open()


def test_ids_sort_by_time() -> None:
    early, late = uuid7(BEGUN), uuid7(BEGUN.replace(year=2027))
    assert early < late
    assert early[14] == "7"


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13])
def test_every_leaf_leads_to_the_root_and_no_node_is_a_leaf(count: int) -> None:
    leaves = [bytes([number]) for number in range(count)]
    assert {climbed(leaf, path(leaves, place)) for place, leaf in enumerate(leaves)} == {root(leaves)}
    assert root([root(leaves)]) != root(leaves)


def test_the_root_is_that_of_rfc_6962() -> None:
    import hashlib

    a, b, c = (hashlib.sha256(b"\x00" + one).digest() for one in (b"a", b"b", b"c"))
    left = hashlib.sha256(b"\x01" + a + b).digest()
    assert root([b"a", b"b", b"c"]) == hashlib.sha256(b"\x01" + left + c).digest()
    assert root([]) == hashlib.sha256(b"").digest()


def test_a_cache_is_asked_by_market(tmp_path: Path) -> None:
    with closing(Seen(tmp_path)) as seen:
        assert seen.of("tiny", "0" * 64) is None


def test_a_page_in_another_charset_can_be_read_from_the_archive(empty: Small) -> None:
    body = "<h1>Größe</h1>".encode("utf-16")
    with closing(empty.open()) as archive:
        kept = archive.keep(empty.exchange("/a", body, content_type="text/html; charset=utf-16"), ORIGIN)
    assert "Größe" in kept.body.decode()
    assert kept.content_type == "text/html; charset=utf-8"


def test_a_body_is_kept_anew_where_the_archive_is_not_the_one_that_the_cache_knows(small: Small) -> None:
    shutil.rmtree(small.folder)
    small.fill(1)
    assert [kept.kind for kept in small.fill(5)] == [Kind.REVISIT] + [Kind.RESPONSE] * 4


def test_a_body_is_kept_anew_where_the_earlier_one_was_changed(small: Small) -> None:
    content = bytearray(small.segment.read_bytes())
    content[small.bytes_of(2)[0] + 60] ^= 1
    small.segment.write_bytes(content)
    assert [kept.kind for kept in small.fill(2)] == [Kind.RESPONSE, Kind.REVISIT]


def test_a_record_that_unpacks_to_more_than_a_page_can_be_is_not_unpacked() -> None:
    packer = zlib.compressobj(1, wbits=GZIP)
    bomb = packer.compress(b"WARC/1.1\r\nWARC-Type: metadata\r\nContent-Length: 100663296\r\n\r\n")
    bomb += b"".join(packer.compress(bytes(2**20)) for _ in range(96)) + packer.flush()
    tracemalloc.start()
    assert list(parsed(bomb)) == []
    assert tracemalloc.get_traced_memory()[1] < 200 * 2**20
    tracemalloc.stop()


def test_a_cache_that_was_changed_costs_a_copy_and_nothing_else(small: Small) -> None:
    path = small.home / "archive.db"
    path.write_bytes(path.read_bytes().replace(b'{"id"', b'{"\xff"'))
    assert small.fill(1)[0].kind is Kind.RESPONSE

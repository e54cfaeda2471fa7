"""What a crawl leaves in the archive, and what is made of it afterwards."""

import base64
import io
import json
import signal
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from warcio.archiveiterator import ArchiveIterator

import headstamp
from crawlers import check
from crawlers.evidence.agreement import capture_of
from crawlers.evidence.keys import PublicKey
from crawlers.evidence.merkle import climbed
from crawlers.evidence.proof import Proof
from crawlers.evidence.record import CaptureRecord
from pipeline.errors import CorruptError, SettingsError
from pipeline.records import Capture, Listing
from pipeline.topics import LISTINGS
from tests.crawlers.conftest import MIRRORS, Answer, Bench, Limits, links, listing

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))


def stock(bench: Bench, count: int = 3) -> None:
    keys = [f"k{number}" for number in range(count)]
    bench.tiny.pages = {"/": links(*(f"/listing/{key}" for key in keys))}
    bench.tiny.pages |= {f"/listing/{key}": listing(f"Lot {key}", text="A long advert. " * 60) for key in keys}


@pytest.fixture
def said(bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """What a command prints as JSON, in the bench's home."""
    monkeypatch.setenv("HEADSTAMP_HOME", bench.settings.home)
    monkeypatch.setenv("HEADSTAMP_CRAWL_PROFILES", str(bench.folder))

    def run(*words: str, status: int = 0) -> Any:
        capsys.readouterr()
        assert headstamp.main([*words, "--json"]) == status
        return json.loads(capsys.readouterr().out)

    return run


def archive(bench: Bench) -> Path:
    return bench.settings.root / "archive"


def captures(bench: Bench) -> list[CaptureRecord]:
    found = []
    for line in (archive(bench) / "chain" / "00000000.jsonl").read_bytes().splitlines():
        link = msgspec.json.decode(line)["link"]
        content = (archive(bench) / link["segment"]).read_bytes()[link["offset"] :][: link["length"]]
        record, _ = capture_of(content)
        found += [record] if record else []
    return found


def listings(bench: Bench) -> list[Listing]:
    return [record for record in bench.published(LISTINGS) if isinstance(record, Listing)]


def test_every_answer_is_in_the_archive_and_its_listing_names_it(bench: Bench, said: Any) -> None:
    stock(bench)
    bench.tiny.pages["/"] = links("/listing/k0", "/listing/k1", "/listing/k2", "/page/1", "/page/2", "/page/3")
    bench.tiny.pages["/page/1"] = Answer(b"<form id=captcha></form>")
    bench.tiny.pages["/page/2"] = Answer(b"<h1>no</h1>", status=500)
    bench.tiny.pages["/page/3"] = Answer(b"x" * 200_000)
    bench.crawl()
    kept = captures(bench)
    addresses = [record.url.removeprefix(f"http://{MIRRORS[0]}") for record in kept]
    assert set(addresses) == {"/", "/listing/k0", "/listing/k1", "/listing/k2", "/page/1", "/page/2", "/page/3"}
    assert addresses.count("/page/2") == 3, "each try is an answer of its own"
    assert {record.refused for record in kept if record.url.endswith("/page/3")} == {"too_large"}
    names = {record.name: record for record in kept}
    for one in listings(bench):
        assert isinstance(one.provenance, Capture)
        record = names[one.provenance.record]
        assert (record.received, record.url, record.page.sha256) == (
            one.provenance.time,
            one.provenance.url,
            one.provenance.page,
        )
    assert said("verify")["sound"]


def test_a_record_says_who_led_there_and_by_which_rules(bench: Bench) -> None:
    stock(bench, 1)
    bench.crawl()
    start, offer = captures(bench)
    assert (start.parent, offer.parent) == ("", start.name)
    assert offer.lane.startswith("tiny.")
    assert (offer.origin.authority, len(offer.origin.profile), len(offer.origin.settings)) == ("test", 32, 32)
    assert dict(offer.request_headers)["User-Agent"].startswith("Mozilla/5.0")


def test_an_unchanged_page_is_a_revisit(bench: Bench, said: Any) -> None:
    stock(bench)
    bench.crawl()
    bench.crawl()
    kinds = [str(record.kind) for record in captures(bench) if "/listing/" in record.url]
    assert kinds == ["response"] * 3 + ["revisit"] * 3
    assert len(listings(bench)) == 3
    assert said("verify")["report"]["manifests"] == 2


def test_what_is_read_is_what_is_stored(bench: Bench) -> None:
    stock(bench, 1)
    shown = listing("Lot k0").body + b'<img src="data:image/png;base64,' + PNG + b'">'
    bench.tiny.pages["/listing/k0"] = Answer(shown)
    bench.crawl()
    everything = b"".join(
        record.content_stream().read()
        for path in archive(bench).rglob("*.warc.gz")
        for record in ArchiveIterator(io.BytesIO(path.read_bytes()))
    )
    assert PNG not in everything
    record = captures(bench)[-1]
    assert (record.pictures_cut, record.page.size) == (1, len(shown))
    assert listings(bench)[0].title == "Lot k0"


def test_the_digest_of_a_packed_page_is_that_of_the_packed_one_and_of_the_page(bench: Bench) -> None:
    import gzip
    import hashlib

    stock(bench, 1)
    plain = listing("Lot k0").body
    packed = gzip.compress(plain)
    bench.tiny.pages["/listing/k0"] = Answer(packed, headers={"Content-Encoding": "gzip"})
    bench.crawl()
    record = captures(bench)[-1]
    assert record.wire.sha256 == hashlib.sha256(packed).hexdigest()
    assert record.page.sha256 == hashlib.sha256(plain).hexdigest()
    assert ("Content-Encoding", "gzip") in record.response_headers


def test_an_answer_that_could_not_be_read_is_noted_each_time(bench: Bench) -> None:
    stock(bench, 1)
    bench.tiny.pages["/listing/k0"] = Answer(b"garbage", headers={"Content-Encoding": "gzip"})
    bench.crawl()
    kept = captures(bench)[1:]
    assert [(record.refused, record.wire.size) for record in kept] == [("malformed", 7)] * 3


def test_a_picture_under_the_name_of_a_page_is_noted_and_not_kept(bench: Bench) -> None:
    stock(bench, 1)
    bench.tiny.pages["/listing/k0"] = Answer(b"\x89PNG\r\n\x1a\n" + bytes(3_000))
    assert bench.crawl().visit["rejected"] == {"disguised": 1}
    record = captures(bench)[-1]
    assert (record.refused, record.stored.size) == ("disguised", 0)


def test_killed_crawls_leave_an_archive_that_holds(bench: Bench, said: Any) -> None:
    stock(bench, 12)
    bench.tiny.pause_s = 0.05
    for pages in (4, 8):
        bench.killed_at(pages, signal.SIGKILL)
    assert bench.crawl().visit["finished"]
    told = said("verify")
    assert told["sound"], told
    records = {record.name for record in captures(bench)}
    assert {one.provenance.record for one in listings(bench) if isinstance(one.provenance, Capture)} <= records


def test_a_full_disk_leaves_an_archive_that_holds_and_nothing_done_that_is_not_in_it(bench: Bench, said: Any) -> None:
    stock(bench, 30)
    bench.limits.file_bytes = 200_000
    assert bench.crawl().status == 1
    assert said("verify")["sound"]
    bench.limits = Limits()
    assert bench.crawl().visit["finished"]
    assert said("verify")["sound"]


def test_a_repaired_profile_repairs_the_past(bench: Bench, said: Any) -> None:
    stock(bench)
    good = (bench.folder / "tiny.yaml").read_text()
    (bench.folder / "tiny.yaml").write_text(good.replace("price: .price", "price: .cost"))
    bench.crawl()
    bench.tiny.pages["/listing/k1"] = listing("Lot k1, reduced", price="$90.00", text="A long advert. " * 60)
    bench.crawl()
    said("run", "--once")
    before = said("search", "--size", "10")["listings"]
    assert all("price" not in one["current"]["listing"] for one in before)
    (bench.folder / "tiny.yaml").write_text(good)
    first = said("extract", "--from-archive", "tiny")
    assert (first["pages"], first["listings"]) == (8, 4)
    said("run", "--once")
    after = {one["id"]: one for one in said("search", "--size", "10")["listings"]}
    assert sorted(one["current"]["listing"]["price"]["amount"] for one in after.values()) == [
        "120.00",
        "120.00",
        "90.00",
    ]
    for old in before:
        new = after[old["id"]]
        assert [one["capture"] for one in new["history"]] == [one["capture"] for one in old["history"]]
        assert all("price" in one for one in new["history"]), "also the price that was reduced since"
        assert (new["first_seen"], new["last_seen"]) == (old["first_seen"], old["last_seen"])
    assert said("extract", "--from-archive", "tiny")["published"] == 0
    assert bench.crawl().summary["news"] == 0, "the next crawl knows what was said"


def test_pages_that_nobody_could_read_become_listings_when_the_profile_can(bench: Bench, said: Any) -> None:
    stock(bench, 2)
    good = (bench.folder / "tiny.yaml").read_text()
    (bench.folder / "tiny.yaml").write_text(good.replace("title: h1", "title: h5"))
    assert bench.crawl().visit["rejected"] == {"no_title": 2}
    (bench.folder / "tiny.yaml").write_text(good)
    assert said("extract", "--from-archive", "tiny", "--since", "2999-01-01", status=1)["pages"] == 0
    assert said("extract", "--from-archive", "tiny", "--since", "2020-01-01")["listings"] == 2
    assert {one.title for one in listings(bench)} == {"Lot k0", "Lot k1"}


def exported(bench: Bench, said: Any, tmp_path: Path) -> tuple[zipfile.ZipFile, str]:
    stock(bench)
    bench.crawl()
    bench.crawl()
    told = said("evidence", "export", listings(bench)[0].id, "--to", str(tmp_path / "out.wacz"))
    assert told["captures"] == 2
    return zipfile.ZipFile(tmp_path / "out.wacz"), (tmp_path / "out.txt").read_text()


def test_exported_evidence_has_the_captures_byte_for_byte_with_proofs(bench: Bench, said: Any, tmp_path: Path) -> None:
    import hashlib

    file, _ = exported(bench, said, tmp_path)
    data = file.read("archive/data.warc.gz")
    (tmp_path / "key.pub").write_bytes(file.read("headstamp/key.pub"))
    key = PublicKey.read(tmp_path / "key.pub")
    for proof in msgspec.json.decode(file.read("headstamp/proof.json"), type=list[Proof]):
        digest = hashlib.sha256(data[proof.at : proof.at + proof.length]).digest()
        assert digest.hex() == proof.digest
        assert proof.manifest is not None
        assert (
            climbed(digest, [(step.side, bytes.fromhex(step.hash)) for step in proof.path]).hex() == proof.manifest.root
        )
        assert key.signed(proof.manifest.content, proof.manifest.signature)


def test_exported_evidence_is_checked_without_headstamp_as_the_document_says(
    bench: Bench, said: Any, tmp_path: Path
) -> None:
    exported(bench, said, tmp_path)
    document = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text()
    script = document.partition("```python\n")[2].partition("```")[0].replace("FILE.wacz", "out.wacz")
    command = [sys.executable, "-I", "-c", script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.count("holds: http://") == 2


def test_exported_evidence_is_a_wacz(bench: Bench, said: Any, tmp_path: Path) -> None:
    import gzip
    import hashlib

    file, text = exported(bench, said, tmp_path)
    assert {one.compress_type for one in file.infolist()} == {zipfile.ZIP_STORED}
    package = json.loads(file.read("datapackage.json"))
    assert package["wacz_version"] == "1.1.1"
    for resource in package["resources"]:
        assert resource["hash"] == f"sha256:{hashlib.sha256(file.read(resource['path'])).hexdigest()}"
    assert {one["path"] for one in package["resources"]} | {"datapackage.json", "datapackage-digest.json"} == set(
        file.namelist()
    )
    rows = gzip.decompress(file.read("indexes/index.cdx.gz")).decode().splitlines()
    data = file.read("archive/data.warc.gz")
    for row in rows:
        facts = json.loads(row.partition("{")[1] + row.partition("{")[2])
        start = int(facts["offset"])
        record = next(ArchiveIterator(io.BytesIO(data[start : start + int(facts["length"])])))
        assert record.rec_headers.get_header("WARC-Target-URI") == facts["url"]
        assert record.rec_headers.get_header("WARC-Payload-Digest") == facts["digest"]
    assert len(file.read("pages/pages.jsonl").splitlines()) == 3
    assert "does not prove what the market's server sent" in text


def test_a_record_can_be_exported_and_erased_by_its_name(bench: Bench, said: Any, tmp_path: Path) -> None:
    stock(bench)
    bench.crawl()
    record = captures(bench)[-1]
    assert said("evidence", "export", record.name, "--to", str(tmp_path / "one.wacz"))["captures"] == 1
    erased = said("evidence", "erase", record.name, "--authority", "practice", "--reason", "by order")
    assert [one["record"] for one in erased["archive"]] == [record.number]
    assert erased["erasure"] is None, "other records may show the same listing"
    (finding,) = said("verify")["report"]["findings"]
    assert (finding["what"], finding["record"]) == ("erased", record.number)
    assert headstamp.main(["evidence", "export", record.name, "--to", str(tmp_path / "two.wacz")]) == 2


def test_nothing_is_written_over_by_an_export(bench: Bench, said: Any, tmp_path: Path) -> None:
    stock(bench)
    bench.crawl()
    record = captures(bench)[-1].name
    told = said("evidence", "export", record, "--to", str(tmp_path / "case.txt"))
    assert (told["wacz"], told["statement"]) == (str(tmp_path / "case.txt"), str(tmp_path / "case.txt.txt"))
    assert zipfile.is_zipfile(tmp_path / "case.txt")
    assert headstamp.main(["evidence", "export", record, "--to", str(tmp_path / "case.txt")]) == 2


def test_a_page_that_was_changed_in_the_archive_is_not_read_again(bench: Bench, said: Any) -> None:
    stock(bench)
    bench.crawl()
    record = captures(bench)[-1]
    content = bytearray((archive(bench) / record.segment).read_bytes())
    content[record.offset + 60] ^= 1
    (archive(bench) / record.segment).write_bytes(content)
    assert said("extract", "--from-archive", "tiny")["without_body"] == 1


def test_nothing_is_erased_under_an_authority_that_nobody_recorded(bench: Bench, said: Any, capsys: Any) -> None:
    stock(bench)
    bench.crawl()
    name = captures(bench)[-1].name
    assert headstamp.main(["evidence", "erase", name, "--authority", "order-3", "--reason", "by order"]) == 2
    assert "there is no authority 'order-3' in" in capsys.readouterr().err
    assert said("verify")["report"]["findings"] == []


def test_a_listing_is_erased_with_all_its_captures(bench: Bench, said: Any) -> None:
    stock(bench)
    bench.crawl()
    bench.crawl()
    erased = said("evidence", "erase", listings(bench)[0].id, "--authority", "practice", "--reason", "by order")
    assert len(erased["archive"]) == 2
    assert said("verify")["sound"]
    assert said("extract", "--from-archive", "tiny")["pages"] == 6
    assert bench.crawl().status == 0
    assert said("verify")["sound"]


def test_an_anchor_is_one_short_line_that_verify_takes_back(
    bench: Bench, said: Any, capsys: Any, tmp_path: Path
) -> None:
    stock(bench)
    bench.crawl()
    assert said("evidence", "anchor")["records"] == 5
    assert headstamp.main(["evidence", "anchor"]) == 0
    line = capsys.readouterr().out
    assert len(line) < 120
    (tmp_path / "anchors").write_text(line)
    bench.crawl()
    assert said("verify", "--anchor", str(tmp_path / "anchors"))["sound"]
    (tmp_path / "anchors").write_text(line[:-3] + ("00\n" if line[-3:-1] != "00" else "11\n"))
    assert not said("verify", "--anchor", str(tmp_path / "anchors"), status=1)["sound"]


def test_a_copied_archive_is_checked_where_there_is_no_home(bench: Bench, said: Any, tmp_path: Path) -> None:
    import shutil

    stock(bench)
    bench.crawl()
    shutil.copytree(archive(bench), tmp_path / "copy")
    assert said("verify", str(tmp_path / "copy"))["sound"]
    said("run", "--once")
    assert headstamp.main(["verify", str(tmp_path / "copy" / "chain")]) == 2


def altered(bench: Bench) -> Path:
    """The segment, in which a byte of the second answer was flipped."""
    path = next(archive(bench).rglob("*.warc.gz"))
    content = bytearray(path.read_bytes())
    content[captures(bench)[1].offset + 40] ^= 4
    path.write_bytes(content)
    return path


def test_verify_says_what_is_wrong_in_words_and_fails(bench: Bench, said: Any, capsys: Any) -> None:
    stock(bench)
    bench.crawl()
    path = altered(bench)
    capsys.readouterr()
    assert headstamp.main(["verify"]) == 1
    told = capsys.readouterr().out
    assert f"WRONG altered    tiny/{path.name}: record 3, offset " in told
    assert "/listing/k0" in told
    assert "was changed after it was written" in told
    assert "--anchor" in told


def test_a_broken_audit_chain_is_told_too(bench: Bench, said: Any) -> None:
    from pipeline.audit import Audit
    from pipeline.records import Decision, Review
    from pipeline.sqlite import Database
    from tests.evidence.conftest import BEGUN

    stock(bench)
    bench.crawl()
    review = Review(id="r1", listing_id="l", version="v", decision=Decision.IN_SCOPE, analyst="a", time=BEGUN)
    with closing(Audit(bench.settings.root)) as audit:
        audit.file([review])
    assert said("verify")["sound"]
    with closing(Database(bench.settings.root / "audit.db", [""])) as database:
        database.run("UPDATE entry SET content=CAST(replace(CAST(content AS TEXT), 'in_scope', 'unsure') AS BLOB)")
    (finding,) = said("verify", status=1)["report"]["findings"]
    assert (finding["what"], finding["file"]) == ("audit", "audit.db")


def test_check_says_that_it_looks_quickly_where_only_verify_finds_the_fault(bench: Bench, said: Any) -> None:
    stock(bench)
    bench.crawl()
    altered(bench)
    assert check.archive(headstamp.deployment(bench.settings)).endswith("; a quick look, `headstamp verify` reads all")
    assert not said("verify", status=1)["sound"]


def test_check_has_a_line_about_the_archive(bench: Bench) -> None:
    deployment = headstamp.deployment(bench.settings)
    assert check.archive(deployment) == "no archive yet; `crawl` makes one"
    stock(bench)
    bench.crawl()
    assert check.archive(deployment).startswith("5 records, 1 manifests, key ")
    seals = archive(bench) / "manifests.jsonl"
    seals.write_bytes(seals.read_bytes().replace(b'"records":5', b'"records":4'))
    with pytest.raises(CorruptError, match="headstamp verify"):
        check.archive(deployment)


@pytest.mark.parametrize("what", ["nothing", "0" * 32, "01234567-89ab-7cde-8f01-23456789abcd"])
def test_what_is_not_in_the_archive_is_said(bench: Bench, what: str, tmp_path: Path) -> None:
    from crawlers.evidence.lookup import records_of

    stock(bench, 1)
    bench.crawl()
    with pytest.raises(SettingsError, match="headstamp search"):
        records_of(what, headstamp.deployment(bench.settings), archive(bench))


def test_a_time_stamp_is_asked_for_and_filed_without_any_network(
    bench: Bench, said: Any, tmp_path: Path, capsys: Any
) -> None:
    stock(bench, 1)
    bench.crawl()
    asked, answer = tmp_path / "ask.tsq", tmp_path / "answer.tsr"
    assert headstamp.main(["evidence", "stamp", "--request", str(asked)]) == 0
    _stamped_by_openssl(tmp_path, asked, answer)
    assert headstamp.main(["evidence", "stamp", "--response", str(answer)]) == 0
    filed = next((archive(bench) / "stamps").glob("*.tsr"))
    assert filed.read_bytes() == answer.read_bytes()
    assert filed.with_suffix(".txt").read_text().startswith("headstamp-anchor-1 ")
    filed.with_suffix(".txt").unlink()
    assert headstamp.main(["evidence", "stamp", "--response", str(answer)]) == 2
    assert "stamps nothing that was asked for here" in capsys.readouterr().err
    assert headstamp.main(["evidence", "stamp"]) == 2


def _stamped_by_openssl(folder: Path, asked: Path, answer: Path) -> None:
    """The answer of a time-stamp authority of the test's own."""
    (folder / "tsa.cnf").write_text(
        "[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=Test TSA\n"
        "[ext]\nextendedKeyUsage=critical,timeStamping\n"
        f"[tsa]\ndefault_tsa=own\n[own]\nserial={folder}/serial\ndefault_policy=1.2.3.4\nsigner_digest=sha256\n"
        "digests=sha256,sha512\n"
    )
    (folder / "serial").write_text("01\n")
    make = f"openssl req -x509 -config {folder}/tsa.cnf -newkey rsa:2048 -nodes -keyout {folder}/tsa.key -out {folder}/tsa.pem -days 2"
    sign = (
        f"openssl ts -reply -config {folder}/tsa.cnf -section own -queryfile {asked} -signer {folder}/tsa.pem"
        f" -inkey {folder}/tsa.key -out {answer}"
    )
    for command in (make, sign):
        subprocess.run(command.split(), check=True, capture_output=True)


def test_messages_of_the_log_are_left_as_they_were(bench: Bench, said: Any) -> None:
    stock(bench, 1)
    bench.crawl()
    before = bench.published(LISTINGS)
    assert said("extract", "--from-archive", "tiny")["published"] == 0
    assert bench.published(LISTINGS) == before

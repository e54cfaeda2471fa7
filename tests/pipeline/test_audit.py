"""The audit sees any change, and files a record once."""

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import headstamp
from pipeline import codec
from pipeline.audit import FILE, FIRST, MIGRATIONS, Audit, canonical
from pipeline.broker.sqlite import SqliteBroker
from pipeline.records import Action, AuditEntry, Decision, Erasure, Review
from pipeline.sqlite import Database
from pipeline.taxonomy import Act
from pipeline.topics import AUDIT

ROOT = Path(__file__).parents[2]
TIME = datetime(2026, 3, 1, 12, tzinfo=UTC)
FILED = 5


def review(id_: str, **more: object) -> Review:
    told = {"listing_id": "l1", "version": "v1", "decision": Decision.IN_SCOPE, "analyst": "ana", "time": TIME}
    return Review(id=id_, **{**told, **more})  # type: ignore[arg-type]  # the test says which


ERASURE = Erasure(id="e1", listing_id="l2", analyst="ben", time=TIME, reason="order 12")


@pytest.fixture
def audit(tmp_path: Path) -> Iterator[Audit]:
    with closing(Audit(tmp_path)) as opened:
        yield opened


def test_an_entry_says_who_did_what_to_which_listing_and_when(audit: Audit) -> None:
    (entry,) = audit.file([review("r1", reason="matches the wording", category="FA")])
    assert (entry.id, entry.number, entry.previous) == ("r1", 1, FIRST)
    assert (entry.analyst, entry.action, entry.subject, entry.time) == ("ana", Action.REVIEW, "l1", TIME)
    assert entry.detail == '{"category":"FA","decision":"in_scope","reason":"matches the wording","version":"v1"}'


def test_an_entry_says_what_the_text_does_where_it_is_no_offer(audit: Audit) -> None:
    (entry,) = audit.file([review("r1", decision=Decision.OUT_OF_SCOPE, category="FA", act=Act.REQUEST)])
    assert entry.detail == '{"act":"request","category":"FA","decision":"out_of_scope","version":"v1"}'


def test_undoing_and_erasing_are_actions_of_their_own(audit: Audit) -> None:
    undo = review("r2", decision=Decision.UNDO, undoes="r1")
    entries = audit.file([review("r1"), undo, ERASURE])
    assert [entry.action for entry in entries] == [Action.REVIEW, Action.UNDO, Action.ERASE]
    assert '"undoes":"r1"' in entries[1].detail
    assert (entries[2].subject, entries[2].detail) == ("l2", '{"reason":"order 12"}')


def test_each_entry_names_the_hash_of_the_one_before(audit: Audit) -> None:
    first, second = audit.file([review("r1"), review("r2")])
    (third,) = audit.file([review("r3")])
    assert (second.previous, third.previous) == (first.hash, second.hash)
    assert [entry.number for entry in audit.entries()] == [1, 2, 3]


def test_a_record_is_filed_once(audit: Audit) -> None:
    (entry,) = audit.file([review("r1")])
    assert audit.file([review("r1"), review("r1", analyst="eve")]) == [entry, entry]
    assert list(audit.entries()) == [entry]


def test_an_entry_from_the_log_proves_its_own_hash(audit: Audit) -> None:
    (entry,) = audit.file([review("r1", time=TIME.astimezone(timezone(timedelta(hours=3))))])
    read = codec.decode(codec.message(entry), (AuditEntry,))
    assert isinstance(read, AuditEntry)
    assert hashlib.sha256(canonical(read)).hexdigest() == entry.hash


def test_a_batch_that_fails_files_nothing(audit: Audit) -> None:
    with pytest.raises(UnicodeEncodeError):
        audit.file([review("r1"), review("r2", reason="\ud800")])
    assert (list(audit.entries()), audit.head()) == ([], (0, FIRST))


def test_the_entries_outlive_the_process(audit: Audit, tmp_path: Path) -> None:
    entries = audit.file([review("r1"), ERASURE])
    with closing(Audit(tmp_path)) as again:
        assert list(again.entries()) == entries
        assert again.head() == (2, entries[-1].hash)


def test_an_empty_and_an_unaltered_chain_hold(audit: Audit) -> None:
    assert audit.verify() is None
    audit.file([review("r1"), ERASURE])
    assert audit.verify() is None


FILE_MANY = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pipeline.audit import Audit
from pipeline.records import Erasure
audit = Audit(Path(sys.argv[1]))
for number in range(50):
    time = datetime(2026, 3, 1, tzinfo=UTC)
    audit.file([Erasure(id=f"{name}{number}", listing_id="l", analyst="a", time=time, reason="") for name in (sys.argv[2], "both")])
"""


def test_processes_that_file_at_once_make_one_chain(audit: Audit, tmp_path: Path) -> None:
    words = [sys.executable, "-c", FILE_MANY, str(tmp_path)]
    with subprocess.Popen([*words, "a"], cwd=ROOT) as one, subprocess.Popen([*words, "b"], cwd=ROOT) as two:
        assert (one.wait(), two.wait()) == (0, 0)
    assert audit.verify() is None
    ids = [entry.id for entry in audit.entries()]
    assert sorted(ids) == sorted(f"{name}{number}" for name in ("a", "b", "both") for number in range(50))


COLUMNS: dict[str, st.SearchStrategy[int | str | bytes]] = {
    "number": st.integers(-1, 9),
    "id": st.text(max_size=3),
    "content": st.binary(max_size=3),
    "hash": st.text("0123456789abcdef", min_size=64, max_size=64),
}


def rows(database: Database) -> Sequence[tuple[object, ...]]:
    return database.all("SELECT * FROM entry ORDER BY number")


@settings(max_examples=150)
@given(data=st.data())
def test_any_change_to_any_entry_is_seen(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder, closing(Audit(Path(folder))) as audit:
        audit.file([review(f"r{number}", reason="because " * number) for number in range(FILED)])
        with closing(Database(Path(folder) / FILE, MIGRATIONS)) as database:
            before = rows(database)
            tamper(database, data)
            changed = rows(database) != before
        assert (audit.verify() is not None) is changed


def tamper(database: Database, data: st.DataObject) -> None:
    one, other = (data.draw(st.integers(1, FILED)) for _ in range(2))
    match data.draw(st.sampled_from(["column", "byte", "remove", "swap", "cut"])):
        case "column":
            column = data.draw(st.sampled_from(sorted(COLUMNS)))
            # Another entry's number or id would break the table's own rule.
            database.run(f"UPDATE OR IGNORE entry SET {column}=? WHERE number=?", data.draw(COLUMNS[column]), one)
        case "byte":
            change_a_byte(database, one, data)
        case "remove":
            database.run("DELETE FROM entry WHERE number=?", one)
        case "cut":
            database.run("DELETE FROM entry WHERE number>=?", one)
        case _:
            swap(database, one, other)


def change_a_byte(database: Database, number: int, data: st.DataObject) -> None:
    row = database.row("SELECT content FROM entry WHERE number=?", number)
    assert row is not None
    content = bytearray(row[0])  # type: ignore[arg-type]  # the column is a BLOB
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    database.run("UPDATE entry SET content=? WHERE number=?", bytes(content), number)


def swap(database: Database, one: int, other: int) -> None:
    for number, place in ((one, -1), (other, one), (-1, other)):
        database.run("UPDATE OR IGNORE entry SET number=? WHERE number=?", place, number)


@pytest.mark.parametrize("field", ["analyst", "action", "subject", "detail", "time", "previous", "id", "number"])
def test_a_forger_who_mends_one_hash_breaks_the_next(audit: Audit, tmp_path: Path, field: str) -> None:
    audit.file([review(f"r{number}") for number in range(FILED)])
    with closing(Database(tmp_path / FILE, MIGRATIONS)) as database:
        row = database.row("SELECT content FROM entry WHERE number=2")
        assert row is not None
        content = bytes(row[0]).replace(b'"%s":' % field.encode(), b'"%s":"x","was":' % field.encode())  # type: ignore[arg-type]
        digest = hashlib.sha256(content).hexdigest()
        database.run("UPDATE entry SET content=?, hash=? WHERE number=2", content, digest)
    assert str(audit.verify()).startswith("entry 2 was changed")


def test_the_report_names_the_missing_entry(audit: Audit, tmp_path: Path) -> None:
    audit.file([review(f"r{number}") for number in range(FILED)])
    with closing(Database(tmp_path / FILE, MIGRATIONS)) as database:
        database.run("DELETE FROM entry WHERE number=3")
        assert audit.verify() == "entry 3 is missing"
        database.run("DELETE FROM entry WHERE number>2")
        assert audit.verify() == "entry 2 is the last, but the chain once ended with entry 5"


def told(home: Path, *ids: str) -> list[AuditEntry]:
    with closing(Audit(home)) as chain:
        return chain.file([review(id_) for id_ in ids])


def checked(home: Path, log: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("HEADSTAMP_HOME", str(home))
    monkeypatch.setenv("HEADSTAMP_BROKER", f"sqlite:///{log}")
    headstamp.main(["check", "--json"])
    found = {each["part"]: each for each in json.loads(capsys.readouterr().out)}["audit"]
    return f"{found['state']}: {found['detail']}"


def test_a_second_settle_with_a_home_of_its_own_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other, none = (tmp_path / name for name in ("one", "other", "none"))
    for home in (one, other, none):
        home.mkdir()
    log = tmp_path / "log.db"
    with closing(SqliteBroker(log)) as broker:
        broker.publish(AUDIT.name, codec.messages(told(one, "r1", "r2") + told(one, "r2")))
        assert "ok: 2 entries" in checked(one, log, capsys, monkeypatch)
        assert "ok: 0 entries" in checked(none, log, capsys, monkeypatch)
        broker.publish(AUDIT.name, codec.messages(told(other, "r3")))
    for home in (one, other, none):
        assert "failed: topic audit has a second chain (entry 1 of" in checked(home, log, capsys, monkeypatch)


def test_a_chain_that_goes_on_from_an_old_copy_is_found(audit: Audit, tmp_path: Path) -> None:
    entries = audit.file([review("r1"), review("r2")])
    assert audit.second(entries) is None
    old = tmp_path / "old"
    old.mkdir()
    told(old, "r1")
    with closing(Audit(old)) as copy:
        assert copy.second(entries) == entries[1]

"""Mirror lists that the market's key signed, and all those that it did not."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pysequoia import ArmorKind, Cert, SignatureMode, Tsk, armor, sign
from pysequoia.packet import PacketPile

import headstamp
from crawlers.address import onion
from crawlers.frontier import Frontier
from crawlers.mirrors.signed import MOST_MIRRORS, MirrorList, Unbelieved, mirror_list
from crawlers.mirrors.store import Mirrors, widened
from crawlers.profile import MarketProfile, MirrorKey, load
from pipeline.errors import SettingsError
from pipeline.records import Listing, Task, listing_id
from pipeline.topics import LISTINGS, TASKS
from tests.crawlers.conftest import MIRRORS, Answer, Bench, links, listing

MARKET, STRANGER = (Tsk.generate(user_id="Invented Market <market@market.example>") for _ in range(2))
KEY = str(MARKET.extract_certificate())
FINGERPRINT = MARKET.extract_certificate().fingerprint
NEW = onion(bytes(range(64, 96)))
SIGNATURE = b"-----BEGIN PGP SIGNATURE-----"


def clear(text: str, key: Tsk = MARKET) -> bytes:
    return sign(key.signer(), text.encode(), mode=SignatureMode.CLEAR)


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=5)


def read(body: bytes, last: datetime | None = None, now: datetime | None = None) -> MirrorList | Unbelieved:
    return mirror_list(body, KEY, now or soon(), last)


def reason(body: bytes, last: datetime | None = None, now: datetime | None = None) -> str:
    found = read(body, last, now)
    assert isinstance(found, Unbelieved)
    return found.reason


LIST = clear(f"Our mirrors:\n\nhttp://{NEW}/\n- {MIRRORS[0]}\nhttp://{NEW}/again\n")


def test_a_list_that_the_pinned_key_signed_names_its_mirrors() -> None:
    found = read(LIST)
    assert isinstance(found, MirrorList)
    assert found.mirrors == (NEW, MIRRORS[0])


def test_only_whole_v3_onions_with_a_right_checksum_are_taken() -> None:
    wrong = "a" + NEW[1:]
    text = f"{wrong} x{NEW} {NEW}.example sub.{NEW} facebookcorewwwi.onion http://market.example {NEW.upper()}"
    found = read(clear(text))
    assert isinstance(found, MirrorList)
    assert found.mirrors == (NEW,)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (f"http://{NEW}/".encode(), "no text with one cleartext signature"),
        (b"", "no text with one cleartext signature"),
        (LIST + LIST, "no text with one cleartext signature"),
        (LIST[:-60], "cut"),
        (LIST.replace(NEW[:5].encode(), MIRRORS[1][:5].encode()), "did not sign it"),
        (clear(NEW, STRANGER), "did not sign it"),
        (sign(MARKET.signer(), NEW.encode()), "no text with one cleartext signature"),
        (clear("we have no mirrors"), "names no v3 onion"),
        (clear(" ".join(onion(bytes([n]) * 32) for n in range(MOST_MIRRORS + 1))), "more than 64"),
        (LIST + b" " * 300_000, "more than 256 KiB"),
    ],
    ids=["unsigned", "empty", "twice", "cut", "altered", "stranger", "inline", "none", "many", "large"],
)
def test_any_other_list_is_not_believed(body: bytes, told: str) -> None:
    assert told in reason(body)


def test_what_stands_around_the_signed_part_is_not_read() -> None:
    found = read(f"http://{MIRRORS[1]}/\n".encode() + LIST + f"http://{MIRRORS[1]}/\n".encode())
    assert isinstance(found, MirrorList)
    assert MIRRORS[1] not in found.mirrors


def test_an_older_list_is_a_replay_and_the_same_one_is_not() -> None:
    found = read(LIST)
    assert isinstance(found, MirrorList)
    assert "before the list accepted last" in reason(LIST, found.signed + timedelta(seconds=1))
    assert read(LIST, found.signed) == found


def test_a_list_of_the_future_is_not_believed() -> None:
    assert "signed in the future" in reason(LIST, now=datetime.now(UTC) - timedelta(days=1))


def test_a_forged_second_signature_cannot_make_an_old_list_look_new() -> None:
    text, signature = LIST.split(SIGNATURE)
    forged = clear(NEW, STRANGER).split(SIGNATURE)[1]
    packets = [bytes(next(iter(PacketPile.from_bytes(SIGNATURE + one)))) for one in (forged, signature)]
    both = text + armor(b"".join(packets), ArmorKind.Signature).encode()
    assert "more than one signature" in reason(both)


def test_a_revoked_key_is_believed_no_more() -> None:
    certificate = Cert.from_bytes(KEY.encode())
    revoked = Cert.from_bytes(bytes(certificate) + bytes(certificate.revoke(MARKET.certifier())))
    found = mirror_list(LIST, str(revoked), soon(), None)
    assert isinstance(found, Unbelieved)
    assert "revoked" in found.reason


@settings(max_examples=150)
@given(st.data())
def test_no_altered_list_is_believed_and_none_raises(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(LIST) - 1))
    body = LIST[:at] + data.draw(st.binary(max_size=3)) + LIST[at + data.draw(st.integers(0, 3)) :]
    found = read(body)
    assert isinstance(found, Unbelieved) or set(found.mirrors) <= {NEW, MIRRORS[0]}


@pytest.fixture
def frontier(tmp_path: Path) -> Iterator[Frontier]:
    made = Frontier(tmp_path)
    yield made
    made.close()


def profile(key: Tsk = MARKET) -> MarketProfile:
    certificate = key.extract_certificate()
    return MarketProfile(
        market="smithy",
        mirrors=MIRRORS[:1],
        mirror_key=MirrorKey(fingerprint=certificate.fingerprint, armored=str(certificate)),
    )


def test_an_accepted_list_is_kept_and_an_unbelieved_one_changes_nothing(frontier: Frontier) -> None:
    mirrors = Mirrors(database=frontier.database, profile=profile())
    assert mirrors.listed() == ()
    mirrors.accept(LIST, soon())
    mirrors.accept(clear(MIRRORS[1], STRANGER), soon())
    assert mirrors.listed() == (NEW, MIRRORS[0])
    assert widened(mirrors.profile, mirrors.listed()).mirrors == (MIRRORS[0], NEW)


def test_mirrors_of_a_key_that_is_pinned_no_more_are_forgotten(frontier: Frontier) -> None:
    Mirrors(database=frontier.database, profile=profile()).accept(LIST, soon())
    changed = Mirrors(database=frontier.database, profile=profile(STRANGER))
    assert (changed.listed(), changed.last()) == ((), None)


def test_which_mirrors_are_known_does_not_change_what_a_profile_reads() -> None:
    assert widened(profile(), (NEW,)).digest == profile().digest


def pinned(bench: Bench, more: str = "mirror_list: /mirrors.txt") -> None:
    (bench.folder / "tiny.asc").write_text(KEY)
    bench.profile(more=f"mirror_key: {{fingerprint: {FINGERPRINT}, file: tiny.asc}}\n{more}")


def test_a_visit_reads_the_list_and_the_next_one_knows_its_mirrors(bench: Bench) -> None:
    pinned(bench)
    shop = {"/": links("/listing/k0"), "/listing/k0": listing("Lot")}
    signed = clear(f"http://{MIRRORS[1]}/").decode().replace("&", "&amp;").replace("<", "&lt;")
    bench.tiny.pages = {**shop, "/mirrors.txt": Answer(f"<h1>Mirrors</h1><pre>{signed}</pre>".encode())}
    assert bench.crawl().status == 0
    bench.tiny.down = {MIRRORS[0]}
    done = bench.crawl()
    assert (done.status, done.summary["listings"]) == (0, 1), done.errors
    assert bench.tiny.hosts[-1] == MIRRORS[1]
    assert bench.published(TASKS) == []
    assert {one.id for one in bench.published(LISTINGS) if isinstance(one, Listing)} == {listing_id("tiny", "k0")}


def test_a_list_that_is_not_believed_makes_a_task_and_nothing_else(bench: Bench) -> None:
    pinned(bench)
    forged = Answer(clear(f"http://{MIRRORS[1]}/", STRANGER), headers={"Content-Type": "text/plain"})
    bench.tiny.pages = {"/": links("/listing/k0"), "/listing/k0": listing("Lot"), "/mirrors.txt": forged}
    assert bench.crawl().visit["finished"]
    (task,) = bench.published(TASKS)
    assert isinstance(task, Task)
    assert (task.kind, task.market) == ("mirrors", "tiny")
    assert "did not sign it" in task.detail
    bench.tiny.down = {MIRRORS[0]}
    assert bench.crawl().visit["unreachable"]


def test_a_saved_list_is_taken_by_hand(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    pinned(bench, "")
    config = bench.folder / "headstamp.toml"
    config.write_text(f'home = "{bench.settings.home}"\n[crawl]\nprofiles = "{bench.folder}"\n')
    (bench.folder / "good.txt").write_bytes(LIST)
    (bench.folder / "bad.txt").write_bytes(clear(NEW, STRANGER))
    words = ["--config", str(config), "profile", "mirrors", "tiny"]
    assert headstamp.main([*words, str(bench.folder / "good.txt"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["mirrors"] == [NEW, MIRRORS[0]]
    assert headstamp.main([*words, str(bench.folder / "good.txt")]) == 0
    assert headstamp.main([*words, str(bench.folder / "bad.txt")]) == 1
    assert "the list changed nothing" in capsys.readouterr().err
    assert len(bench.published(TASKS)) == 1
    assert headstamp.main([*words, str(bench.folder / "missing.txt")]) == 2


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (f"{{fingerprint: {'a' * 40}, file: tiny.asc}}", "the key's fingerprint is"),
        (f"{{fingerprint: {FINGERPRINT}}}", "is no OpenPGP public key"),
        (f"{{fingerprint: {FINGERPRINT}, file: ../tiny.asc}}", "is no file beside the profile"),
        (
            f"{{fingerprint: {FINGERPRINT}, file: missing.asc}}",
            "missing.asc: No such file or directory; mirror_key.file names an ASCII-armored",
        ),
        (f"{{fingerprint: {FINGERPRINT}, file: secret.asc}}", "is a secret key"),
        ("null\nmirror_list: /mirrors.txt", "no list can be believed"),
        (f"{{fingerprint: {FINGERPRINT}, files: tiny.asc}}", "did you mean 'file'"),
    ],
    ids=["another", "none", "elsewhere", "missing", "secret", "no key at all", "misspelt"],
)
def test_a_key_that_cannot_be_pinned_is_refused(tmp_path: Path, key: str, told: str) -> None:
    (tmp_path / "tiny.asc").write_text(KEY)
    (tmp_path / "secret.asc").write_text(str(MARKET))
    (tmp_path / "tiny.yaml").write_text(f"market: tiny\nmirror_key: {key}\n")
    with pytest.raises(SettingsError, match=told):
        load("tiny", str(tmp_path))


def test_a_pinned_fingerprint_may_be_written_in_groups(tmp_path: Path) -> None:
    grouped = " ".join(FINGERPRINT.upper()[at : at + 4] for at in range(0, 40, 4))
    (tmp_path / "tiny.asc").write_text(KEY)
    (tmp_path / "tiny.yaml").write_text(f"market: tiny\nmirror_key: {{fingerprint: {grouped}, file: tiny.asc}}\n")
    assert load("tiny", str(tmp_path)).mirror_key

"""The cookies of a session: handed over, sent back, kept up to date, kept secret."""

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.gates.cookies import MOST_COOKIES, Cookie, Jar
from crawlers.gates.handed import handed
from crawlers.gates.session import Session, lane
from crawlers.gates.vault import KEY, Vault
from pipeline.errors import SettingsError, StorageError
from tests.crawlers.conftest import MIRRORS

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOST = MIRRORS[0]
SECRET = "s3cr3t-value-of-a-session"


def cookie(name: str = "sid", value: str = "1", **more: object) -> Cookie:
    return Cookie(name=name, value=value, domain=HOST, **more)  # type: ignore[arg-type]  # a test's shorthand


def session(value: str = SECRET) -> Session:
    return Session(
        market="tiny",
        lane=lane("tiny"),
        user_agent="Agent/1",
        authority="test",
        opened=NOW,
        cookies=(cookie(value=value),),
    )


def test_a_cookie_goes_only_to_its_mirror_and_below_its_path() -> None:
    jar = Jar(cookies=(cookie("a"), cookie("b", path="/shop")))
    assert jar.header(HOST, "/", NOW) == "a=1"
    assert jar.header(HOST, "/shop/5", NOW) == "b=1; a=1"
    assert jar.header(HOST, "/shopping", NOW) == "a=1"
    assert jar.header(MIRRORS[1], "/", NOW) == ""


def test_a_new_value_takes_the_old_ones_place_and_an_expired_cookie_goes() -> None:
    jar = Jar(cookies=(cookie("sid", "old"), cookie("other")))
    jar = jar.heard(["sid=new; Path=/; HttpOnly", "other=x; Max-Age=0; Path=/"], HOST, "/", NOW)
    assert jar.header(HOST, "/", NOW) == "sid=new"
    jar = jar.heard(["sid=gone; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], HOST, "/", NOW)
    assert jar.header(HOST, "/", NOW) == ""


def test_a_cookie_ends_at_its_time() -> None:
    jar = Jar().heard(["sid=1; Path=/; Max-Age=60"], HOST, "/", NOW)
    assert jar.header(HOST, "/", NOW + timedelta(seconds=59)) == "sid=1"
    assert jar.header(HOST, "/", NOW + timedelta(seconds=61)) == ""


def test_a_cookie_for_another_host_is_not_taken() -> None:
    assert Jar().heard(["sid=1; Domain=elsewhere.example"], HOST, "/", NOW) == Jar()


def test_a_market_cannot_fill_the_memory_with_cookies() -> None:
    jar = Jar().heard([f"n{number}=1; Path=/" for number in range(500)] + ["big=" + "x" * 9_000], HOST, "/", NOW)
    assert len(jar.cookies) == MOST_COOKIES


@given(st.text(max_size=200))
def test_no_line_breaks_a_jar_or_a_header(line: str) -> None:
    header = Jar().heard([line], HOST, "/", NOW).header(HOST, "/", NOW)
    assert "\n" not in header
    assert "\r" not in header


def test_nothing_that_is_printed_shows_a_value(tmp_path: Path) -> None:
    file = tmp_path / "cookies.json"
    file.write_text(json.dumps([{"name": "sid", "value": SECRET, "domain": HOST}]))
    for shown in (session(), session().jar, cookie(value=SECRET), handed(file, [HOST])):
        assert SECRET not in f"{shown!r} {shown!s} {shown}"


@pytest.mark.parametrize(
    "text",
    [
        f"# Netscape HTTP Cookie File\n#HttpOnly_.{HOST}\tTRUE\t/\tTRUE\t1999999999\tsid\t{SECRET}\nmail.example\tFALSE\t/\tFALSE\t0\tm\t2\n",
        json.dumps([{"name": "sid", "value": SECRET, "domain": f".{HOST}", "path": "/", "secure": True, "expirationDate": 1999999999.5}, {"name": "m", "value": "2", "domain": "mail.example"}]),
        json.dumps({"cookies": [{"name": "sid", "value": SECRET, "host": f"http://{HOST}/"}, {"name": "m", "value": "2", "host": "http://mail.example/"}], "user_agent": "Agent/2"}),
    ],
    ids=["netscape", "editor", "with agent"],
)  # fmt: skip
def test_the_files_of_browsers_are_read_and_other_sites_cookies_left_out(tmp_path: Path, text: str) -> None:
    file = tmp_path / "cookies"
    file.write_text(text)
    given_ = handed(file, MIRRORS)
    assert [(one.name, one.value, one.domain) for one in given_.cookies] == [("sid", SECRET, HOST)]
    assert given_.dropped == ("mail.example",)
    assert given_.user_agent == ("Agent/2" if "user_agent" in text else "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"cookies": 5}',
        "a\tb",
        "\ufeff[{}]",
        json.dumps([{"name": "a", "value": "1\r\nX: y", "domain": HOST}]),
    ],
)
def test_a_file_without_a_cookie_of_the_market_says_so(tmp_path: Path, text: str) -> None:
    file = tmp_path / "cookies"
    file.write_text(text)
    with pytest.raises(SettingsError, match="cookie"):
        handed(file, MIRRORS)


def test_a_session_is_encrypted_at_rest_and_only_its_owner_reads_the_key(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    kept = session()
    vault.keep(kept)
    assert vault.session("tiny") == kept
    assert all(SECRET.encode() not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for path in (tmp_path / KEY, tmp_path / "sessions" / "tiny.session"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_session_opens_under_no_other_name_and_with_no_other_key(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    vault.keep(session())
    sealed = tmp_path / "sessions" / "tiny.session"
    (tmp_path / "sessions" / "other.session").write_bytes(sealed.read_bytes())
    with pytest.raises(StorageError, match="gate forget other"):
        vault.session("other")
    (tmp_path / KEY).write_bytes(bytes(32))
    with pytest.raises(StorageError, match="gate forget tiny"):
        vault.session("tiny")


def test_a_forgotten_session_is_gone(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    vault.keep(session())
    assert vault.forget("tiny")
    assert not vault.forget("tiny")
    assert vault.session("tiny") is None

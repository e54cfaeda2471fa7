"""Under which authority a market is read, and that without one none is."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import cast

import msgspec
import pytest

import headstamp
from crawlers.address import onion
from crawlers.authority.record import Authority, Scope, refusal
from crawlers.authority.register import authorities, check, permit
from crawlers.evidence.keeper import Keeper
from crawlers.frontier import Frontier
from crawlers.gates.desk import Desk
from crawlers.gates.entry import Entry
from crawlers.gates.vault import Vault
from crawlers.health.telling import Telling
from crawlers.leave import Leave
from crawlers.profile import MarketProfile, load
from crawlers.reason import Reason
from crawlers.route.bounds import Route
from crawlers.route.breaker import Backoff
from crawlers.walk import Walk
from pipeline.commands.check import findings
from pipeline.errors import AuthorityError
from pipeline.settings import Crawl, Settings
from tests.crawlers.conftest import MIRRORS, Bench, links, listing

CASE = Authority(
    id="case-7",
    basis="an order of the court",
    issuer="the court",
    scope=Scope.PUBLIC_PAGES,
    markets=("smithy",),
    valid_from=date(2026, 5, 1),
    valid_until=date(2026, 5, 31),
)
PROFILE = MarketProfile(market="smithy", authority="case-7", mirrors=(onion(bytes(32)),))
ELSEWHERE = onion(bytes(range(32)))
MIDMONTH = datetime(2026, 5, 10, 12, tzinfo=UTC)
WRITTEN = """
- id: case-7
  basis: an order of the court
  issuer: the court
  scope: {scope}
  markets: [smithy]
  valid_from: 2026-05-01
  valid_until: 2026-05-31
{more}
"""


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    written(tmp_path)
    return Settings(home=str(tmp_path))


def written(home: Path, more: str = "", scope: str = "public_pages") -> None:
    (home / "authorities.yaml").write_text(WRITTEN.format(more=more, scope=scope))


def test_an_authority_covers_its_market_from_the_first_to_the_end_of_the_last_day() -> None:
    assert refusal(CASE, "smithy", CASE.begin) == ""
    assert refusal(CASE, "smithy", datetime(2026, 5, 31, 23, 59, tzinfo=UTC)) == ""
    assert "valid only from 2026-05-01" in refusal(CASE, "smithy", CASE.begin - timedelta(seconds=1))
    assert "ended on 2026-05-31" in refusal(CASE, "smithy", CASE.end)


def test_an_authority_covers_no_other_market() -> None:
    assert "does not cover market forge" in refusal(CASE, "forge", MIDMONTH)


def test_public_pages_are_not_the_inside_of_a_session_and_a_session_shows_public_pages() -> None:
    inside = Authority(**{**CASE_FIELDS, "scope": Scope.INSIDE_SESSION, "opened_by": "A. Officer"})
    assert "inside a session that an officer opened" in refusal(CASE, "smithy", MIDMONTH, inside_session=True)
    assert refusal(inside, "smithy", MIDMONTH, inside_session=True) == ""
    assert refusal(inside, "smithy", MIDMONTH) == ""


CASE_FIELDS = {name: getattr(CASE, name) for name in Authority.__struct_fields__}


def test_its_last_fourteen_days_are_told() -> None:
    assert CASE.ends_soon(CASE.end - timedelta(days=15)) == ""
    assert "(13 days left): ask the court for a new one" in CASE.ends_soon(CASE.end - timedelta(days=13, hours=2))
    assert CASE.ends_soon(CASE.end) == ""


@pytest.mark.parametrize(
    ("authority", "told"),
    [("", "'authority' is missing"), ("case-8", "there is no authority 'case-8'"), ("practice", "does not cover")],
)
def test_a_market_without_a_fitting_authority_is_not_read(home: Settings, authority: str, told: str) -> None:
    with pytest.raises(AuthorityError, match=told):
        permit(MarketProfile(market="smithy", authority=authority), home, MIDMONTH)
    assert permit(PROFILE, home, MIDMONTH) == CASE


def test_a_home_without_authorities_reads_practice_only(tmp_path: Path) -> None:
    assert list(authorities(Settings(home=str(tmp_path)))) == ["practice"]


def test_an_authority_may_cover_some_mirrors_only() -> None:
    limited = msgspec.structs.replace(CASE, mirrors=(onion(bytes(32)),))
    assert refusal(limited, "smithy", MIDMONTH, mirrors=[onion(bytes(32))]) == ""
    assert "covers other mirrors" in refusal(limited, "smithy", MIDMONTH, mirrors=[onion(bytes(32)), ELSEWHERE])


def test_the_practice_authority_covers_no_other_market_under_its_name(home: Settings) -> None:
    with pytest.raises(AuthorityError, match="covers other mirrors"):
        permit(msgspec.structs.replace(load("practice"), mirrors=(ELSEWHERE,)), home, MIDMONTH)


def test_the_settings_may_name_another_file(home: Settings, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    written(elsewhere)
    named = Settings(home=str(elsewhere / "home"), crawl=Crawl(authorities=str(elsewhere / "authorities.yaml")))
    assert permit(PROFILE, named, MIDMONTH) == CASE
    with pytest.raises(AuthorityError, match="No such file"):
        authorities(Settings(home=home.home, crawl=Crawl(authorities=str(tmp_path / "missing.yaml"))))


@pytest.mark.parametrize(
    ("more", "scope", "told"),
    [
        ("  colour: red", "public_pages", "authorities.yaml: authority 'case-7': unknown key 'colour'"),
        ("  opened_byy: red", "public_pages", r"unknown key 'opened_byy'; did you mean 'opened_by'\?"),
        ("  opened_at: 2026-13-30", "public_pages", "'case-7': opened_at: '2026-13-30' is no day; write one as"),
        ("  opened_at: soon", "public_pages", "'case-7': opened_at: 'soon' is no day"),
        ("- issuer: the court", "public_pages", "record 2: Object missing required field `id`"),
        ("", "everything", "'case-7': Invalid enum value 'everything'"),
        ("", "inside_session", "'opened_by' and 'opened_at' are missing"),
        ("  basis: an order", "public_pages", "key 'basis' is there twice in line 9"),
        (WRITTEN.format(more="", scope="public_pages"), "public_pages", "is there twice"),
        ("  basis: [", "public_pages", "while parsing"),
    ],
)
def test_a_faulty_record_is_refused_with_what_is_wrong(tmp_path: Path, more: str, scope: str, told: str) -> None:
    written(tmp_path, more, scope)
    with pytest.raises(AuthorityError, match=told):
        authorities(Settings(home=str(tmp_path)))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("an order of the court", "''", "'basis' is empty"),
        ("2026-05-31", "2026-04-01", "ends on 2026-04-01, before it begins"),
        ("2026-05-31", "2026-13-30", "'case-7': valid_until: '2026-13-30' is no day"),
    ],
)
def test_a_record_that_cannot_hold_is_refused_by_its_name(home: Settings, old: str, new: str, told: str) -> None:
    file = home.root / "authorities.yaml"
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(AuthorityError, match=told):
        authorities(home)


def test_a_walk_that_runs_past_the_end_of_its_authority_stops_and_keeps_what_waits(tmp_path: Path) -> None:
    frontier = Frontier(tmp_path)
    settings = Settings(home=str(tmp_path))
    walk = Walk(
        profile=PROFILE,
        visit=frontier.begin("smithy", ["/"], MIDMONTH),
        frontier=frontier,
        log=headstamp.deployment(settings).log(),
        route=cast("Route", None),
        activation=1,
        backoff=Backoff(),
        entry=Entry(profile=PROFILE, visit="v1", desk=cast("Desk", None), vault=Vault(tmp_path)),
        keeper=cast("Keeper", None),
        telling=cast("Telling", None),
        leave=Leave(profile=PROFILE, authority=CASE, database=frontier.database),
    )
    assert not walk.waits(), "the year of the record is over"
    assert walk.next() is None
    assert walk.paused
    assert walk.paused.reason is Reason.AUTHORITY_ENDED
    assert frontier.waits(walk.visit, 10)
    frontier.close()


def test_a_crawl_without_authority_asks_nothing_and_says_what_to_do(bench: Bench) -> None:
    bench.authorities.write_text("")
    done = bench.crawl()
    assert (done.status, bench.tiny.wishes) == (2, [])
    assert "there is no authority 'test'" in done.errors
    assert "add its record" in done.errors


def test_a_crawl_warns_while_its_authority_is_about_to_end(bench: Bench) -> None:
    bench.tiny.pages = {"/": links("/listing/k0"), "/listing/k0": listing("Lot")}
    end = datetime.now(UTC).date() + timedelta(days=3)
    bench.authorities.write_text(bench.authorities.read_text().replace("2099-12-31", str(end)))
    done = bench.crawl()
    assert (done.status, done.summary["listings"]) == (0, 1)
    assert f"headstamp: authority test ends on {end} (3 days left)" in done.errors
    assert f"ends on {end}" in check(headstamp.deployment(bench.settings))


def test_check_says_what_is_missing_where_an_authority_ended_and_no_other_covers_its_markets(home: Settings) -> None:
    told = {one.part: one for one in findings(headstamp.deployment(home))}["authorities"]
    assert told.state == "missing"
    assert told.detail.startswith(
        "1 of 2 valid; authority case-7 ended on 2026-05-31, and no other covers smithy: ask the"
    )
    file = home.root / "authorities.yaml"
    again = file.read_text().replace("case-7", "case-8").replace("2026-05-31", "2099-12-31")
    file.write_text(file.read_text() + again)
    assert check(headstamp.deployment(home)) == "2 of 3 valid", "ended records stay in the file"


def test_the_commands_list_and_check_authorities(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    config = bench.folder / "headstamp.toml"
    config.write_text(f'home = "{bench.settings.home}"\n[crawl]\nprofiles = "{bench.folder}"\n')
    assert headstamp.main(["--config", str(config), "authority", "list", "--json"]) == 0
    assert [one["id"] for one in json.loads(capsys.readouterr().out)] == ["practice", "test"]
    assert headstamp.main(["--config", str(config), "authority", "list"]) == 0
    assert "the tests" in capsys.readouterr().out
    assert headstamp.main(["--config", str(config), "authority", "check", "tiny", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["readable"] is True
    bench.authorities.unlink()
    assert headstamp.main(["--config", str(config), "authority", "check"]) == 1
    assert "there is no authority 'test'" in capsys.readouterr().out


def test_authority_check_leaves_out_what_no_crawl_could_ask_unless_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEADSTAMP_HOME", str(tmp_path))
    assert headstamp.main(["authority", "check", "--json"]) == 0
    assert [one["market"] for one in json.loads(capsys.readouterr().out)] == ["practice"]
    assert headstamp.main(["authority", "check", "hansa"]) == 1
    assert "'authority' is missing" in capsys.readouterr().out


def test_a_market_that_the_denylist_names_is_not_said_to_be_readable(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in bench.environment.items():
        monkeypatch.setenv(name, value)
    denylist = bench.folder / "denied.txt"
    denylist.write_text(MIRRORS[0])
    assert headstamp.main(["authority", "check", "tiny"]) == 0
    monkeypatch.setenv("HEADSTAMP_CRAWL_DENYLIST", str(denylist))
    assert headstamp.main(["authority", "check", "tiny"]) == 1
    assert "crawl.denylist names its mirror" in capsys.readouterr().out

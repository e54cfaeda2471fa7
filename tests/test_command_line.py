"""What a person meets at the terminal before any work is done."""

import argparse
import re
import subprocess
import sys
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pytest

import headstamp
from pipeline.audit import MIGRATIONS
from pipeline.commands import demo
from pipeline.sqlite import Database

ROOT = Path(__file__).parents[1]


def run(*words: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "HEADSTAMP_HOME": str(home), **environment}
    return subprocess.run(
        [sys.executable, "-m", "headstamp", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def choices(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    inner = [action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(inner[0]) if inner else {}


@pytest.mark.parametrize("command", headstamp.COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    text = headstamp.parser(command).format_help()
    assert headstamp.COMMANDS[command].help in text


@pytest.mark.parametrize("command", headstamp.COMMANDS)
def test_every_argument_has_a_line_of_help(command: str) -> None:
    waiting = [choices(headstamp.parser(command))[command]]
    silent: list[str] = []
    for parser in waiting:
        silent += [action.dest for action in parser._actions if not action.help]
        waiting += choices(parser).values()
    assert [dest for dest in silent if dest not in ("action", "what")] == []


def test_the_version_is_the_installed_one(tmp_path: Path) -> None:
    done = run("--version", home=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"headstamp {version('headstamp')}\n")


def test_an_unknown_setting_names_the_nearest_known_one(tmp_path: Path) -> None:
    done = run("check", home=tmp_path, HEADSTAMP_CRAWL_SOCK="127.0.0.1:1")
    assert done.returncode == 2
    assert (
        done.stderr
        == "headstamp: environment: unknown setting HEADSTAMP_CRAWL_SOCK; did you mean 'HEADSTAMP_CRAWL_SOCKS'?\n"
    )


def test_an_unknown_key_of_the_file_names_the_nearest_known_one(tmp_path: Path) -> None:
    file = tmp_path / "headstamp.toml"
    file.write_text("[crawl]\nsock = 'x'\n")
    done = run("--config", str(file), "check", home=tmp_path)
    assert done.returncode == 2
    assert "unknown key 'crawl.sock'; did you mean 'crawl.socks'?" in done.stderr


def test_servers_that_do_not_answer_are_named_with_what_to_do(tmp_path: Path) -> None:
    for setting, address, words in (
        ("index", "http://127.0.0.1:9", ["search", "x"]),
        ("broker", "kafka://127.0.0.1:9", ["dead", "list"]),
    ):
        done = run(*words, home=tmp_path, **{f"HEADSTAMP_{setting.upper()}": address})
        assert done.returncode == 1
        assert re.search(r"127\.0\.0\.1:9.*does not answer|does not answer.*127\.0\.0\.1:9", done.stderr)
        assert setting in done.stderr.lower()


def test_two_homes_never_touch_each_other(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    rows = tmp_path / "rows.csv"
    rows.write_text("market,listing_id,title\nsomewhere,1,blue lamp\n")
    for words in (["ingest", str(rows)], ["run", "--once"]):
        assert run(*words, home=first).returncode == 0
    assert "1 of 1 listings" in run("search", "lamp", home=first).stdout
    assert "nothing is indexed yet" in run("search", "lamp", home=second).stdout
    assert "0 of 0 listings" in run("search", "anvil", home=first).stdout


def test_a_search_in_a_new_home_says_what_comes_first_and_makes_none(tmp_path: Path) -> None:
    done = run("search", "lamp", home=tmp_path / "home")
    assert done.returncode == 0
    assert "nothing is indexed yet: `headstamp ingest FILE`" in done.stdout
    assert '"total":0' in run("search", "lamp", "--json", home=tmp_path / "home").stdout
    assert run("search", "--filter", "colour=red", home=tmp_path / "home").returncode == 2
    assert not (tmp_path / "home").exists()


def test_an_error_never_moves_the_cursor_of_the_terminal(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("mar\x1b[2Jket,\x1b]0;title\x07\n1,2\n")
    done = run("ingest", str(rows), home=tmp_path / "home")
    assert done.returncode == 2
    assert "'mar [2Jket'" in done.stderr
    assert done.stderr.rstrip("\n").isprintable()


@pytest.mark.parametrize("address", ["sqlite://host/x.db", "sqlite:///", "http://[::1", "x"])
def test_an_address_that_names_no_index_says_what_to_write(tmp_path: Path, address: str) -> None:
    done = run("search", "x", home=tmp_path, HEADSTAMP_INDEX=address)
    assert done.returncode == 2
    assert "sqlite:///FILE" in done.stderr


def test_check_names_an_index_that_was_lost_and_an_audit_that_was_changed(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("market,listing_id,title\nsomewhere,1,blue lamp\n")
    home = tmp_path / "home"
    for words in (["ingest", str(rows)], ["run", "--once"]):
        run(*words, home=home)
    assert run("check", home=home).returncode == 0
    for file in home.glob("index.db*"):
        file.unlink()
    lost = run("search", "lamp", home=home)
    assert (lost.returncode, "run `headstamp reindex`" in lost.stderr) == (1, True)
    with closing(Database(home / "audit.db", MIGRATIONS)) as audit:
        audit.run("INSERT INTO head VALUES(1, 7, 'x')")
    done = run("check", home=home)
    assert done.returncode == 1
    failed = [line for line in done.stdout.splitlines() if " failed " in line]
    assert ["`headstamp reindex`" in failed[0], "once ended with entry 7" in failed[1], len(failed)] == [True, True, 2]
    assert run("reindex", home=home).returncode == 0
    assert "1 of 1 listings" in run("search", "lamp", home=home).stdout


def test_check_names_a_home_that_cannot_be_made_a_folder_and_a_list_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    none = str(tmp_path / "none")
    done = run("check", home=tmp_path / "file" / "x", HEADSTAMP_CRAWL_PROFILES=none, HEADSTAMP_CRAWL_DENYLIST=none)
    assert (done.returncode, done.stderr) == (1, "")
    said = {line.split()[0]: line for line in done.stdout.splitlines() if " failed " in line}
    assert "cannot be written (Not a directory); make it writable" in said["home"]
    assert "mend the home first" in said["disk"]
    assert f"crawl.profiles: there is no folder {none}; make it, or correct the setting" in said["profiles"]
    assert f"crawl.denylist: {none} cannot be read (No such file or directory); correct" in said["denylist"]


def test_check_names_a_table_of_rates_that_no_stage_could_read(tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text("date,currency,usd\n2024-05-01,BTC,much\n")
    done = run("check", home=tmp_path)
    assert done.returncode == 1
    assert re.search(r"^rates +failed ", done.stdout, re.MULTILINE)
    assert "write 2024-05-01,BTC,61250" in done.stdout


def test_a_closed_stream_stops_no_work(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("market,listing_id,title\nsomewhere,1,blue lamp\nsomewhere,,no key\n")
    home = tmp_path / "home"
    for command in (f"ingest {rows} 0<&- 1>&- 2>&-", "run --once 1>&-"):
        words = ["/bin/sh", "-c", f"exec {sys.executable} -m headstamp {command}"]
        environment = {"PATH": "/usr/bin:/bin", "HEADSTAMP_HOME": str(home)}
        done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
    assert "1 of 1 listings" in run("search", "lamp", home=home).stdout


def test_a_demo_that_was_killed_as_it_ended_goes_on(tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_bytes(b"")
    assert demo._earlier(tmp_path / "demo.json") is None
    (tmp_path / "demo.json").write_bytes(b'{"pages":3,"listings":2}')
    assert demo._earlier(tmp_path / "demo.json") == demo.Visited(pages=3, listings=2)


def test_a_word_left_out_at_the_shell_is_one_left_out_in_the_query(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("market,listing_id,title\nsomewhere,1,blue lamp\nsomewhere,2,red lamp\n")
    for words in (["ingest", str(rows)], ["run", "--once"]):
        assert run(*words, home=tmp_path / "home").returncode == 0
    without = run("search", "lamp", "--without", "red", home=tmp_path / "home").stdout
    assert "blue lamp" in without
    assert without == run("search", "lamp -red", home=tmp_path / "home").stdout

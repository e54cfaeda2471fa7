"""headstamp.toml, the environment and the code say the same of every setting."""

import itertools
import re
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import Settings, load, names

FILE = Path(__file__).parents[1] / "headstamp.toml"


def test_the_shipped_file_holds_the_defaults() -> None:
    assert load({}, FILE) == Settings()


def test_every_setting_stands_in_the_shipped_file_under_a_line_of_meaning() -> None:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    section = ""
    said: set[tuple[str, ...]] = set()
    for before, line in itertools.pairwise(lines):
        if found := re.fullmatch(r"\[(\w+)\]", line):
            section = found[1]
        elif found := re.match(r"(?:# )?(\w+) = ", line):
            assert before.startswith("# "), f"{line}: no line of meaning above it"
            said.add((section, found[1]) if section else (found[1],))
    assert said == set(names().values())


def test_the_environment_overrules_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[serve]\nport = 1\nanalyst = 'a'\n")
    settings = load({"HEADSTAMP_CONFIG": str(file), "HEADSTAMP_SERVE_PORT": "2"})
    assert (settings.serve.port, settings.serve.analyst) == (2, "a")


@pytest.mark.parametrize(("name", "value"), [("HEADSTAMP_SERVE_PORT", "many"), ("HEADSTAMP_ASSESS_CONTEXT", "perhaps")])
def test_a_value_of_the_wrong_kind_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsError):
        load({name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HEADSTAMP_RUN_BATCH", "0"),
        ("HEADSTAMP_RUN_WAIT_S", "nan"),
        ("HEADSTAMP_CRAWL_TIMEOUT_S", "-1"),
        ("HEADSTAMP_CRAWL_MAX_PAGE_BYTES", "0"),
        ("HEADSTAMP_ASSESS_FLAG_AT", "nan"),
        ("HEADSTAMP_ASSESS_REVIEW_AT", "1.1"),
        ("HEADSTAMP_SERVE_PORT", "65536"),
    ],
)
def test_a_value_with_which_no_work_could_be_done_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match="Expected"):
        load({name: value})


def test_a_wrong_value_is_told_with_its_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as found:
        load({"HEADSTAMP_CRAWL_TIMEOUT_S": "abc"})
    assert str(found.value) == (
        "crawl.timeout_s: 'abc' will not do: Expected `float`, got `str`;"
        " correct it in headstamp.toml or as HEADSTAMP_CRAWL_TIMEOUT_S"
    )
    file = tmp_path / "settings.toml"
    file.write_text("crawl = 7\n")
    with pytest.raises(SettingsError, match="crawl"):
        load({}, file)


def test_a_settings_file_that_cannot_be_read_is_named_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as found:
        load({}, tmp_path)
    assert str(found.value) == f"{tmp_path}: Is a directory; correct HEADSTAMP_CONFIG or --config"


@pytest.mark.parametrize("home", ["", " ", "~nobody-of-this-name/x", "/tmp/\udcff"])
def test_a_home_without_a_usable_name_is_refused(home: str) -> None:
    with pytest.raises(SettingsError, match=r"^home: .* name a"):
        load({"HEADSTAMP_HOME": home})


@pytest.mark.parametrize(
    "addresses",
    [
        {"HEADSTAMP_INDEX": "sqlite:///log.db"},
        {"HEADSTAMP_INDEX": "sqlite:///x/../audit.db"},
        {"HEADSTAMP_BROKER": "sqlite:///frontier.db"},
        {"HEADSTAMP_BROKER": "sqlite:///one.db", "HEADSTAMP_INDEX": "sqlite:///one.db"},
        {"HEADSTAMP_BROKER": "sqlite:///one.db", "HEADSTAMP_INDEX": "sqlite:///log.db"},
    ],
)
def test_no_part_writes_into_the_file_of_another(addresses: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="name another file"):
        load(addresses)

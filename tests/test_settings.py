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

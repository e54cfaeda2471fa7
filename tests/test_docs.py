"""The documents say what the code does."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import headstamp
from crawlers.authority.register import FILE
from crawlers.gates.vault import KEY
from pipeline.settings import CRAWL_LOG, OTHER_FILES, SOCKS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.glob("*.md")])


def test_the_made_pages_are_current(tmp_path: Path) -> None:
    code = "import sys, json, make; print(json.dumps(make.pages()))"
    environment = {**os.environ, "COLUMNS": "100", "PYTHONPATH": f"{DOCS}:{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    for name, text in json.loads(done.stdout).items():
        assert (DOCS / name).read_text(encoding="utf-8") == text, f"docs/{name} is behind the code; run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_document_names_exists(page: Path) -> None:
    named = set(re.findall(r"(?:^|[`/ ])headstamp ([a-z]+)\b(?!\.)", "\n".join(_code(page))))
    assert named - set(headstamp.COMMANDS) == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_documents_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_operators_table_of_a_home_names_all_that_a_home_holds() -> None:
    table = (DOCS / "operations.md").read_text(encoding="utf-8").partition("## A home")[2].partition("**Backups")[0]
    held = {CRAWL_LOG, "index.db", "rates.csv", "archive/", "models/", "locks/", FILE, KEY, "sessions/", *OTHER_FILES}
    held |= {f"{SOCKS.parent}/", *(f"keys/{name}" for name in ("evidence.key", "evidence.pub", "cookies.key"))}
    assert [name for name in held if f"`{name}`" not in table] == []


def test_the_readme_begins_with_the_two_commands() -> None:
    commands = [line for block in _code(ROOT / "README.md") for line in block.splitlines()]
    assert commands.index("make demo") < commands.index("make test")


def _code(page: Path) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return re.findall(r"```(?:sh|text)?\n(.*?)```", text, re.DOTALL) + re.findall(r"`([^`\n]+)`", text)

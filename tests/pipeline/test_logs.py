"""What a log line says, and what it never says."""

import json
import logging
import subprocess
import sys

import pytest

from pipeline.logs import redacted

PLANTED = "s3cr3t-Value"


@pytest.mark.parametrize(
    "text",
    [
        f"socks5://torS0X:{PLANTED}@127.0.0.1:9050",
        f"Cookie: session={PLANTED}",
        f'"password": "{PLANTED}"',
        f"Authorization: Bearer {PLANTED}",
        f"sent Bearer {PLANTED}",
        f"api_key={PLANTED}",
        f"Set-Cookie: a={PLANTED}; HttpOnly",
    ],
)
def test_a_planted_secret_is_taken_out(text: str) -> None:
    assert PLANTED not in redacted(text)
    assert "[redacted]" in redacted(text)


@pytest.mark.parametrize(
    "text", ["stage assess: 500 taken", "http://127.0.0.1:8600/listing/1", "2026-03-01T12:00:00.000Z"]
)
def test_a_harmless_line_stays_as_it_is(text: str) -> None:
    assert redacted(text) == text


def lines(code: str, level: str = "info") -> list[dict[str, object]]:
    program = f"import logging\nfrom pipeline import logs\nlogs.configure({level!r})\n{code}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_a_unit_of_work_is_one_json_line_with_its_figures() -> None:
    (found,) = lines("logs.line('worked', stage='assess', taken=3)")
    assert (found["event"], found["stage"], found["taken"], found["level"]) == ("worked", "assess", 3, "info")


def test_a_secret_in_a_fact_a_message_or_an_error_is_taken_out() -> None:
    code = (
        f"logs.line('x', token='{PLANTED}', address='http://a:{PLANTED}@b/')\n"
        f"logging.getLogger('library').warning('password=%s', '{PLANTED}')\n"
        f"try: raise ValueError('secret: {PLANTED}')\n"
        "except ValueError: logging.exception('failed')\n"
    )
    found = lines(code)
    assert len(found) == 3
    assert PLANTED not in json.dumps(found)


def test_a_line_below_the_level_is_not_written() -> None:
    assert lines("logs.line('worked')", level="warning") == []
    assert logging.INFO < logging.WARNING

"""Starts the product's own commands in a home, as a person would."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]


def done(*words: str, home: Path, **settings: str) -> str:
    """What a command printed, once it ended well."""
    finished = subprocess.run(
        _command(words), cwd=ROOT, env=_environment(home, settings), stdout=subprocess.PIPE, text=True, check=True
    )
    return finished.stdout


def asked(*words: str, home: Path, **settings: str) -> str:
    """What a command printed that may end in a bad finding."""
    return subprocess.run(
        _command(words), cwd=ROOT, env=_environment(home, settings), stdout=subprocess.PIPE, text=True, check=False
    ).stdout


@contextmanager
def running(*words: str, home: Path, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """A command at work; it is killed at the end of the block."""
    with subprocess.Popen(
        _command(words), cwd=ROOT, env=_environment(home, settings), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _command(words: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "headstamp", *words]


def _environment(home: Path, settings: dict[str, str]) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("HEADSTAMP_")}
    given = {f"HEADSTAMP_{name.upper()}": value for name, value in settings.items()}
    return {**own, **given, "HEADSTAMP_HOME": str(home)}

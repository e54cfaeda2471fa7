"""Starts the product's own commands in a home, as a person would."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[1]


def done(*words: str, home: Path, **settings: str) -> str:
    """What a command printed, once it ended well."""
    finished = subprocess.run(
        _command(words), cwd=ROOT, env=environment(home, settings), stdout=subprocess.PIPE, text=True, check=True
    )
    return finished.stdout


def asked(*words: str, home: Path, **settings: str) -> str:
    """What a command printed that may end in a bad finding."""
    return subprocess.run(
        _command(words), cwd=ROOT, env=environment(home, settings), stdout=subprocess.PIPE, text=True, check=False
    ).stdout


@contextmanager
def running(*words: str, home: Path, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """A command at work; it is killed at the end of the block."""
    with _killed_after(words, environment(home, settings), subprocess.PIPE, None) as process:
        yield process


@contextmanager
def logging(word: str, around: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[str]]:
    """The same in an environment, with a file to which all that it says is added."""
    with log.open("a", encoding="utf-8") as said, _killed_after((word,), around, said, said) as process:
        yield process


@contextmanager
def _killed_after(
    words: Sequence[str], around: Mapping[str, str], out: IO[str] | int, err: IO[str] | None
) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(_command(words), cwd=ROOT, env=around, stdout=out, stderr=err, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _command(words: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "headstamp", *words]


def environment(home: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of a command: this process's, with no settings but these."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("HEADSTAMP_")}
    given = {f"HEADSTAMP_{name.upper()}": value for name, value in settings.items()}
    return {**own, **given, "HEADSTAMP_HOME": str(home)}

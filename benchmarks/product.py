"""Starts the product's own commands in a home, as a person would."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

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
def running(
    *words: str, home: Path, more: Mapping[str, str] | None = None, log: Path | None = None, **settings: str
) -> Iterator[subprocess.Popen[str]]:
    """A command at work, killed at the end of the block; `more` is further environment, `log` a file for what it says."""
    with ExitStack() as stack:
        said = stack.enter_context(log.open("a", encoding="utf-8")) if log else None
        process = stack.enter_context(
            subprocess.Popen(
                _command(words),
                cwd=ROOT,
                env=environment(home, settings) | dict(more or {}),
                stdout=said or subprocess.PIPE,
                stderr=said,
                text=True,
            )
        )
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

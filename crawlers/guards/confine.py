"""Puts the guards in place, and says which of them a kernel lacks."""

import platform
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from crawlers.guards import landlock, libc, seccomp
from crawlers.guards.hook import Watch
from crawlers.guards.way import Way
from pipeline.errors import GuardMissingError

THREADS = Path("/proc/self/task")
NO_SECCOMP = "seccomp: libraries in C can ask a resolver, send datagrams and start programs"
NEWEST = max(landlock.SINCE)


def confine(way: Way, *, required: bool) -> Watch:
    """Confine this process to the way, for good: whatever runs in it reaches nothing else.

    A guard that the kernel lacks is one line on stderr; where guards are `required`, a `GuardMissingError`.
    """
    platform.platform()  # Scrapy asks for it later, and the first time Python starts the program `uname`
    lost = list(_applied(way))
    if lost and required:
        raise GuardMissingError(f"crawl.require_guards is set, and {'; '.join(lost)}")
    for line in lost:
        sys.stderr.write(f"headstamp: guard missing: {line}\n")
    watch = Watch(way)
    watch.begin()
    return watch


def missing() -> list[str]:
    """What is lost on this kernel, one guard a line."""
    return [*_landlock_lacks(landlock.version()), *([] if seccomp.offered() else [NO_SECCOMP])]


def offered() -> list[str]:
    """The guards that this kernel has."""
    version = landlock.version()
    kernel = [f"Landlock {version}"] if version else []
    return ["audit hook", *kernel, *(["seccomp"] if seccomp.offered() else [])]


def _applied(way: Way) -> Iterator[str]:
    """Apply what there is; what is lost."""
    yield from missing()
    yield from _threads()
    try:
        libc.renounce()
        if version := landlock.version():
            landlock.restrict(way, version)
        if seccomp.offered():
            seccomp.restrict(way)
    except OSError as error:
        yield f"Landlock and seccomp: the kernel refused ({error.strerror})"


def _threads() -> Sequence[str]:
    """Landlock binds the thread that asks for it and those it starts, not its elders."""
    elders = sum(1 for _ in THREADS.iterdir()) - 1 if THREADS.exists() else 0
    return [f"Landlock: {elders} threads that run already are not bound by it"] if elders else []


def _landlock_lacks(version: int) -> Sequence[str]:
    lost = [f"{text} (Linux {linux})" for since, (linux, text) in landlock.SINCE.items() if since > version]
    name = f"Landlock {version} of {NEWEST}" if version else "Landlock"
    return [f"{name}: {', '.join(lost)}"] if lost else []

"""Landlock: the kernel lets this process connect to a port, write below a folder and read what Python needs, no more."""

import os
import struct
from collections.abc import Iterable, Iterator
from enum import IntFlag
from pathlib import Path

from crawlers.guards import libc
from crawlers.guards.way import Way

ASK_VERSION = 1
BENEATH, PORT = 1, 2
"""Kinds of rules: below a path, to a TCP port."""
BIND_TCP, CONNECT_TCP = 1, 2
ABSTRACT_SOCKETS, SIGNALS = 1, 2
DISCARD = Path("/dev/null")


class Right(IntFlag):
    """What can be done to files (include/uapi/linux/landlock.h of Linux)."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    REMOVE_DIR = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHAR = 1 << 6
    MAKE_DIR = 1 << 7
    MAKE_REG = 1 << 8
    MAKE_SOCK = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK = 1 << 11
    MAKE_SYM = 1 << 12
    REFER = 1 << 13
    TRUNCATE = 1 << 14
    IOCTL_DEV = 1 << 15


READ = Right.READ_FILE | Right.READ_DIR
WRITE = (
    READ
    | (Right.WRITE_FILE | Right.TRUNCATE | Right.REFER)
    | (Right.MAKE_DIR | Right.MAKE_REG | Right.REMOVE_DIR | Right.REMOVE_FILE)
)
OF_A_FILE = Right.READ_FILE | Right.WRITE_FILE | Right.TRUNCATE
SINCE = {
    1: ("5.13", "files outside the home can be read and written"),
    2: ("5.19", "files cannot be moved between the folders of a home"),
    3: ("6.2", "files outside the home can be emptied"),
    4: ("6.7", "libraries in C can connect to any TCP port of any host"),
    5: ("6.10", "devices can be controlled"),
    6: ("6.12", "abstract unix sockets and signals reach other processes"),
}
"""By version of Landlock's interface: the Linux that brought it, and what is lost before it."""
FILES_SINCE = {1: (Right.REFER - 1), 2: Right.REFER, 3: Right.TRUNCATE, 5: Right.IOCTL_DEV}
NETWORK_SINCE, SCOPES_SINCE = 4, 6


def version() -> int:
    """The version of Landlock's interface that this kernel offers; 0 is none."""
    try:
        return libc.call(libc.LANDLOCK_CREATE, None, 0, ASK_VERSION)
    except OSError:
        return 0


def restrict(way: Way, offered: int) -> None:
    """Leave this thread, and those it starts, nothing but the way; an `OSError` where the kernel refuses."""
    handled = Right(sum(rights for since, rights in FILES_SINCE.items() if since <= offered))
    ruleset = libc.call(libc.LANDLOCK_CREATE, *_attributes(handled, offered), 0)
    try:
        for place, rights in _places(way):
            _allow_below(ruleset, place, rights & handled)
        for _, number in way.ports if offered >= NETWORK_SINCE else ():
            libc.call(libc.LANDLOCK_ADD, ruleset, PORT, struct.pack("=QQ", CONNECT_TCP, number), 0)
        libc.call(libc.LANDLOCK_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)


def _attributes(handled: Right, offered: int) -> tuple[bytes, int]:
    """What the rules are about: files, network, scopes; a kernel takes a structure longer than its own if the rest is 0."""
    network = BIND_TCP | CONNECT_TCP if offered >= NETWORK_SINCE else 0
    scopes = ABSTRACT_SOCKETS | SIGNALS if offered >= SCOPES_SINCE else 0
    attributes = struct.pack("=QQQ", handled, network, scopes)
    return attributes, len(attributes)


def _places(way: Way) -> Iterator[tuple[Path, Right]]:
    yield from _each(way.readable, READ)
    yield from _each(way.written, WRITE)
    yield from _each([DISCARD], OF_A_FILE)


def _each(places: Iterable[Path], rights: Right) -> Iterator[tuple[Path, Right]]:
    for place in dict.fromkeys(places):
        if place.exists():
            yield place, rights if place.is_dir() else rights & OF_A_FILE


def _allow_below(ruleset: int, place: Path, rights: Right) -> None:
    file = os.open(place, os.O_PATH | os.O_CLOEXEC)
    try:
        libc.call(libc.LANDLOCK_ADD, ruleset, BENEATH, struct.pack("=Qi", rights, file), 0)
    finally:
        os.close(file)

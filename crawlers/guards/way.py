"""What a crawl needs of the world, which is all that its guards leave it."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crawlers.daemon.place import control
from crawlers.route.socks import port
from pipeline.settings import Settings

SYSTEM = ("/usr", "/lib", "/lib64", "/etc", "/dev", "/proc", "/sys", "/nix/store")
"""Where libraries, time zones and certificates are; what Landlock hides is the rest: homes, mail, data, keys, /tmp, /run."""

COOKIES = ("/run/tor", "/var/lib/tor")
"""Where the tor of a system keeps the cookie that opens its control port."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """The ways out of one crawl's process: addresses it may connect to, folders it may write to or read from."""

    doors: tuple[str, ...]
    """Addresses as in `crawl.socks`: HOST:PORT with a numeric host, or unix:/PATH."""
    writes: tuple[Path, ...]
    reads: tuple[Path, ...] = ()
    """Folders and files to read beside those of `writes`, of Python and of the system."""

    @property
    def ports(self) -> frozenset[tuple[str, int]]:
        """The TCP ports it may connect to."""
        return frozenset(door for door in map(port, self.doors) if door[1])

    @property
    def sockets(self) -> frozenset[str]:
        """The unix sockets it may connect to."""
        return frozenset(path for path, number in map(port, self.doors) if not number)

    @property
    def written(self) -> Sequence[Path]:
        """The folders to write to, and those that links right in them lead to: a home's archive may lie on another disk."""
        return [place for folder in self.writes for place in (folder.resolve(), *_linked(folder))]

    @property
    def readable(self) -> Sequence[Path]:
        """The places to read from."""
        python = (sys.prefix, sys.base_prefix, *sys.path)
        return [*self.reads, *(Path(place) for place in (*python, *SYSTEM))]


def way_of(settings: Settings) -> Way:
    """All that a crawl with these settings needs."""
    watched = control(settings)
    doors = (settings.socks, watched) if watched else (settings.socks,)
    return Way(doors=doors, writes=(settings.root,), reads=(*map(Path, COOKIES), *_beside(watched)))


def _beside(address: str) -> Sequence[Path]:
    """The folder of a control socket, where its cookie may lie too."""
    path, number = port(address, "tor.control") if address else ("", 0)
    return [Path(path).parent] if path and not number else []


def _linked(folder: Path) -> Sequence[Path]:
    leads = [path.resolve() for path in folder.iterdir() if path.is_symlink()]
    # beside a database that is linked to, SQLite writes its -wal and -shm
    return [lead if lead.is_dir() else lead.parent for lead in leads]

"""Where a home's own tor keeps what, and which control port is in use."""

from pathlib import Path
from typing import NamedTuple

from pipeline.errors import TorUnavailableError
from pipeline.settings import SOCKS, STARTED, Settings

LONGEST_PATH = 107
"""Octets that Linux takes for the path of a unix socket."""


class Place(NamedTuple):
    """The folder `tor` of a home; only its owner may look into it."""

    folder: Path

    @property
    def socks(self) -> Path:
        """The socket for crawls."""
        return self.folder / SOCKS.name

    @property
    def control(self) -> Path:
        """The socket for watching."""
        return self.folder / "control"

    @property
    def data(self) -> Path:
        """Tor's own files: its guards, what it knows of the network, the cookie of the control port."""
        return self.folder / "data"

    @property
    def keys(self) -> Path:
        """Client authorisation keys, as `NAME.auth_private`."""
        return self.folder / "onion-auth"

    @property
    def torrc(self) -> Path:
        """What tor reads: made anew at every start."""
        return self.folder / "torrc"

    @property
    def log(self) -> Path:
        """What tor says."""
        return self.folder / "notice.log"

    @property
    def process(self) -> Path:
        """Which process it is, so that no other is taken for it."""
        return self.folder / STARTED.name

    @property
    def pid(self) -> Path:
        """The number of the process, as tor writes it."""
        return self.folder / "tor.pid"

    @property
    def failures(self) -> Path:
        """Descriptors that could not be fetched."""
        return self.folder / "descriptors.jsonl"

    def make(self) -> None:
        """Make the folders; a `TorUnavailableError` where a socket's path would be too long."""
        length = len(bytes(self.control))
        if length > LONGEST_PATH:
            raise TorUnavailableError(
                f"{self.control}: {length} octets, and a socket's path has {LONGEST_PATH} at most; name a home with a "
                "shorter path (HEADSTAMP_HOME), or run tor yourself and name its ports with crawl.socks and tor.control"
            )
        for folder in (self.folder, self.data, self.keys):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)  # tor puts no control socket where others may look


def own(settings: Settings) -> Place:
    """The place of the home's own tor."""
    return Place(settings.root / SOCKS.parent)


def control(settings: Settings) -> str:
    """The address of the control port in use: that of `tor.control`, else of the home's own tor; "" where there is none."""
    socket = own(settings).control
    return settings.tor.control or (f"unix:{socket}" if socket.is_socket() else "")

"""A mirror as a profile writes it: an onion service, and where needed the scheme and port it answers at."""

import re
from typing import NamedTuple, Self
from urllib.parse import SplitResult

from crawlers.address import LABEL_LENGTH, SUFFIX, is_onion

PORTS = {"http": 80, "https": 443}
WRITTEN = re.compile(r"(?:(https?)://)?([a-z0-9.-]{1,253})(?::(\d{1,5}))?")
LARGEST_PORT = 65_535


class Origin(NamedTuple):
    """Scheme, host and port that one mirror answers at."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, mirror: str) -> Self:
        """The origin that "ONION", "https://ONION" or "http://ONION:8080" writes; a `ValueError` says what is wrong."""
        found = WRITTEN.fullmatch(mirror)
        scheme, host, port = found.groups() if found else ("", "", "")
        if not is_onion(service(host)) or not _plain(host):
            raise ValueError(f"'{mirror}' is no v3 onion address (its checksum is wrong, or it is cut)")
        if port and not 0 < int(port) <= LARGEST_PORT:
            raise ValueError(f"'{mirror}' names no port")
        return cls(scheme or "http", host, int(port) if port else PORTS[scheme or "http"])

    @property
    def url(self) -> str:
        """The beginning of all its addresses."""
        return f"{self.scheme}://{self.host}" + (f":{self.port}" if self.port != PORTS[self.scheme] else "")

    def serves(self, parts: SplitResult) -> bool:
        """Whether a link leads to this market: its host, at the usual port or at the one that the profile names."""
        try:
            port = parts.port
        except ValueError:
            return False
        return parts.hostname == self.host and "@" not in parts.netloc and port in (None, self.port)


def service(host: str) -> str:
    """The onion service that a host name belongs to: the name without sub-domains."""
    return host[-LABEL_LENGTH - len(SUFFIX) :]


def _plain(host: str) -> bool:
    rest = host[: -LABEL_LENGTH - len(SUFFIX)]
    return not rest or (rest.endswith(".") and all(rest.removesuffix(".").split(".")))

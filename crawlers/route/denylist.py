"""Onion services that are never contacted, as lists of abuse name them: by address or by its hash."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from crawlers.address import SUFFIX
from crawlers.links import Link
from crawlers.reason import Reason
from crawlers.route.origin import service
from pipeline.errors import SettingsError

HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")
ADDRESS = re.compile(r"(?:https?://)?(?:[a-z0-9-]+\.)*([a-z2-7]{16}|[a-z2-7]{56})(?:\.onion)?/?")
"""An address of version 2 or 3, with or without what stands around it."""


@dataclass(frozen=True)
class Denylist:
    """Addresses without their suffix, and MD5 or SHA-256 hashes of addresses, all in lower case."""

    entries: frozenset[str] = frozenset()

    @classmethod
    def of(cls, lines: Iterable[str], name: str = "denylist") -> Self:
        """The list that lines write, one entry a line; "#" begins a remark. A line that is no entry is a `SettingsError`."""
        entries = set()
        for number, line in enumerate(lines, start=1):
            if text := line.partition("#")[0].strip().lower():
                entries.add(_entry(text, f"{name}:{number}"))
        return cls(frozenset(entries))

    @classmethod
    def read(cls, path: str) -> Self:
        """The list in a file; an empty one for ""."""
        if not path:
            return cls()
        try:
            return cls.of(Path(path).expanduser().read_text(encoding="utf-8").splitlines(), path)
        except OSError as error:
            raise SettingsError(
                f"crawl.denylist: {path} cannot be read ({error.strerror}); correct the setting"
            ) from error
        except UnicodeDecodeError as error:
            raise SettingsError(
                f"crawl.denylist: {path} is no text ({error}); name a list, an address a line"
            ) from error

    def names(self, host: str) -> bool:
        """Whether the list names the onion service of a host, whatever sub-domain stands before it."""
        if not self.entries:
            return False
        return not self.entries.isdisjoint(_spelt(host) | _spelt(service(host.lower())))

    def marked(self, links: Sequence[Link]) -> list[Link]:
        """The links, of which those to a service of the list are refused for that reason."""
        return [replace(link, refusal=Reason.DENIED) if self._leads(link) else link for link in links]

    def _leads(self, link: Link) -> bool:
        return link.refusal is Reason.OFF_MARKET and self.names(_host(link.address))


def _host(address: str) -> str:
    """The host in an address; "" where it has none, as where a long one was cut in its midst."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _entry(text: str, place: str) -> str:
    if HASH.fullmatch(text):
        return text
    if found := ADDRESS.fullmatch(text):
        return found[1]
    raise SettingsError(f"{place}: '{text[:80]}' is neither an onion address nor its MD5 or SHA-256; mend the list")


def _spelt(host: str) -> set[str]:
    """All ways in which a list may write a host; lists hash the address with its suffix, or without."""
    label = host.lower().removesuffix(SUFFIX)
    ways = {label}
    for text in (label, label + SUFFIX):
        ways.add(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest())
        ways.add(hashlib.sha256(text.encode()).hexdigest())
    return ways

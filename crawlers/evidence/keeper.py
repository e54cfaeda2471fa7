"""What a walk keeps its answers with: the archive, and what every record of the visit names."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from crawlers.evidence.archive import Archive, Kept
from crawlers.evidence.record import Exchange, Origin
from crawlers.links import Link

MOST_PARENTS = 20_000
"""Addresses of which is remembered who led there: about 6 MB."""


@dataclass(kw_only=True, eq=False)
class Keeper:
    """The archive of one visit."""

    archive: Archive
    origin: Origin
    """Programs and rules that every record of the visit names."""
    tor: str = ""
    """Version of the tor behind the SOCKS port; "" where nobody watches it."""
    _parents: dict[str, str] = field(default_factory=dict, init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def keep(self, exchange: Exchange) -> Kept:
        """Put an answer on disk, before anything is made of it."""
        return self.archive.keep(exchange, self.origin)

    async def kept(self, exchange: Exchange) -> Kept:
        """As `keep`, but other answers are taken while the disk is waited for; each goes on in its turn."""
        found = self.archive.put(exchange, self.origin)
        async with self._turn:
            await asyncio.to_thread(self.archive.sync, found)
        return found

    def parent(self, address: str) -> str:
        """The record of the page that led to an address; "" where this process did not read it."""
        return self._parents.get(address, "")

    def led(self, record: str, links: Iterable[Link]) -> None:
        """Remember which page led where; the first one counts, and the oldest is forgotten first."""
        for link in links if record else ():
            self._parents.setdefault(link.address, record)
        while len(self._parents) > MOST_PARENTS:
            del self._parents[next(iter(self._parents))]

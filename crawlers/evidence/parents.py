"""Which record shows the page that led to an address."""

from collections.abc import Sequence

from crawlers.links import Link

MOST = 20_000
"""Addresses that are remembered: about 6 MB."""


class Parents:
    """The records of the pages that first led to addresses, as far as this process read them."""

    def __init__(self) -> None:
        self._records: dict[str, str] = {}

    def of(self, address: str) -> str:
        """The record of the page that led to an address; "" where this process did not read it."""
        return self._records.get(address, "")

    def note(self, record: str, links: Sequence[Link]) -> None:
        """Remember what a page led to, the oldest forgotten first."""
        for link in links if record else ():
            self._records.setdefault(link.address, record)
        while len(self._records) > MOST:
            del self._records[next(iter(self._records))]

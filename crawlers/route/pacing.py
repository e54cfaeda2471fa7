"""Scrapy's downloader, which waits as long between two requests as the profile says."""

from scrapy import Request, Spider
from scrapy.core.downloader import Downloader, Slot


class EvenSlot(Slot):
    """Draws one delay a request, by half more or less than the profile's.

    Scrapy draws a new one each time that it looks whether the last is over, and waits on where the new one is longer:
    on the average e - 1.5 = 1.22 times as long as it was told.
    """

    _drawn = -1.0
    _since = -1.0
    """The last request for which a delay was drawn."""

    def download_delay(self) -> float:
        """Seconds from the last request to the next."""
        if self._since != self.lastseen:
            self._since, self._drawn = self.lastseen, super().download_delay()
        return self._drawn


class EvenDownloader(Downloader):
    """Scrapy's downloader, with such slots."""

    def _get_slot(self, request: Request, spider: Spider | None = None) -> tuple[str, Slot]:  # noqa: ARG002  # Scrapy's signature
        key = self.get_slot_key(request)
        if key not in self.slots:
            self.slots[key] = EvenSlot(self.domain_concurrency, self._delay, self._jitter)
            self._start_slot_gc()
        return key, self.slots[key]

"""Scrapy's scheduler and duplicate filter, both of which are the frontier."""

from typing import TYPE_CHECKING, Self

from scrapy import Request
from scrapy.core.scheduler import BaseScheduler
from scrapy.utils.asyncio import call_later

from crawlers.frontier import now
from crawlers.spider import PLACE, MarketSpider

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.utils.asyncio import CallLaterResult


class FrontierScheduler(BaseScheduler):
    """Hands out requests for the addresses that wait in the frontier."""

    def __init__(self, crawler: "Crawler") -> None:
        self._crawler = crawler
        self._spider: MarketSpider = crawler.spider  # type: ignore[assignment]  # ours is the only spider
        self._walk = self._spider.walk
        self._alarm: CallLaterResult | None = None

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """The scheduler of a crawler."""
        return cls(crawler)

    def has_pending_requests(self) -> bool:
        """Whether an address waits."""
        return self._walk.waits()

    def enqueue_request(self, request: Request) -> bool:  # noqa: ARG002  # Scrapy's signature
        """Nothing: addresses come in through the frontier only, which has judged them."""
        return False

    def next_request(self) -> Request | None:
        """The request for the next address."""
        place = self._walk.next()
        if place is None:
            self._look_again_in(self._walk.wait_s())
            return None
        meta = {PLACE: place, "download_slot": self._walk.profile.market}
        url = self._walk.url(place)
        headers = self._walk.entry.headers(url, now())
        return Request(url, headers=headers, callback=self._spider.parse, errback=self._spider.failed, meta=meta)

    def close(self, reason: str) -> None:
        """End the visit where nothing is left; an interrupted one goes on another time."""
        self._look_again_in(0.0)
        self._walk.end(complete=reason == "finished")

    def _look_again_in(self, seconds: float) -> None:
        if self._alarm:
            self._alarm.cancel()
        self._alarm = call_later(seconds, self._look_again) if seconds else None

    def _look_again(self) -> None:
        self._alarm = None
        assert self._crawler.engine is not None
        if slot := self._crawler.engine._slot:  # noqa: SLF001  # else Scrapy looks every 5 s only
            slot.nextcall.schedule()

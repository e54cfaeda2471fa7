"""Scrapy's scheduler and duplicate filter, both of which are the frontier."""

from typing import TYPE_CHECKING, Self

from scrapy import Request
from scrapy.core.scheduler import BaseScheduler

from crawlers.frontier import now
from crawlers.spider import PLACE, MarketSpider

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class FrontierScheduler(BaseScheduler):
    """Hands out requests for the addresses that wait in the frontier."""

    def __init__(self, spider: MarketSpider) -> None:
        self._spider = spider
        self._walk = spider.walk

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """The scheduler of a crawler."""
        return cls(crawler.spider)  # type: ignore[arg-type]  # ours is the only spider

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
            return None
        meta = {PLACE: place, "download_slot": self._walk.profile.market}
        url = self._walk.url(place)
        headers = self._walk.entry.headers(url, now())
        return Request(url, headers=headers, callback=self._spider.parse, errback=self._spider.failed, meta=meta)

    def close(self, reason: str) -> None:
        """End the visit where nothing is left; an interrupted one goes on another time."""
        self._walk.end(complete=reason == "finished")

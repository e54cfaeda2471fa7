"""Scrapy's hook behind the spider: what came of a page is published, and only then is its address done."""

from typing import TYPE_CHECKING, Self

from crawlers.outcome import Outcome
from crawlers.walk import Walk

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class Publisher:
    """Publishes outcomes in the order in which pages come."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """The publisher of a crawler, whose spider has the walk."""
        return cls(crawler.spider.walk)  # type: ignore[union-attr]  # ours is the only spider

    def process_item(self, item: Outcome) -> Outcome:
        """The outcome, settled."""
        self._walk.settle(item)
        return item

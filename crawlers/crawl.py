"""Crawls: several markets in one process, each at its own pace."""

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing
from functools import partial

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings as ScrapySettings

from crawlers.account import Tally, tally
from crawlers.daemon.watch import tor_version, watching
from crawlers.evidence.archive import Archive
from crawlers.frontier import Frontier, now
from crawlers.gates.desk import Desk
from crawlers.guards import confine, way_of
from crawlers.hardening import scrapy_settings
from crawlers.profile import Pace
from crawlers.route.denylist import Denylist
from crawlers.route.origin import service
from crawlers.route.probe import probe
from crawlers.setting_out import Parts, grants, ready, walk
from crawlers.spider import MarketSpider
from crawlers.walk import Walk
from pipeline.deployment import Deployment
from pipeline.errors import HeadstampError
from pipeline.logs import line
from pipeline.sqlite import lock
from pipeline.terminal import plain

Bar = Callable[[], AbstractContextManager[Callable[[int], None]]]
"""What shows the progress of a crawl while it runs."""


def crawl(markets: Sequence[str], deployment: Deployment, bar: Bar) -> list[Tally]:
    """What the visits of these markets came to; an interrupted one goes on the next time.

    Scrapy and Twisted run once a process, and so does this: from here on the process is confined to the SOCKS port and
    the home, for good.
    """
    settings = deployment.settings
    denied, granted = Denylist.read(settings.crawl.denylist), grants(markets, settings)
    for one in granted:
        warn(one.authority.ends_soon(now()))
    with ExitStack() as stack:
        for one in granted:
            name = one.profile.market
            stack.enter_context(lock(settings.root / "locks" / f"crawl-{name}.lock", f"crawl {name}"))
        # before anything is asked for, and before the bar starts a thread
        watch = confine(way_of(settings), required=settings.crawl.require_guards)
        probe(settings.socks)
        frontier = stack.enter_context(closing(Frontier(settings.root)))
        granted = [ready(one, frontier, denied) for one in granted]
        stack.enter_context(watching(settings, {service(host) for one in granted for host in one.hosts}))
        parts = Parts(
            deployment=deployment,
            frontier=frontier,
            moved=stack.enter_context(bar()),
            log=stack.enter_context(closing(deployment.log())),
            archive=stack.enter_context(closing(Archive(settings.root))),
            desk=stack.enter_context(closing(Desk(settings.root))),
            denied=denied,
            tor=tor_version(settings),
        )
        walks = [walk(one, parts) for one in granted]
        watch.report(partial(_stop, walks))
        _run(walks, deployment)
        for fault in filter(None, [watch.attempt, *(each.fault for each in walks)]):
            raise fault
        return [_told(_tallied(frontier, each)) for each in walks]


def _tallied(frontier: Frontier, walked: Walk) -> Tally:
    return tally(
        frontier.database,
        walked.visit,
        unreachable=walked.unreachable,
        paused=walked.paused,
        gate=walked.entry.paused,
        unread=walked.unread_texts,
    )


def warn(told: str) -> None:
    """Say on stderr what an operator must know, where there is something."""
    if told:
        sys.stderr.write(f"headstamp: {plain(told)}\n")


def _stop(walks: Sequence[Walk], fault: HeadstampError) -> None:
    for each in walks:
        each.stop(fault)


def _told(visited: Tally) -> Tally:
    line(
        "visit",
        market=visited.market,
        pages=visited.pages,
        listings=visited.listings,
        rejected=sum(visited.rejected.values()),
        unread=sum(visited.unread.values()),
    )
    return visited


def _process(settings: Mapping[str, object]) -> AsyncCrawlerProcess:
    """Scrapy's process, which says nothing below a warning: it would tell of every request."""
    logging.disable(logging.INFO)
    try:
        return AsyncCrawlerProcess(ScrapySettings(dict(settings)))
    finally:
        logging.getLogger("scrapy").setLevel(logging.WARNING)
        logging.disable(logging.NOTSET)


def _run(walks: Sequence[Walk], deployment: Deployment) -> None:
    crawl = deployment.settings.crawl
    process = _process(scrapy_settings(crawl, Pace()))
    visits = []
    for each in walks:
        # at "project", their own priority, the settings of the process would overrule the market's pace
        own = ScrapySettings(dict(scrapy_settings(crawl, each.profile.pace)), priority="spider")
        visits.append(process.crawl(Crawler(MarketSpider, own), walk=each))
    process.start()
    for visit in visits:
        if visit.done() and not visit.cancelled():  # a second signal leaves it undone
            visit.result()

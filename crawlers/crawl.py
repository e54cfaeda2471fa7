"""Crawls: several markets in one process, each at its own pace."""

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing
from functools import partial

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from crawlers.account import Tally, tally
from crawlers.daemon.watch import watching
from crawlers.frontier import Frontier, now
from crawlers.guards import confine, way_of
from crawlers.hardening import scrapy_settings
from crawlers.probe import probe
from crawlers.profile import MarketProfile, Pace, load
from crawlers.spider import MarketSpider
from crawlers.tor import Route
from crawlers.walk import Walk
from pipeline.broker import Broker
from pipeline.deployment import Deployment
from pipeline.errors import HeadstampError, SettingsError
from pipeline.logs import line
from pipeline.sqlite import lock

HOLD_S = 120.0
"""Seconds that requests wait for a SOCKS port that went away."""
Bar = Callable[[], AbstractContextManager[Callable[[int], None]]]
"""What shows the progress of a crawl while it runs."""


def crawl(markets: Sequence[str], deployment: Deployment, bar: Bar) -> list[Tally]:
    """What the visits of these markets came to; an interrupted one goes on the next time.

    Scrapy and Twisted run once a process, and so does this: from here on the process is confined to the SOCKS port and
    the home, for good.
    """
    settings = deployment.settings
    profiles = [ready(load(market, settings.crawl.profiles)) for market in dict.fromkeys(markets)]
    with ExitStack() as stack:
        for profile in profiles:
            stack.enter_context(
                lock(settings.root / "locks" / f"crawl-{profile.market}.lock", f"crawl {profile.market}")
            )
        # before anything is asked for, and before the bar starts a thread
        watch = confine(way_of(settings), required=settings.crawl.require_guards)
        probe(settings.socks)
        stack.enter_context(watching(settings, {mirror for one in profiles for mirror in one.mirrors}))
        moved = stack.enter_context(bar())
        frontier = stack.enter_context(closing(Frontier(settings.root)))
        log = stack.enter_context(closing(deployment.log()))
        walks = [_walk(profile, deployment, frontier, log, moved) for profile in profiles]
        watch.report(partial(_stop, walks))
        _run(walks, deployment)
        for fault in filter(None, [watch.attempt, *(walk.fault for walk in walks)]):
            raise fault
        return [_told(tally(frontier.database, walk.visit, unreachable=walk.unreachable)) for walk in walks]


def ready(profile: MarketProfile) -> MarketProfile:
    """The profile, if it says all that a visit needs."""
    if not profile.authority:
        raise SettingsError(f"profile {profile.market}: 'authority' is missing: under which authority may it be read?")
    if not profile.mirrors:
        raise SettingsError(f"profile {profile.market}: 'mirrors' is missing: no address to ask")
    return profile


def _walk(
    profile: MarketProfile, deployment: Deployment, frontier: Frontier, log: Broker, moved: Callable[[int], None]
) -> Walk:
    with closing(deployment.activations()) as activations:
        activation = activations.number(f"profile:{profile.market}", profile.digest)
    route = Route(
        socks=deployment.settings.socks,
        mirrors=frozenset(profile.mirrors),
        # random, for a circuit that hung once must not be met again after a restart
        key=f"{profile.market}.{secrets.token_hex(8)}",
        hold_s=HOLD_S,
    )
    return Walk(
        profile=profile,
        visit=frontier.begin(profile.market, profile.start, now()),
        frontier=frontier,
        log=log,
        route=route,
        activation=activation,
        moved=moved,
    )


def _stop(walks: Sequence[Walk], fault: HeadstampError) -> None:
    for walk in walks:
        walk.stop(fault)


def _told(visited: Tally) -> Tally:
    line(
        "visit",
        market=visited.market,
        pages=visited.pages,
        listings=visited.listings,
        rejected=sum(visited.rejected.values()),
    )
    return visited


def _process(settings: Mapping[str, object]) -> AsyncCrawlerProcess:
    """Scrapy's process, which says nothing below a warning: it would tell of every request."""
    logging.disable(logging.INFO)
    try:
        return AsyncCrawlerProcess(Settings(dict(settings)))
    finally:
        logging.getLogger("scrapy").setLevel(logging.WARNING)
        logging.disable(logging.NOTSET)


def _run(walks: Sequence[Walk], deployment: Deployment) -> None:
    crawl = deployment.settings.crawl
    process = _process(scrapy_settings(crawl, Pace()))
    visits = []
    for walk in walks:
        # at "project", their own priority, the settings of the process would overrule the market's pace
        own = Settings(dict(scrapy_settings(crawl, walk.profile.pace)), priority="spider")
        visits.append(process.crawl(Crawler(MarketSpider, own), walk=walk))
    process.start()
    for visit in visits:
        if visit.done() and not visit.cancelled():  # a second signal leaves it undone
            visit.result()

"""Crawls: several markets in one process, each at its own pace."""

import logging
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings as ScrapySettings

from crawlers.account import Tally, tally
from crawlers.authority.record import Authority
from crawlers.authority.register import permit
from crawlers.bounds import Route
from crawlers.breaker import Backoff
from crawlers.daemon.watch import watching
from crawlers.denylist import Denylist
from crawlers.frontier import Frontier, now
from crawlers.hardening import scrapy_settings
from crawlers.lanes import Lanes
from crawlers.leave import Leave
from crawlers.mirrors.store import Mirrors, widened
from crawlers.origin import service
from crawlers.profile import MarketProfile, Pace, load
from crawlers.socks import port
from crawlers.spider import MarketSpider
from crawlers.walk import Walk, unavailable
from pipeline.broker import Broker
from pipeline.deployment import Deployment
from pipeline.errors import SettingsError
from pipeline.logs import line
from pipeline.settings import Settings
from pipeline.sqlite import lock
from pipeline.terminal import plain

HOLD_S = 120.0
"""Seconds that requests wait for a SOCKS port that went away."""
PROBE_TIMEOUT_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What all walks of a process share."""

    deployment: Deployment
    frontier: Frontier
    log: Broker
    denied: Denylist
    moved: Callable[[int], None]


def crawl(markets: Sequence[str], deployment: Deployment, moved: Callable[[int], None]) -> list[Tally]:
    """What the visits of these markets came to; an interrupted one goes on the next time.

    Scrapy and Twisted run once a process, and so does this.
    """
    settings = deployment.settings
    denied = Denylist.read(settings.crawl.denylist)
    profiles = [load(market, settings.crawl.profiles) for market in dict.fromkeys(markets)]
    permits = {profile.market: permit(profile, settings, now()) for profile in profiles}
    for authority in permits.values():
        warn(authority.ends_soon(now()))
    probe(settings.socks)
    with ExitStack() as stack:
        for profile in profiles:
            stack.enter_context(
                lock(settings.root / "locks" / f"crawl-{profile.market}.lock", f"crawl {profile.market}")
            )
        frontier = stack.enter_context(closing(Frontier(settings.root)))
        log = stack.enter_context(closing(deployment.log()))
        profiles = [ready(known(profile, frontier), denied) for profile in profiles]
        stack.enter_context(watching(settings, {service(origin.host) for one in profiles for origin in one.origins}))
        parts = Parts(deployment=deployment, frontier=frontier, log=log, denied=denied, moved=moved)
        walks = [_walk(profile, permits[profile.market], parts) for profile in profiles]
        _run(walks, deployment)
        for fault in [walk.fault for walk in walks if walk.fault]:
            raise fault
        return [
            _told(tally(frontier.database, walk.visit, unreachable=walk.unreachable, paused=walk.paused))
            for walk in walks
        ]


def known(profile: MarketProfile, frontier: Frontier) -> MarketProfile:
    """The profile with the mirrors that the market's signed lists named."""
    return widened(profile, Mirrors(database=frontier.database, profile=profile).listed())


def ready(profile: MarketProfile, denied: Denylist) -> MarketProfile:
    """The profile, if it says all that a visit needs."""
    if not profile.mirrors:
        raise SettingsError(f"profile {profile.market}: 'mirrors' is missing: no address to ask")
    for origin in profile.origins:
        if denied.names(origin.host):
            raise SettingsError(f"profile {profile.market}: crawl.denylist names its mirror {origin.host}: never asked")
    return profile


def probe(socks: str) -> None:
    """Return if the SOCKS port answers; a `TorUnavailableError` if it does not."""
    host, number = port(socks)
    family, address = (socket.AF_INET, (host, number)) if number else (socket.AF_UNIX, host)
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(PROBE_TIMEOUT_S)
        try:
            connection.connect(address)
        except OSError as error:
            raise unavailable(socks) from error


def _route(profile: MarketProfile, settings: Settings, denied: Denylist) -> Route:
    return Route(
        socks=settings.socks,
        origins=frozenset(profile.origins),
        lanes=Lanes.of(profile.market, profile.pace.lanes),
        hold_s=HOLD_S,
        connect_s=settings.crawl.connect_timeout_s,
        denied=denied,
    )


def _walk(profile: MarketProfile, authority: Authority, parts: Parts) -> Walk:
    deployment, frontier = parts.deployment, parts.frontier
    with closing(deployment.activations()) as activations:
        activation = activations.number(f"profile:{profile.market}", profile.digest)
    starts = (*profile.start, *filter(None, [profile.mirror_list]))
    walk = Walk(
        profile=profile,
        visit=frontier.begin(profile.market, starts, now()),
        frontier=frontier,
        log=parts.log,
        route=_route(profile, deployment.settings, parts.denied),
        backoff=Backoff(first_s=deployment.settings.crawl.backoff_s),
        activation=activation,
        leave=Leave(profile=profile, authority=authority, database=frontier.database),
        moved=parts.moved,
    )
    walk.open()
    return walk


def warn(told: str) -> None:
    """Say on stderr what an operator must know, where there is something."""
    if told:
        sys.stderr.write(f"headstamp: {plain(told)}\n")


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
        return AsyncCrawlerProcess(ScrapySettings(dict(settings)))
    finally:
        logging.getLogger("scrapy").setLevel(logging.WARNING)
        logging.disable(logging.NOTSET)


def _run(walks: Sequence[Walk], deployment: Deployment) -> None:
    crawl = deployment.settings.crawl
    process = _process(scrapy_settings(crawl, Pace()))
    visits = []
    for walk in walks:
        # at "project", their own priority, the settings of the process would overrule the market's pace
        own = ScrapySettings(dict(scrapy_settings(crawl, walk.profile.pace)), priority="spider")
        visits.append(process.crawl(Crawler(MarketSpider, own), walk=walk))
    process.start()
    for visit in visits:
        if visit.done() and not visit.cancelled():  # a second signal leaves it undone
            visit.result()

"""Crawls: several markets in one process, each at its own pace."""

import logging
import secrets
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from crawlers.account import Tally, tally
from crawlers.frontier import Frontier, now
from crawlers.gates.desk import Desk
from crawlers.gates.entry import Entry
from crawlers.gates.hits import vendors
from crawlers.gates.permit import permitted
from crawlers.gates.vault import Vault
from crawlers.hardening import scrapy_settings
from crawlers.profile import MarketProfile, Pace, load
from crawlers.socks import port
from crawlers.spider import MarketSpider
from crawlers.tor import Route
from crawlers.walk import Walk, unavailable
from pipeline.broker import Broker
from pipeline.deployment import Deployment
from pipeline.errors import SettingsError
from pipeline.logs import line
from pipeline.sqlite import lock

HOLD_S = 120.0
"""Seconds that requests wait for a SOCKS port that went away."""
PROBE_TIMEOUT_S = 10.0


def crawl(markets: Sequence[str], deployment: Deployment, moved: Callable[[int], None]) -> list[Tally]:
    """What the visits of these markets came to; an interrupted one goes on the next time.

    Scrapy and Twisted run once a process, and so does this.
    """
    settings = deployment.settings
    profiles = [ready(load(market, settings.crawl.profiles)) for market in dict.fromkeys(markets)]
    probe(settings.crawl.socks)
    with ExitStack() as stack:
        for profile in profiles:
            stack.enter_context(
                lock(settings.root / "locks" / f"crawl-{profile.market}.lock", f"crawl {profile.market}")
            )
        frontier = stack.enter_context(closing(Frontier(settings.root)))
        log = stack.enter_context(closing(deployment.log()))
        desk = stack.enter_context(closing(Desk(settings.root)))
        walks = [_walk(profile, deployment, frontier, log, moved, desk=desk) for profile in profiles]
        _run(walks, deployment)
        for fault in [walk.fault for walk in walks if walk.fault]:
            raise fault
        return [_told(tally(frontier.database, walk.visit, unreachable=walk.unreachable)) for walk in walks]


def ready(profile: MarketProfile) -> MarketProfile:
    """The profile, if it says all that a visit needs."""
    if not profile.authority:
        raise SettingsError(f"profile {profile.market}: 'authority' is missing: under which authority may it be read?")
    if not profile.mirrors:
        raise SettingsError(f"profile {profile.market}: 'mirrors' is missing: no address to ask")
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


def _walk(
    profile: MarketProfile,
    deployment: Deployment,
    frontier: Frontier,
    log: Broker,
    moved: Callable[[int], None],
    *,
    desk: Desk,
) -> Walk:
    vault = Vault(deployment.settings.root)
    session = permitted(vault.session(profile.market), profile, deployment.settings)
    with closing(deployment.activations()) as activations:
        activation = activations.number(f"profile:{profile.market}", profile.digest)
    route = Route(
        socks=deployment.settings.crawl.socks,
        mirrors=frozenset(profile.mirrors),
        # random, for a circuit that hung once must not be met again after a restart
        key=session.lane if session else f"{profile.market}.{secrets.token_hex(8)}",
        hold_s=HOLD_S,
    )
    visit = frontier.begin(profile.market, profile.start, now())
    return Walk(
        profile=profile,
        visit=visit,
        entry=Entry(profile=profile, visit=visit.id, desk=desk, vault=vault, session=session),
        hits=vendors(profile.market, deployment) if session else frozenset(),
        frontier=frontier,
        log=log,
        route=route,
        activation=activation,
        moved=moved,
    )


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

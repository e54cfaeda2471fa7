"""What a walk over one market sets out with: mirrors that may be asked, a route, an activation, a visit."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from crawlers.authority.record import Authority
from crawlers.bounds import Route
from crawlers.breaker import Backoff
from crawlers.denylist import Denylist
from crawlers.frontier import Frontier, now
from crawlers.lanes import Lanes
from crawlers.leave import Leave
from crawlers.mirrors.store import Mirrors, widened
from crawlers.profile import MarketProfile
from crawlers.walk import Walk
from pipeline.broker import Broker
from pipeline.deployment import Deployment
from pipeline.errors import SettingsError
from pipeline.settings import Settings

HOLD_S = 120.0
"""Seconds that requests wait for a SOCKS port that went away."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What all walks of a process share."""

    deployment: Deployment
    frontier: Frontier
    log: Broker
    denied: Denylist
    moved: Callable[[int], None]


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


def _route(profile: MarketProfile, settings: Settings, denied: Denylist) -> Route:
    return Route(
        socks=settings.socks,
        origins=frozenset(profile.origins),
        lanes=Lanes.of(profile.market, profile.pace.lanes),
        hold_s=HOLD_S,
        connect_s=settings.crawl.connect_timeout_s,
        denied=denied,
    )


def walk(profile: MarketProfile, authority: Authority, parts: Parts) -> Walk:
    """The market's visit, begun or gone on with."""
    deployment, frontier = parts.deployment, parts.frontier
    with closing(deployment.activations()) as activations:
        activation = activations.number(f"profile:{profile.market}", profile.digest)
    starts = (*profile.start, *filter(None, [profile.mirror_list]))
    begun = Walk(
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
    begun.open()
    return begun

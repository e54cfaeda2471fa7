"""What a walk over one market sets out with: mirrors that may be asked, a route, an activation, a visit."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

import msgspec

from crawlers.authority.record import Authority
from crawlers.authority.register import permit
from crawlers.evidence.archive import Archive
from crawlers.evidence.keeper import Keeper
from crawlers.evidence.record import Origin
from crawlers.frontier import Frontier, now
from crawlers.gates.desk import Desk
from crawlers.gates.entry import Entry
from crawlers.gates.hits import vendors
from crawlers.gates.permit import permitted
from crawlers.gates.session import Session
from crawlers.gates.vault import Vault
from crawlers.health.telling import Telling
from crawlers.leave import Leave
from crawlers.mirrors.store import Mirrors, widened
from crawlers.profile import MarketProfile, load
from crawlers.profile.shape import KIND
from crawlers.route.bounds import Route
from crawlers.route.breaker import Backoff
from crawlers.route.denylist import Denylist
from crawlers.route.lanes import Lanes
from crawlers.spider import SOFTWARE
from crawlers.walk import Walk
from pipeline.broker import Broker
from pipeline.deployment import Deployment
from pipeline.errors import SettingsError
from pipeline.records import digest
from pipeline.settings import Settings
from pipeline.wordings import keep

HOLD_S = 120.0
"""Seconds that requests wait for a SOCKS port that went away."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What all walks of a process share."""

    deployment: Deployment
    frontier: Frontier
    log: Broker
    archive: Archive
    desk: Desk
    denied: Denylist
    tor: str
    """Version of the tor behind the SOCKS port; "" where nobody watches it."""
    moved: Callable[[int], None]


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A market that may be read, by which authority, and inside which session."""

    profile: MarketProfile
    authority: Authority
    session: Session | None

    @property
    def hosts(self) -> list[str]:
        """The hosts of its mirrors."""
        return [origin.host for origin in self.profile.origins]


def grants(markets: Sequence[str], settings: Settings) -> list[Grant]:
    """What allows each market to be read now; an `AuthorityError` where one may not."""
    profiles = [load(market, settings.crawl.profiles) for market in dict.fromkeys(markets)]
    return [_grant(profile, settings) for profile in profiles]


def _grant(profile: MarketProfile, settings: Settings) -> Grant:
    session = permitted(Vault(settings.root).session(profile.market), profile)
    authority = permit(profile, settings, now(), inside_session=session is not None)
    return Grant(profile=profile, authority=authority, session=session)


def ready(grant: Grant, frontier: Frontier, denied: Denylist) -> Grant:
    """The grant with the mirrors that the market's signed lists named, if there are any to ask."""
    listed = Mirrors(database=frontier.database, profile=grant.profile).listed()
    covered = [mirror for mirror in listed if not grant.authority.mirrors or mirror in grant.authority.mirrors]
    return replace(grant, profile=asked(widened(grant.profile, covered), denied))


def leave(market: str, settings: Settings, frontier: Frontier) -> Authority:
    """The authority under which a crawl would read a market now; a `SettingsError` with why none would."""
    denied = Denylist.read(settings.crawl.denylist)
    (grant,) = grants([market], settings)
    return ready(grant, frontier, denied).authority


def asked(profile: MarketProfile, denied: Denylist) -> MarketProfile:
    """The profile, if it has mirrors, none of which is on the denylist."""
    if not profile.mirrors:
        raise SettingsError(f"profile {profile.market}: 'mirrors' is missing: no address to ask")
    for origin in profile.origins:
        if denied.names(origin.host):
            raise SettingsError(f"profile {profile.market}: crawl.denylist names its mirror {origin.host}: never asked")
    return profile


def _route(profile: MarketProfile, settings: Settings, session: Session | None, denied: Denylist) -> Route:
    return Route(
        socks=settings.socks,
        origins=frozenset(profile.origins),
        lanes=Lanes.fixed(session.lane) if session else Lanes.of(profile.market, profile.pace.lanes),
        hold_s=HOLD_S,
        connect_s=settings.crawl.connect_timeout_s,
        denied=denied,
    )


def walk(grant: Grant, parts: Parts) -> Walk:
    """The market's visit, begun or gone on with."""
    profile, session = grant.profile, grant.session
    deployment, frontier = parts.deployment, parts.frontier
    keep(deployment.settings.root, KIND, profile.text)
    with closing(deployment.activations()) as activations:
        activation = activations.number(f"profile:{profile.market}", profile.digest)
    starts = (*profile.start, *filter(None, [profile.mirror_list]))
    visit = frontier.begin(profile.market, starts, now())
    vault = Vault(deployment.settings.root)
    begun = Walk(
        profile=profile,
        visit=visit,
        entry=Entry(profile=profile, visit=visit.id, desk=parts.desk, vault=vault, session=session),
        hits=vendors(profile.market, deployment) if session else frozenset(),
        frontier=frontier,
        log=parts.log,
        route=_route(profile, deployment.settings, session, parts.denied),
        backoff=Backoff(first_s=deployment.settings.crawl.backoff_s),
        activation=activation,
        telling=Telling(database=frontier.database, profile=profile, home=deployment.settings.root),
        keeper=Keeper(archive=parts.archive, origin=origin(profile, deployment.settings), tor=parts.tor),
        leave=Leave(profile=profile, authority=grant.authority, database=frontier.database),
        moved=parts.moved,
    )
    begun.open()
    return begun


def origin(profile: MarketProfile, settings: Settings) -> Origin:
    """What every record of a visit says of programs and rules."""
    chosen = msgspec.json.encode(settings.crawl, order="deterministic").decode()
    return Origin(
        crawler=SOFTWARE,
        profile=profile.digest,
        settings=digest("settings", chosen),
        authority=profile.authority,
    )

"""The gates that wait for an operator, batched: by market and kind, since when, what to do, what waits behind each."""

from contextlib import AbstractContextManager, closing
from datetime import datetime

import msgspec

from crawlers.frontier import Frontier, now
from crawlers.gate import WHAT_TO_DO
from crawlers.gates.desk import Desk, Length, Open
from crawlers.gates.handed import Handed
from crawlers.gates.patience import MOVING, PARTIAL
from crawlers.gates.session import Session, lane
from crawlers.gates.vault import Vault
from crawlers.profile import Gate, MarketProfile
from pipeline.deployment import Deployment
from pipeline.sqlite import Database, lock

DEAR = "EXISTS(SELECT 1 FROM rank WHERE rank.market=address.market AND rank.address=address.address)"
PASSED_BY_HAND = (*PARTIAL, *MOVING)
"""Gates that a session opens."""


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One task of an operator."""

    market: str
    gate: Gate
    since: str
    visits: int
    """In how many visits the gate was met."""
    addresses: int
    """Addresses that wait behind it."""
    dear: int
    """Those among them that a session is for: weapons categories, what they list, vendors with earlier hits."""
    session: bool
    """Whether a session of the market is kept."""
    length: Length | None
    """How long sessions of the market have lasted."""
    todo: str
    url: str


def waiting(deployment: Deployment) -> list[Waiting]:
    """Every open task, those first that a session helps most: the dearest addresses, then the most."""
    home = deployment.settings.root
    vault = Vault(home)
    with closing(Desk(home)) as desk, closing(Frontier(home)) as frontier:
        found = [
            Waiting(
                market=task.market,
                gate=task.gate,
                since=task.since,
                visits=task.visits,
                addresses=_behind(frontier.database, task, "1"),
                dear=_behind(frontier.database, task, DEAR),
                session=vault.has(task.market),
                length=desk.length(task.market),
                todo=_todo(task, session=vault.has(task.market)),
                url=task.url,
            )
            for task in desk.tasks()
        ]
    return sorted(found, key=lambda one: (-one.dear, -one.addresses, one.market, one.gate))


def _todo(task: Open, *, session: bool) -> str:
    inside = session and task.gate in PASSED_BY_HAND
    return (
        f"`headstamp crawl {task.market}` goes on inside the session that is kept" if inside else WHAT_TO_DO[task.gate]
    )


def _behind(database: Database, task: Open, condition: str) -> int:
    """The addresses held behind a gate; where all of the market waits behind it, whatever waits there."""
    sql = f"SELECT count(*) FROM address WHERE market=? AND ((state='gated' AND reason=?) OR (? AND state='waiting')) AND {condition}"  # noqa: S608  # our own conditions
    row = database.row(sql, task.market, task.gate, int(task.whole))
    return int(str(row[0])) if row else 0


def resume(profile: MarketProfile, given: Handed, user_agent: str, deployment: Deployment) -> Session:
    """The session that was handed over, kept and bound to a lane of its own; tasks stay until a visit has shown them done."""
    home, market = deployment.settings.root, profile.market
    with _alone(market, deployment), closing(Desk(home)) as desk:
        opened = now()
        session = Session(
            market=market,
            lane=lane(market),
            user_agent=user_agent,
            authority=profile.authority,
            opened=opened,
            number=desk.begun(market, opened),
            cookies=given.cookies,
        )
        Vault(home).keep(session)
        desk.handed(market)
    return session


def forget(market: str, deployment: Deployment, time: datetime) -> bool:
    """Delete a market's session; whether there was one."""
    home = deployment.settings.root
    with _alone(market, deployment), closing(Desk(home)) as desk:
        desk.ended(market, time, "forgotten")
        return Vault(home).forget(market)


def _alone(market: str, deployment: Deployment) -> AbstractContextManager[None]:
    """Keep crawls of the market away: one under way would write its own session back."""
    return lock(deployment.settings.root / "locks" / f"crawl-{market}.lock", f"crawl {market}")

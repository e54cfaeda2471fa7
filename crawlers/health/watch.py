"""Alerts after a visit: raised once when a threshold breaks, and again only after it held in between."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from crawlers.health.breaches import Breach, Kind, breaches
from crawlers.health.figures import figures
from crawlers.profile import MarketProfile
from pipeline.records import Alert, digest
from pipeline.sqlite import Database

OF_LISTINGS = frozenset({Kind.FIELD, Kind.LAYOUT})
"""Alerts that only listings can show to be mended."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """An alert whose threshold was broken at the last visit."""

    market: str
    kind: str
    subject: str
    id: str
    time: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What a visit broke, and which alerts it showed to be mended: one without an answer, or without listings, shows less."""

    broken: tuple[Breach, ...]
    mended: tuple[Standing, ...]


@dataclass(frozen=True, kw_only=True)
class Watch:
    """The alerts of one market."""

    database: Database
    profile: MarketProfile

    def changes(self, *, unreachable: bool = False) -> Changes:
        """What the newest visit broke and mended."""
        found = figures(self.database, self.profile)
        if found is None:
            return Changes(broken=(), mended=())
        silent = unreachable or not found.pages
        broken = tuple(breaches(found, unreachable=silent))
        names = {(str(one.kind), one.subject) for one in broken}
        mended = tuple(
            one
            for one in standing(self.database, self.profile.market)
            if (one.kind, one.subject) not in names and not silent and (found.shown or one.kind not in OF_LISTINGS)
        )
        return Changes(broken=broken, mended=mended)

    def alerts(self, changes: Changes, visit: str, now: datetime) -> list[Alert]:
        """An alert for each breach that does not stand already; killed before `stand`, the same visit gives the same ids."""
        market = self.profile.market
        before = {(one.kind, one.subject) for one in standing(self.database, market)}
        return [
            Alert(id=alert_id(one, market, visit), kind=str(one.kind), time=now, market=market, detail=one.detail)
            for one in changes.broken
            if (str(one.kind), one.subject) not in before
        ]

    def stand(self, changes: Changes, visit: str, now: datetime) -> None:
        """Remember what is broken now."""
        market = self.profile.market
        with self.database.transaction():
            self.database.many(
                "DELETE FROM alert WHERE market=? AND kind=? AND subject=?",
                [(market, one.kind, one.subject) for one in changes.mended],
            )
            self.database.many(
                "INSERT INTO alert VALUES(?,?,?,?,?,?) ON CONFLICT DO UPDATE SET detail=excluded.detail",
                [
                    (market, one.kind, one.subject, alert_id(one, market, visit), now.isoformat(), one.detail)
                    for one in changes.broken
                ],
            )


def alert_id(one: Breach, market: str, visit: str) -> str:
    """The id of the alert that a visit raises for a breach."""
    return digest("alert", market, one.kind, one.subject, visit)


def standing(database: Database, market: str) -> list[Standing]:
    """The alerts of a market that stand."""
    rows = database.all(
        "SELECT market, kind, subject, id, time, detail FROM alert WHERE market=? ORDER BY time, kind, subject", market
    )
    return [
        Standing(market=name, kind=kind, subject=subject, id=number, time=time, detail=detail)
        for name, kind, subject, number, time, detail in (map(str, row) for row in rows)
    ]

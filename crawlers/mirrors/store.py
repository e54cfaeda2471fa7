"""The mirrors that a market's signed lists named, kept in the frontier of a home."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from crawlers.mirrors.signed import MirrorList, Unbelieved, mirror_list
from crawlers.profile import MarketProfile
from pipeline.records import Task, digest
from pipeline.sqlite import Database

TABLE = """
CREATE TABLE mirror_list(market TEXT PRIMARY KEY, key TEXT NOT NULL, signed TEXT NOT NULL, accepted TEXT NOT NULL,
    mirrors TEXT NOT NULL) STRICT;
"""
KIND = "mirrors"


@dataclass(frozen=True, kw_only=True)
class Mirrors:
    """The mirrors of one market that are known beside its profile."""

    database: Database
    profile: MarketProfile

    def listed(self) -> tuple[str, ...]:
        """Those of the last list accepted; none where the profile pins another key now."""
        return tuple(self._found("mirrors").split())

    def last(self) -> datetime | None:
        """When the last list accepted was signed."""
        found = self._found("signed")
        return datetime.fromisoformat(found) if found else None

    def accept(self, body: bytes, now: datetime) -> MirrorList | Unbelieved:
        """The list, kept if the pinned key signed it and it is no replay; or why nothing changed."""
        pinned = self.profile.mirror_key
        if pinned is None:
            return Unbelieved(reason="the profile pins no key: add 'mirror_key' to it")
        with self.database.transaction():
            found = mirror_list(body, pinned.armored, now, self.last())
            if isinstance(found, MirrorList):
                self._keep(found, pinned.fingerprint, now)
        return found

    def _keep(self, found: MirrorList, key: str, now: datetime) -> None:
        self.database.run(
            "INSERT OR REPLACE INTO mirror_list VALUES(?,?,?,?,?)",
            *(self.profile.market, key, found.signed.isoformat(), now.isoformat(), " ".join(found.mirrors)),
        )

    def _found(self, column: str) -> str:
        if self.profile.mirror_key is None:
            return ""
        sql = f"SELECT {column} FROM mirror_list WHERE market=? AND key=?"  # noqa: S608  # our own columns
        row = self.database.row(sql, self.profile.market, self.profile.mirror_key.fingerprint)
        return str(row[0]) if row else ""


def widened(profile: MarketProfile, listed: Sequence[str]) -> MarketProfile:
    """The profile with these mirrors behind its own; its digest stays, for what it reads is the same on every mirror."""
    found = replace(profile, mirrors=tuple(dict.fromkeys((*profile.mirrors, *listed))))
    found.__dict__["digest"] = profile.digest
    return found


def task(profile: MarketProfile, body: bytes, reason: str, now: datetime, url: str = "") -> Task:
    """What an operator must do about a list that is not believed; the same task for the same list."""
    return Task(
        id=digest(KIND, profile.market, digest(body.decode("latin-1")), reason),
        market=profile.market,
        kind=KIND,
        time=now,
        url=url,
        detail=f"a mirror list of market {profile.market} is not believed, and changed nothing: {reason}. Compare it with the market's"
        " key as others know it; a new key must be pinned in the profile by hand",
    )

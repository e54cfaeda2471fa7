"""Whether a market may be asked now: authority, hours, the day's pages, and a pause that strange pages made."""

from dataclasses import dataclass
from datetime import datetime

from crawlers.authority.record import Authority
from crawlers.hours import Pause, opening, pause
from crawlers.profile import MarketProfile
from crawlers.reason import Reason
from pipeline.sqlite import Database


@dataclass(frozen=True, kw_only=True)
class Leave:
    """What the crawl of one market is bound to, whatever waits in its frontier."""

    profile: MarketProfile
    authority: Authority
    database: Database

    def refused(self, now: datetime) -> Pause | None:
        """Why the market may not be asked now; None where it may."""
        if now >= self.authority.end:
            return Pause(reason=Reason.AUTHORITY_ENDED, until=now)
        return _pause(self.database, self.profile, now)

    def standing(self, now: datetime) -> Pause | None:
        """The pause that strange pages made, until a day is over or the profile says something new."""
        return standing(self.database, self.profile, now)

    def rest(self, found: Pause, now: datetime) -> None:
        """Note that the market is not asked, for `why` and for the next crawl."""
        self.database.run(
            "INSERT OR REPLACE INTO pause VALUES(?,?,?,?,?)",
            *(self.profile.market, found.reason, now.isoformat(), found.until.isoformat(), self.profile.digest),
        )

    def resume(self) -> None:
        """Note that the market is asked again."""
        self.database.run("DELETE FROM pause WHERE market=?", self.profile.market)


def standing(database: Database, profile: MarketProfile, now: datetime) -> Pause | None:
    """The pause that strange pages made, until a day is over or the profile says something new."""
    row = database.row(
        "SELECT until FROM pause WHERE market=? AND reason=? AND profile=?",
        *(profile.market, Reason.UNKNOWN_PAGES, profile.digest),
    )
    until = datetime.fromisoformat(str(row[0])) if row else now
    return Pause(reason=Reason.UNKNOWN_PAGES, until=until) if until > now else None


def next_time(database: Database, profile: MarketProfile, now: datetime) -> datetime:
    """From when on the market may be asked, as far as its pace and its pauses go."""
    found = standing(database, profile, now) or _pause(database, profile, now)
    return opening(profile.pace.hours, profile.market, found.until) if found else now


def _pause(database: Database, profile: MarketProfile, now: datetime) -> Pause | None:
    pages = pages_of(database, profile.market, now) if profile.pace.pages_per_day else 0
    return pause(profile.pace, profile.market, now, pages)


def pages_of(database: Database, market: str, now: datetime) -> int:
    """The pages that the market gave on this day, UTC."""
    row = database.row("SELECT pages FROM day WHERE market=? AND day=?", market, f"{now:%Y-%m-%d}")
    return int(str(row[0])) if row else 0

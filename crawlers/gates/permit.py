"""The one place that asks whether a market may be read inside a session."""

from crawlers.authority.register import permit
from crawlers.frontier import now
from crawlers.gates.session import Session
from crawlers.profile import MarketProfile
from pipeline.errors import SettingsError
from pipeline.settings import Settings


def permitted(session: Session | None, profile: MarketProfile, settings: Settings) -> Session | None:
    """The session, if the authority of the profile allows to read inside one that an officer opened."""
    if session is None:
        return None
    if session.authority != profile.authority:
        raise SettingsError(
            f"market {profile.market}: the session was opened under {session.authority}, the profile names"
            f" {profile.authority or 'none'}; run `gate forget {profile.market}`, then hand a session over again"
        )
    permit(profile, settings, now(), inside_session=True)
    return session

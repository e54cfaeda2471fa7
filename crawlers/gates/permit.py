"""Whether a session may be used: it is bound to the authority under which it was opened."""

from crawlers.gates.session import Session
from crawlers.profile import MarketProfile
from pipeline.errors import SettingsError


def permitted(session: Session | None, profile: MarketProfile) -> Session | None:
    """The session, if it was opened under the authority that the profile names."""
    if session and session.authority != profile.authority:
        raise SettingsError(
            f"market {profile.market}: the session was opened under {session.authority}, the profile names"
            f" {profile.authority or 'none'}; run `gate forget {profile.market}`, then hand a session over again"
        )
    return session

"""Which listings a visit shows to be gone, though no page said so."""

from collections.abc import Sequence

from crawlers.frontier import Frontier, Visit
from crawlers.links import Kind
from crawlers.memory import Memory
from crawlers.news import Said
from crawlers.profile import MarketProfile


def vanished(profile: MarketProfile, visit: Visit, frontier: Frontier, memory: Memory) -> Sequence[Said]:
    """The listings that a whole visit did not see; none where it did not read everything.

    Of a market with listing pages they are those that lead elsewhere now, unless most do: then it is the market that changed.
    """
    if profile.rows:
        return memory.missing(visit.id) if frontier.whole(visit) else ()
    if not frontier.whole(visit, but_for=Kind.LISTING):
        return ()
    away = memory.led_away(visit.id)
    return away if len(away) < frontier.seen(visit) else ()

"""How long a crawl waits between two requests."""

import random

from crawlers.route.pacing import EvenSlot

REQUESTS = 2_000


def waited(slot: EvenSlot, at: float) -> float:
    """The time of the next request, by Scrapy's own way to look: wait, look again, go on where it is over."""
    slot.lastseen = at
    now = at
    while (rest := slot.download_delay() - now + slot.lastseen) > 0:
        now += rest + 1e-9
    return now


def test_a_market_waits_as_long_on_the_average_as_its_profile_says() -> None:
    random.seed(7)
    slot, now, gaps = EvenSlot(1, 4.0, 0.5), 1_000.0, []
    for _ in range(REQUESTS):
        gaps.append(waited(slot, now) - now)
        now += gaps[-1]
    assert abs(sum(gaps) / REQUESTS - 4.0) < 0.1
    assert 2.0 <= min(gaps) < 2.2
    assert 5.8 < max(gaps) <= 6.01


def test_no_delay_is_none() -> None:
    assert EvenSlot(1, 0.0, 0.5).download_delay() == 0.0

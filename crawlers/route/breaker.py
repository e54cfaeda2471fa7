"""When one onion service may be asked: always while it answers, ever more rarely while it does not."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Circuit(StrEnum):
    """How a breaker stands."""

    CLOSED = "closed"
    """The service is asked."""
    OPEN = "open"
    """It is left alone for a while."""
    HALF_OPEN = "half_open"
    """One request is under way, on whose end it depends."""


@dataclass(frozen=True, kw_only=True)
class Backoff:
    """How long a service is left alone: at first `first_s`, after each further failure twice as long."""

    first_s: float = 5.0
    most_s: float = 1800.0
    """A request to a dead service takes crawl.connect_timeout_s; every half hour, that costs a market with other mirrors little."""
    jitter: float = 0.5
    """Share by which a wait is varied, so that markets on one service do not come back at one moment."""
    chance: Callable[[], float] = random.random

    def wait_s(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row."""
        even = min(self.first_s * 2.0 ** min(failures - 1, 60), self.most_s)
        return even * (1 + self.jitter * (2 * self.chance() - 1))


class Breaker:
    """Stands between a crawl and one onion service; times are seconds of any clock that only goes forward."""

    def __init__(self, backoff: Backoff, failures: int = 0, retry_at: float = 0.0) -> None:
        self._backoff = backoff
        self._opened = 0.0
        self.failures = failures
        """Failures in a row, of which requests that began before the last one count none."""
        self.retry_at = retry_at
        self.state = Circuit.OPEN if failures else Circuit.CLOSED

    def ready(self, now: float) -> bool:
        """Whether a request may be made now."""
        return self.state is Circuit.CLOSED or (self.state is Circuit.OPEN and now >= self.retry_at)

    def take(self) -> None:
        """Note that a request is made; where it is a trial, others wait for its end."""
        if self.state is Circuit.OPEN:
            self.state = Circuit.HALF_OPEN

    def succeeded(self) -> None:
        """Note that the service answered."""
        self.state = Circuit.CLOSED
        self.failures = 0

    def failed(self, now: float, began: float) -> bool:
        """Leave the service alone for a while; whether that is news, for what began before the last failure tells nothing."""
        if self.state is Circuit.OPEN or began < self._opened:
            return False
        self.failures += 1
        self._opened = now
        self.retry_at = now + self._backoff.wait_s(self.failures)
        self.state = Circuit.OPEN
        return True

    def released(self) -> None:
        """Note that a request ended without telling anything of the service."""
        if self.state is Circuit.HALF_OPEN:
            self.state = Circuit.OPEN

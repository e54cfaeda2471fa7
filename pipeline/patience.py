"""Waits for a server that went away, and says so once a minute."""

import logging
import time
from threading import Event

from pipeline.errors import BrokerUnavailableError, IndexUnavailableError
from pipeline.logs import line

AWAY = (BrokerUnavailableError, IndexUnavailableError)
"""What passes by itself: the server comes back, and work goes on."""
LINE_EVERY_S = 60.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 5.0


class Patience:
    """How long a server has been away, by whoever asks it again and again."""

    def __init__(self, who: str) -> None:
        self._who = who
        self._since: float | None = None
        self._said = 0.0
        self._pause = FIRST_PAUSE_S

    def wait(self, error: Exception, stop: Event) -> None:
        """Wait a little longer than the last time, or until `stop` is set; one line a minute says for what."""
        now = time.monotonic()
        self._since = self._since or now
        if not self._said or now - self._said >= LINE_EVERY_S:
            self._said = now
            waited = round(now - self._since)
            line("waiting", level=logging.WARNING, stage=self._who, reason=str(error), seconds=waited)
        stop.wait(self._pause)
        self._pause = min(2 * self._pause, LONGEST_PAUSE_S)

    def over(self) -> None:
        """The server answered: say so where its absence was said."""
        if self._since is not None:
            line("going on", level=logging.WARNING, stage=self._who, seconds=round(time.monotonic() - self._since))
        self._since, self._said, self._pause = None, 0.0, FIRST_PAUSE_S

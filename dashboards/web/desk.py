"""Asks the index and the log in threads of their own, for a connection belongs to the thread that opened it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Generic, Protocol, TypeVar

from dashboards.web.alerts import Raised, Watch
from dashboards.web.operations import Operations, State
from pipeline.codec import message
from pipeline.deployment import CHART, STAGES, Deployment
from pipeline.errors import HeadstampError, IndexUnavailableError
from pipeline.index import Index
from pipeline.records import Review
from pipeline.topics import REVIEWS

LANES = 3
"""Questions that the index answers side by side."""
PATIENCE_S, GLANCE_S = 2.0, 0.05
Answer = TypeVar("Answer")


class Closable(Protocol):
    """A connection."""

    def close(self) -> None:
        """Let go of it."""


Part = TypeVar("Part", bound=Closable)


class Lane(Generic[Part]):
    """One thread with a connection of its own, which its first question opens."""

    def __init__(self, connect: Callable[[], Part]) -> None:
        self._connect = connect
        self._thread = ThreadPoolExecutor(1)
        self._part: Part | None = None

    async def ask(self, question: Callable[[Part], Answer]) -> Answer:
        """What the question finds out on the connection."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._answer, question)

    async def close(self) -> None:
        """Let go of connection and thread."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._hang_up)
        self._thread.shutdown()

    def _answer(self, question: Callable[[Part], Answer]) -> Answer:
        if self._part is None:
            self._part = self._connect()
        return question(self._part)

    def _hang_up(self) -> None:
        if self._part is not None:
            self._part.close()


class Desk:
    """What the pages ask and file."""

    def __init__(self, deployment: Deployment) -> None:
        self._lanes = [Lane(deployment.index) for _ in range(LANES)]
        self._free: asyncio.Queue[Lane[Index]] = asyncio.Queue()
        for lane in self._lanes:
            self._free.put_nowait(lane)
        self._log = Lane(deployment.broker)
        self._watch = Watch()
        self._operations = Operations((*STAGES, CHART) if deployment.measures else STAGES, datetime.now(UTC))
        self.home = deployment.settings.root

    async def ask(self, question: Callable[[Index], Answer]) -> Answer:
        """What the question finds in the index."""
        lane = await self._free.get()
        try:
            return await lane.ask(question)
        finally:
            self._free.put_nowait(lane)

    async def file(self, review: Review) -> bool:
        """Append the review to the log; True once the settle stage has merged it, False where that takes too long or the index is away."""
        await self._log.ask(lambda log: log.publish(REVIEWS.name, [message(review)]))
        with suppress(IndexUnavailableError):
            for _ in range(round(PATIENCE_S / GLANCE_S)):
                if await self.ask(lambda index: filed(index, review.listing_id, review.id)) is not None:
                    return True
                await asyncio.sleep(GLANCE_S)
        return False

    async def alerts(self) -> tuple[tuple[Raised, ...], str]:
        """The alerts, the last raised first, and why there are none where the log does not answer."""
        try:
            return await self._log.ask(self._watch.look), ""
        except HeadstampError as error:
            return (), str(error)

    async def operations(self) -> tuple[State, str]:
        """How stages and crawls do, and why that is not known where the log does not answer."""
        try:
            return await self._log.ask(self._operations.look), ""
        except HeadstampError as error:
            return State((), (), ()), str(error)

    async def close(self) -> None:
        """Let go of every connection."""
        for lane in self._lanes:
            await lane.close()
        await self._log.close()


def filed(index: Index, listing_id: str, review_id: str) -> Review | None:
    """A review that the settle stage has merged, or None."""
    hit = index.get(listing_id)
    reviews = hit.document.reviews if hit else ()
    return next((review for review in reviews if review.id == review_id), None)

"""What each stage does with a batch of records."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.records import Classification, Context, Listing, Record
from pipeline.topics import Topic

Published = Sequence[tuple[Topic, Record]]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A named reader of one topic; its name is also its group's."""

    name: str
    topic: Topic
    work: Callable[[Sequence[Record]], Published]
    """Does a batch's work, repeatably, and returns what to publish."""


class Classifier(Protocol):
    """Scores listings."""

    @property
    def digest(self) -> str:
        """Digest of the model directory."""

    @property
    def thresholds(self) -> tuple[float, float]:
        """The scores from which the model advises to review and to flag."""

    def classify(self, listings: Sequence[Listing], contexts: Sequence[Context]) -> Sequence[Classification]:
        """One classification per listing, in their order; equal listings in equal contexts get equal ones."""

"""What each stage does with a batch of records."""

from collections.abc import Sequence
from typing import Protocol

from pipeline.records import Classification, Context, Listing


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

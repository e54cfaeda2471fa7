"""What the index holds of one listing: machine facts and human decisions, in fields of their own."""

from datetime import datetime

from pipeline.records import Assessment, Decision, Dollars, Erasure, Money, Precision, Review, Value, Whole


class Observation(Value, frozen=True, kw_only=True):
    """What one capture showed."""

    capture: str
    time: datetime
    activations: tuple[Whole, ...]
    """Activation numbers of the profile, the model and the rules that read it."""
    line: Whole = 0
    """Line of the file it was read from, of which the later decides between rows of one date; 0 for a page."""
    digest: str
    """Digest of the assessment, which decides between equals."""
    version: str
    title: str
    vendor: str = ""
    price: Money | None = None
    dollars: Dollars | None = None
    precision: Precision = Precision.INSTANT
    """How much of `time` its source gave; unknown for a row that nobody dated."""

    @property
    def dated(self) -> bool:
        """Whether its source says when it was."""
        return self.precision is not Precision.UNKNOWN


class Gone(Value, frozen=True, kw_only=True):
    """The latest visit that did not find the listing."""

    time: datetime
    visit: str
    reason: str


class Document(Value, frozen=True, kw_only=True):
    """One listing as the log tells it; the same whatever the order or repetition of the records it was merged from."""

    id: str
    current: Assessment | None = None
    """The assessment in force; None makes the document a hidden stub, as when a review comes before its listing."""
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    history: tuple[Observation, ...] = ()
    """The first capture and the newest 100, oldest first."""
    reviews: tuple[Review, ...] = ()
    """Every review, oldest first."""
    gone: Gone | None = None
    erased: Erasure | None = None

    @property
    def hidden(self) -> bool:
        """Whether searches pass it over."""
        return self.current is None

    @property
    def present(self) -> bool:
        """Whether the latest visit found it."""
        return self.gone is None or (self.last_seen is not None and self.gone.time <= self.last_seen)

    def dated(self, time: datetime) -> bool:
        """Whether a page, or a row with a date, says that the listing was there at a time of its history."""
        return all(seen.dated for seen in self.history if seen.time == time)

    @property
    def review(self) -> Review | None:
        """The review that counts: the newest on the current version that was not taken back. Changed text re-opens."""
        if self.current is None or not self.reviews:
            return None
        undone = {review.undoes for review in self.reviews if review.decision is Decision.UNDO}
        version = self.current.listing.version
        counting = (
            review
            for review in reversed(self.reviews)
            if review.decision is not Decision.UNDO and review.version == version and review.id not in undone
        )
        return next(counting, None)

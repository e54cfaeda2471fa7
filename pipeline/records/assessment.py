"""What a model and the policy say of a listing."""

import msgspec

from pipeline.records.base import Record, Value, Whole, digest
from pipeline.records.listing import Listing
from pipeline.taxonomy import Act, Category, Goods, Subtype, Track, Verdict


class Span(Value, frozen=True, kw_only=True):
    """A stretch of a listing's text that moved a score; start and end in code points of the original field."""

    field: str
    start: Whole
    end: Whole
    weight: float


class Entity(Value, frozen=True, kw_only=True):
    """Something named in a listing's text."""

    kind: str
    value: str
    field: str
    start: Whole
    end: Whole


class Sign(Value, frozen=True, kw_only=True):
    """A stretch of a listing's text that shows an emerging threat, an indicator of trafficking or a doubt."""

    id: str
    """A code of the taxonomy's threats, indicators or credibility ("ET-A", "TI-SER", "C.SCAM")."""
    field: str
    start: Whole
    end: Whole


class Neighbour(Value, frozen=True, kw_only=True):
    """A labelled example that reads like a listing."""

    id: str
    """The listing's id; "" for an example that no market showed."""
    source: str
    category: Category
    similarity: float
    """Cosine, −1 to 1."""


class Context(Value, frozen=True, kw_only=True):
    """What is known around a listing when it is classified: its vendor's other listings on the market."""

    vendor_listings: Whole = 0
    """How many others there are."""
    vendor_flagged: Whole = 0
    """How many of them were hits: flagged, and by no review out of scope; or in scope by review."""
    listings: tuple[str, ...] = ()
    """Ids of those that were looked at, sorted: hits first, then the newest, up to a bound."""
    goods: dict[Goods, Whole] = msgspec.field(default_factory=dict)
    """What those offer that are about no arms, counted."""

    @property
    def digest(self) -> str:
        """The same for equal contexts; "" for the empty one."""
        if self == Context():
            return ""
        return digest("context", msgspec.json.encode(self, order="deterministic").decode())

    def share(self, goods: Goods) -> float:
        """The share of the vendor's listings, of those looked at, that offer this; 0 where none was."""
        return self.goods.get(goods, 0) / max(1, len(self.listings))


class Classification(Value, frozen=True, kw_only=True):
    """A model's scores for one listing."""

    score: float
    """Calibrated probability, 0 to 1, that the listing offers something in scope."""
    category: Category
    """The likeliest category."""
    model: str
    """Digest of the model directory."""
    activation: Whole
    """Number under which that model was activated in this home."""
    scores: dict[Category, float] = msgspec.field(default_factory=dict)
    """Calibrated probability per category the model knows; they sum to 1."""
    act: Act = Act.UNKNOWN
    language: str = ""
    entities: tuple[Entity, ...] = ()
    spans: tuple[Span, ...] = ()
    flags: tuple[str, ...] = ()
    subtype: Subtype = Subtype.UNKNOWN
    goods: Goods = Goods.UNKNOWN
    """What is offered where it is no arms."""
    signs: tuple[Sign, ...] = ()
    nearest: tuple[Neighbour, ...] = ()
    screened: bool = False
    """Whether the linear screen alone scored it."""
    wanted: float = 0.0
    """Probability, 0 to 1, that a request asks for something in scope; 0 for what is no request."""
    inputs: str = ""
    """Digest of the text that was scored."""
    context: str = ""
    """Digest of the `Context` that was given."""


class Dollars(Value, frozen=True, kw_only=True):
    """US cents at the capture date, with the date of the rate used."""

    cents: Whole
    rate_date: str
    """ISO 8601 date, or "" where the price was in US dollars already."""


class Assessment(Record, frozen=True, kw_only=True, tag="assessment"):
    """A listing, its classification and the verdict that the policy draws from them."""

    listing: Listing
    classification: Classification
    verdicts: dict[Track, Verdict]
    policy: str
    """Digest of the policy."""
    dollars: Dollars | None = None
    rules: Whole = 0
    """Number under which that policy, the table of rates and the code were put in force in this home."""
    context: Context = Context()
    """What was known around the listing."""
    rates: str = ""
    """Digest of the table of rates."""
    software: str = ""
    """Version and digest of the code that classified and judged."""

    @property
    def id(self) -> str:
        """The listing's id."""
        return self.listing.id

    @property
    def verdict(self) -> Verdict:
        """The verdict that asks for most attention, over all tracks."""
        return self.verdicts.get(self.track, Verdict.CLEAR)

    @property
    def track(self) -> Track:
        """The track of that verdict, of several the first in the list of tracks; offers where all are clear."""
        most = max((verdict.weight for verdict in self.verdicts.values()), default=0)
        if not most:
            return Track.OFFERS
        asking = [track for track, verdict in self.verdicts.items() if verdict.weight == most]
        return min(asking, key=list(Track).index)

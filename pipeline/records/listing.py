"""What a page said about one offer at one moment."""

from decimal import Decimal

from pipeline.records.base import Amount, Date, Money, Precision, Record, Time, Value, Whole, digest
from pipeline.taxonomy import Open


class Shipping(Value, frozen=True, kw_only=True):
    """One way of delivery that the page offers."""

    text: str
    price: Money | None = None


class Bulk(Value, frozen=True, kw_only=True):
    """The price from some quantity on, as one row of a table of bulk prices says it."""

    text: str
    amount: Amount | None = None
    """The quantity from which the price holds."""
    price: Money | None = None
    per: Amount | None = None
    """What one such price buys; None where it is the price of the whole quantity, or the row does not say."""


class Score(Value, frozen=True, kw_only=True):
    """A rating: so much out of the most that is possible (4.87 of 5, 98.2 of 100, 46 good ones of 50)."""

    value: Decimal
    most: Decimal


class Unread(Value, frozen=True, kw_only=True):
    """A text that the page shows for a field and that could not be read; the first 200 characters of it."""

    field: str
    text: str


class Venue(Open):
    """What kind of place a market is."""

    OMNIBUS = "omnibus"
    SINGLE_VENDOR = "single_vendor"
    FORUM = "forum"
    CHAT = "chat"
    UNKNOWN = "unknown"


class Delivery(Open):
    """How an offer says it reaches its buyer."""

    POST = "post"
    IN_PERSON = "in_person"
    DROP = "drop"
    DRONE = "drone"
    DIGITAL = "digital"
    UNKNOWN = "unknown"


class Payment(Open):
    """When the vendor gets the money."""

    ESCROW = "escrow"
    FINALIZE_EARLY = "finalize_early"
    """Before the goods arrive: "FE", or no escrow at all."""
    MULTISIG = "multisig"
    UNKNOWN = "unknown"


class Supply(Open):
    """What the page says of the stock beside, or instead of, an exact number; unknown where that is all it says."""

    AT_LEAST = "at_least"
    """The number is a lower bound ("> 50 left", "10+")."""
    UNLIMITED = "unlimited"
    AVAILABLE = "available"
    """In stock, without a number."""
    UNKNOWN = "unknown"


class Serial(Open):
    """What an offer says of a firearm's marking (UN Firearms Protocol, Art. 8)."""

    PRESENT = "present"
    REMOVED = "removed"
    NEVER = "never"
    UNKNOWN = "unknown"


class Item(Value, frozen=True, kw_only=True):
    """What the page says of the thing itself; "" and None where it says nothing."""

    make: str = ""
    model: str = ""
    calibre: str = ""
    action: str = ""
    condition: str = ""
    origin: str = ""
    serial: Serial = Serial.UNKNOWN
    bundle: bool | None = None
    digital: bool | None = None


class Vendor(Value, frozen=True, kw_only=True):
    """What the page says of the vendor beside the name."""

    profile: str = ""
    pgp: tuple[str, ...] = ()
    joined: Date | None = None
    rating: str = ""
    sales: Whole | None = None
    score: Score | None = None
    """What `rating` says, as numbers."""
    last_seen: Date | None = None
    """When the vendor was last there, as the page says."""


class Capture(Value, frozen=True, kw_only=True, tag="capture", tag_field="kind"):
    """Where, when, by what and with what digest a page was fetched."""

    time: Time
    url: str
    visit: str
    page: str
    """SHA-256 of the body as received, in hexadecimal."""
    profile: str
    """Digest of the market profile."""
    activation: Whole
    """Number under which that profile was activated in this home."""
    authority: str = ""
    record: str = ""
    """Name of the WARC record; "" where the page was not archived."""
    software: str = ""

    @property
    def id(self) -> str:
        """The same for every extraction of one fetched page."""
        return digest("capture", self.url, self.time.isoformat(), self.page)


class Import(Value, frozen=True, kw_only=True, tag="import", tag_field="kind"):
    """Which line of which file a listing was read from."""

    time: Time
    """The row's own date, or the time of the import where it has none."""
    file: str
    """SHA-256 of the file, in hexadecimal."""
    line: Whole
    mapping: str
    """Digest of the column mapping."""
    activation: Whole
    precision: Precision = Precision.INSTANT

    @property
    def id(self) -> str:
        """The same for every reading of one line of one file."""
        return digest("import", self.file, str(self.line))


class Listing(Record, frozen=True, kw_only=True, tag="listing"):
    """What a page said about one offer at one moment, as the market shows it."""

    market: str
    key: str
    """The market's own name for the offer, the same on every mirror and every visit."""
    title: str
    provenance: Capture | Import
    description: str = ""
    vendor: str = ""
    venue: Venue = Venue.UNKNOWN
    category_path: tuple[str, ...] = ()
    price: Money | None = None
    """The price as offered; conversions that the page adds are left out."""
    price_text: str = ""
    price_per: Amount | None = None
    """What one price buys, where the price says so ("$5 per gram", "485.00 USD/112g")."""
    bulk: tuple[Bulk, ...] = ()
    shipping: tuple[Shipping, ...] = ()
    amounts: tuple[Amount, ...] = ()
    item: Item = Item()
    ships_from: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2 codes, "EU", or "WW" for the whole world."""
    ships_from_text: str = ""
    ships_to: tuple[str, ...] = ()
    ships_to_text: str = ""
    ships_not_to: tuple[str, ...] = ()
    """What `ships_to_text` excepts ("worldwide except US")."""
    delivery: tuple[Delivery, ...] = ()
    payment: tuple[Payment, ...] = ()
    about_vendor: Vendor = Vendor()
    feedback: Whole | None = None
    sold: Whole | None = None
    stock: Whole | None = None
    supply: Supply = Supply.UNKNOWN
    posted: Date | None = None
    truncated: tuple[str, ...] = ()
    """Names of the fields that were cut at the door."""
    unread: tuple[Unread, ...] = ()
    """Texts that the page shows for a field and that could not be read: nothing is guessed, and nothing is lost."""
    withheld: str = ""
    """The version of the whole text, where the description is not kept; "" where it is."""

    @property
    def id(self) -> str:
        """Digest of market and key."""
        return listing_id(self.market, self.key)

    @property
    def version(self) -> str:
        """Digest of title, description, vendor, offered price and currency."""
        if self.withheld:
            return self.withheld
        price = (str(self.price.amount.normalize()), self.price.currency) if self.price else ("", "")
        return digest("version", self.title, self.description, self.vendor, *price)


def listing_id(market: str, key: str) -> str:
    """The id of the offer that `market` calls `key`."""
    return digest("listing", market, key)


class Rejected(Value, frozen=True, kw_only=True):
    """A page that should have been a listing and was not, with the reason by which it is counted."""

    reason: str
    """A name in snake case: "no_title", "no_key", "not_html", "too_large" …"""
    detail: str = ""

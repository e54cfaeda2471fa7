"""What a market profile says: addresses, which links to follow, where a page shows what, how often to ask."""

from enum import StrEnum
from functools import cached_property
from typing import Annotated

import msgspec
import parsel

from crawlers.pattern import Pattern
from crawlers.route.lanes import MOST_LANES
from crawlers.route.origin import Origin
from pipeline.records import Venue, digest

KIND = "profile"
"""Under which the wordings of profiles are kept."""
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=3600)]
Count = Annotated[int, msgspec.Meta(ge=1)]
LaneCount = Annotated[int, msgspec.Meta(ge=1, le=MOST_LANES)]
Few = Annotated[int, msgspec.Meta(ge=1, le=64)]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a market profile."""


class Pick(Part, frozen=True, kw_only=True):
    """The text of what a selector finds, from behind one phrase up to another."""

    select: str
    after: str = ""
    before: str = ""


Selector = str | Pick
"""CSS, with parsel's ::text and ::attr(name); XPath where it starts with "/" or "./"; "" is not shown by the market."""


class Fields(Part, frozen=True, kw_only=True):
    """Where a listing page, or one row of a result page, shows what."""

    key: Selector = ""
    """The market's own key, or a link that the `listing` rule finds it in; only needed with `rows`."""
    title: Selector = ""
    vendor: Selector = ""
    price: Selector = ""
    description: Selector = ""
    category_path: Selector = ""
    ships_from: Selector = ""
    ships_to: Selector = ""
    shipping: Selector = ""
    """Each match is one way of delivery, with its price."""
    amounts: Selector = ""
    stock: Selector = ""
    sold: Selector = ""
    feedback: Selector = ""
    posted: Selector = ""
    delivery: Selector = ""
    payment: Selector = ""
    """Escrow, finalize early, multisig."""
    bulk: Selector = ""
    """Each match is one row of a table of bulk prices."""
    make: Selector = ""
    model: Selector = ""
    calibre: Selector = ""
    action: Selector = ""
    condition: Selector = ""
    origin: Selector = ""
    vendor_profile: Selector = ""
    vendor_pgp: Selector = ""
    vendor_joined: Selector = ""
    vendor_rating: Selector = ""
    vendor_sales: Selector = ""
    vendor_last_seen: Selector = ""


class Gate(StrEnum):
    """A page that stands before the market."""

    LOGIN = "login"
    CAPTCHA = "captcha"
    QUEUE = "queue"
    DDOS_WAIT = "ddos_wait"
    SEIZED = "seized"
    MAINTENANCE = "maintenance"
    BANNED = "banned"
    EXIT_SCAM = "exit_scam"


class Pace(Part, frozen=True, kw_only=True):
    """How often the market is asked."""

    delay: Seconds = 4.0
    """Seconds between two requests."""
    concurrent: Few = 1
    """Requests under way at once."""
    pages_per_visit: Count = 500
    lanes: LaneCount = 2
    """Circuits that requests take in turn; a session has one of its own."""
    hours: tuple[str, ...] = ()
    """Ranges of the day in UTC ("20:00-04:00") in which the market may be asked; none: always."""
    pages_per_day: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Pages of one day in UTC, all visits together, varied downwards by up to 15 %; 0 is no limit."""


class MirrorKey(Part, frozen=True, kw_only=True):
    """The OpenPGP key with which the market signs its mirror lists, as others than the market told it."""

    fingerprint: str
    armored: str = ""
    """The public key itself; or"""
    file: str = ""
    """the file beside the profile that holds it."""


class MarketProfile(Part, frozen=True, kw_only=True, dict=True):
    """Everything known of one market."""

    market: str
    authority: str = ""
    """Under which authority it may be read; none: no crawl."""
    venue: Venue = Venue.UNKNOWN
    mirrors: tuple[str, ...] = ()
    start: tuple[str, ...] = ("/",)
    follow: tuple[str, ...] = ()
    listing: str = ""
    """The address of a listing; `{key}` stands for the market's own key."""
    rows: str = ""
    """One listing's row on a result page, where result pages carry the offers: listing pages are then not visited."""
    fields: Fields = Fields()
    gates: dict[Gate, str | tuple[str, ...]] = msgspec.field(default_factory=dict)
    """Selectors that only such a page has, and addresses ("/login") that a redirect to it names."""
    gone: tuple[int | str, ...] = (404, 410)
    """Statuses, selectors and addresses a redirect leads to that say a listing is there no more."""
    arms: tuple[str, ...] | None = None
    """Words and addresses of the market's weapons categories, for which a session is spent first; none takes the usual words."""
    pace: Pace = Pace()
    mirror_key: MirrorKey | None = None
    """With which key the market signs its mirror lists; none: no list is believed."""
    mirror_list: str = ""
    """The address at which the market shows that list; every visit reads it."""
    expect: dict[str, Share] = msgspec.field(default_factory=dict)
    """Share of listings in which a field should be read."""

    @property
    def text(self) -> str:
        """All of it as JSON; the same for profiles that say the same, in whatever layout."""
        return msgspec.json.encode(self, order="deterministic").decode()

    @cached_property
    def digest(self) -> str:
        """The same for profiles that say the same, in whatever layout."""
        return digest(KIND, self.text)

    @cached_property
    def origins(self) -> tuple[Origin, ...]:
        """What `mirrors` mean."""
        return tuple(Origin.of(mirror) for mirror in self.mirrors)

    @cached_property
    def pages(self) -> tuple[Pattern, ...]:
        """What `follow`, `start` and `mirror_list` mean."""
        return tuple(Pattern.of(rule) for rule in (*self.start, *self.follow, *filter(None, [self.mirror_list])))

    @cached_property
    def key_pattern(self) -> Pattern | None:
        """What `listing` means."""
        return Pattern.of(self.listing) if self.listing else None


def gate_entries(profile: MarketProfile) -> list[tuple[str, Gate]]:
    """Every selector and address of the profile's gates, with the gate it tells."""
    return [
        (entry, gate) for gate, told in profile.gates.items() for entry in ([told] if isinstance(told, str) else told)
    ]


def is_address(entry: str) -> bool:
    """Whether a gate's entry is an address, not a selector."""
    return entry.startswith("/") and not entry.startswith("//")


def select(page: parsel.Selector, selector: str) -> parsel.SelectorList[parsel.Selector]:
    """What a selector of a profile finds on a page; nothing for ""."""
    if not selector:
        return parsel.SelectorList()
    return page.xpath(selector) if selector.startswith(("/", "./", "(")) else page.css(selector)

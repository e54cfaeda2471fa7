"""What is known of a market: its addresses, which links to follow, where a page shows what, how often to ask."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated

import msgspec
import parsel
import yaml
from cssselect import SelectorError

from crawlers.actions import acts
from crawlers.address import is_onion
from crawlers.pattern import Pattern
from pipeline.errors import SettingsError
from pipeline.records import Venue, digest

SHIPPED = Path(__file__).parent / "markets"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
UNKNOWN = re.compile(r"unknown field `([^`]*)`(?: - at `\$\.?([^`]*)`)?")

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=3600)]
Count = Annotated[int, msgspec.Meta(ge=1)]
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


class Gate(StrEnum):
    """A page that stands before the market."""

    LOGIN = "login"
    CAPTCHA = "captcha"
    QUEUE = "queue"
    SEIZED = "seized"
    MAINTENANCE = "maintenance"
    BANNED = "banned"


class Pace(Part, frozen=True, kw_only=True):
    """How often the market is asked."""

    delay: Seconds = 4.0
    """Seconds between two requests."""
    concurrent: Few = 1
    """Requests under way at once."""
    pages_per_visit: Count = 500


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
    pace: Pace = Pace()
    expect: dict[str, Share] = msgspec.field(default_factory=dict)
    """Share of listings in which a field should be read."""

    @cached_property
    def digest(self) -> str:
        """The same for profiles that say the same, in whatever layout."""
        return digest("profile", msgspec.json.encode(self, order="deterministic").decode())

    @cached_property
    def pages(self) -> tuple[Pattern, ...]:
        """What `follow` and `start` mean."""
        return tuple(Pattern.of(rule) for rule in (*self.start, *self.follow))

    @cached_property
    def key_pattern(self) -> Pattern | None:
        """What `listing` means."""
        return Pattern.of(self.listing) if self.listing else None


SECTIONS = {
    "": MarketProfile.__struct_fields__,
    "fields": Fields.__struct_fields__,
    "pace": Pace.__struct_fields__,
}


def load(name: str, extra: str = "") -> MarketProfile:
    """The profile of a market by its name, from the folder `extra` or else from those shipped."""
    profile = _profile(_named(name, extra), name, extra)
    if profile.market != name:
        raise SettingsError(f"profile {name}: names the market '{profile.market}'; file and market share one name")
    return profile


def read(path: Path, extra: str = "") -> MarketProfile:
    """The profile in a file, whatever the file's name."""
    return _profile(path, str(path), extra)


def names(extra: str = "") -> list[str]:
    """The markets that have a profile."""
    return sorted({path.stem for folder in _folders(extra) for path in folder.glob("*.yaml")})


def _folders(extra: str) -> list[Path]:
    return [*([Path(extra).expanduser()] if extra else []), SHIPPED]


def _named(name: str, extra: str) -> Path:
    if not NAME.fullmatch(name):
        raise SettingsError(f"'{name[:80]}' is no market: a name has lower-case letters, digits, _ and - only")
    for folder in _folders(extra):
        if (path := folder / f"{name}.yaml").is_file():
            return path
    known = names(extra)
    raise SettingsError(f"no profile for market '{name}'{_nearest(name, known)} (known: {', '.join(known) or 'none'})")


def _profile(path: Path, label: str, extra: str) -> MarketProfile:
    try:
        profile = msgspec.convert(_tree(path, extra, ()), MarketProfile)
    except msgspec.ValidationError as error:
        raise SettingsError(f"profile {label}: {_plain(str(error))}") from error
    for fault in _faults(profile):
        raise SettingsError(f"profile {label}: {fault}")
    return profile


def _tree(path: Path, extra: str, seen: Sequence[Path]) -> dict[str, object]:
    if path in seen:
        raise SettingsError(f"{path}: extends itself by way of {seen[-1].name}")
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise SettingsError(f"{path}: {' '.join(str(error).split())}") from error
    if not isinstance(tree, dict):
        raise SettingsError(f"{path}: is no market profile (docs/market-profiles.md shows one)")
    base = tree.pop("extends", None)
    if base is None:
        return tree
    if not isinstance(base, str):
        raise SettingsError(f"{path}: extends: the name of one profile is expected")
    return _over(_tree(_named(base, extra), extra, (*seen, path)), tree)


def _over(base: Mapping[str, object], tree: Mapping[str, object]) -> dict[str, object]:
    merged = dict(base)
    for key, value in tree.items():
        below = merged.get(key)
        merged[key] = _over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _plain(message: str) -> str:
    unknown = UNKNOWN.search(message)
    if not unknown:
        return message
    key, where = unknown.groups(default="")
    known = SECTIONS.get(where.partition(".")[0], SECTIONS[""])
    return f"unknown key '{f'{where}.' * bool(where)}{key}'{_nearest(key, known)}"


def _nearest(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean '{near[0]}'?" if near else ""


def _faults(profile: MarketProfile) -> Iterator[str]:
    """What a type cannot say of a profile."""
    if not NAME.fullmatch(profile.market):
        yield f"market: '{profile.market}' has other letters than lower-case letters, digits, _ and -"
    for mirror in profile.mirrors:
        if not is_onion(mirror):
            yield f"mirrors: '{mirror}' is no v3 onion address (its checksum is wrong, or it is cut)"
    for expected in profile.expect:
        if expected not in Fields.__struct_fields__:
            yield f"expect: no field '{expected}'{_nearest(expected, Fields.__struct_fields__)}"
    yield from _rule_faults(profile)
    yield from _selector_faults(profile)


def _rule_faults(profile: MarketProfile) -> Iterator[str]:
    entries = [entry for entry, _ in gate_entries(profile)] + [str(entry) for entry in profile.gone]
    addresses = [entry for entry in entries if is_address(entry)]
    for rule in (*profile.start, *profile.follow, *addresses, *filter(None, [profile.listing])):
        try:
            Pattern.of(rule)
        except ValueError as error:
            yield str(error)
        if rule not in addresses and acts(rule):
            yield f"'{rule}' reads as an address that acts when it is fetched, and Headstamp only reads"
    if any("{" in start for start in profile.start):
        yield "start: an address to start from has no placeholders"
    if profile.listing and "{key}" not in profile.listing:
        yield "listing: the rule needs {key}, the market's own key for the offer"
    if profile.rows and not profile.fields.key:
        yield "fields: rows need a 'key', the market's own key or the link to the listing"


def _selector_faults(profile: MarketProfile) -> Iterator[str]:
    fields = [(f"fields.{name}", _css(getattr(profile.fields, name))) for name in Fields.__struct_fields__]
    gates = [(f"gates.{gate}", entry) for entry, gate in gate_entries(profile) if not is_address(entry)]
    gone = [("gone", entry) for entry in profile.gone if isinstance(entry, str) and not is_address(entry)]
    empty = parsel.Selector("<html></html>")
    for name, selector in (*fields, *gates, *gone, ("rows", profile.rows)):
        try:
            select(empty, selector)
        except (SelectorError, ValueError, RecursionError) as error:
            yield f"{name}: '{selector[:200]}' is no selector: {error}"


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


def _css(selector: Selector) -> str:
    return selector.select if isinstance(selector, Pick) else selector

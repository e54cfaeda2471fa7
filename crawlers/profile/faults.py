"""What is wrong with a profile that its types cannot say."""

import difflib
import re
from collections.abc import Iterator, Sequence

import parsel
from cssselect import SelectorError

from crawlers.actions import acts
from crawlers.pattern import Pattern
from crawlers.profile.pinned import pace_faults, pinned_faults
from crawlers.profile.shape import Fields, MarketProfile, Pick, Selector, gate_entries, is_address, select
from crawlers.route.origin import Origin
from pipeline.records import Venue

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def faults(profile: MarketProfile) -> Iterator[str]:
    """What a type cannot say of a profile."""
    if not NAME.fullmatch(profile.market):
        yield f"market: '{profile.market}' has other letters than lower-case letters, digits, _ and -"
    for mirror in profile.mirrors:
        try:
            Origin.of(mirror)
        except ValueError as error:
            yield f"mirrors: {error}"
    for expected in profile.expect:
        if expected not in Fields.__struct_fields__:
            yield f"expect: no field '{expected}'{nearest(expected, Fields.__struct_fields__)}"
    yield from pinned_faults(profile)
    yield from pace_faults(profile.pace)
    yield from _rule_faults(profile)
    yield from _selector_faults(profile)


def venue_fault(said: object) -> str:
    """What is wrong with a venue as it is written; records take an unknown one from newer writers, profiles do not."""
    known = [str(venue) for venue in Venue]
    if said in (None, *known):
        return ""
    return f"venue: no '{said}'{nearest(str(said), known)} (known: {', '.join(known)})"


def _rule_faults(profile: MarketProfile) -> Iterator[str]:
    entries = [entry for entry, _ in gate_entries(profile)] + [str(entry) for entry in profile.gone]
    entries += profile.arms or ()
    addresses = [entry for entry in entries if is_address(entry)]
    for rule in (*profile.start, *profile.follow, *addresses, *filter(None, [profile.listing, profile.mirror_list])):
        try:
            Pattern.of(rule)
        except ValueError as error:
            yield str(error)
        if rule not in addresses and acts(rule):
            yield f"'{rule}' reads as an address that acts when it is fetched, and Headstamp only reads"
    if any("{" in start for start in (*profile.start, profile.mirror_list)):
        yield "start, mirror_list: an address to start from has no placeholders"
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


def _css(selector: Selector) -> str:
    return selector.select if isinstance(selector, Pick) else selector


def nearest(word: str, known: Sequence[str]) -> str:
    """The known word that was meant, as a question; "" where none is near."""
    near = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean '{near[0]}'?" if near else ""

"""Which page stands before the market, by its profile and by general signs: a login, a captcha, a queue, a seizure notice."""

from collections.abc import Sequence

import parsel

from crawlers.gates.face import refresh_s
from crawlers.gates.signs import gate_by_signs
from crawlers.page import Page
from crawlers.pattern import Pattern, joined, local
from crawlers.profile import Gate, MarketProfile, gate_entries, is_address, select
from pipeline.records import Listing, Rejected, Task, digest

WHAT_TO_DO = {
    Gate.LOGIN: "the market asks for a login: open a session by hand, under the authority of the profile, and hand it over with `headstamp gate resume`",
    Gate.CAPTCHA: "the market asks to prove that a person is there: pass it by hand, and hand the session over with `headstamp gate resume`",
    Gate.QUEUE: "the market lets visitors wait: visit it again later",
    Gate.DDOS_WAIT: "the market makes visitors wait against floods: the wait passes by itself, or a person passes it by hand",
    Gate.SEIZED: "the page says that the market was seized: confirm it, then stop visiting",
    Gate.MAINTENANCE: "the market says that it is closed for maintenance: visit it again later",
    Gate.BANNED: "the market refuses this visitor: see whether the pace is too fast",
    Gate.EXIT_SCAM: "the page says that the operators left with the money: confirm it, then stop visiting",
}


def gate(page: Page, profile: MarketProfile) -> Gate | None:
    """The gate that the page is, or that it redirects to; None for a page of the market itself."""
    return next((gate for entry, gate in gate_entries(profile) if tells(entry, page)), None)


def unforeseen(page: Page, profile: MarketProfile, read: Sequence[Listing | Rejected]) -> Gate | None:
    """The gate that a page is by general signs, where the profile reads no offer from it: its word goes first."""
    return None if any(isinstance(one, Listing) and offers(one, profile) for one in read) else gate_by_signs(page)


def offers(listing: Listing, profile: MarketProfile) -> bool:
    """Whether the page says more of an offer than a title, which any page has; as far as the profile looks for more."""
    fields = profile.fields
    told = listing.vendor or listing.price_text or listing.description
    return bool(told) or not (fields.vendor or fields.price or fields.description)


def wait_s(page: Page) -> int | None:
    """The seconds after which the page loads another by itself."""
    return refresh_s(page.document) if isinstance(page.document, parsel.Selector) else None


def tells(entry: str, page: Page) -> bool:
    """Whether the page has what the selector looks for, or redirects to the address."""
    if is_address(entry):
        return leads_to(entry, page)
    return isinstance(page.document, parsel.Selector) and bool(select(page.document, entry))


def leads_to(entry: str, page: Page) -> bool:
    """Whether the page redirects to an address, whatever its query where the entry has none."""
    if not page.location:
        return False
    address = local(joined(page.capture.url, page.location)) or ""
    path = address.partition("?")[0]
    return any(Pattern.of(entry).match(shape) is not None for shape in (address, path))


def task(found: Gate, page: Page, profile: MarketProfile) -> Task:
    """What an operator must do about a gate; the same task for every page of one visit."""
    return Task(
        id=digest("gate", profile.market, page.capture.visit, found),
        market=profile.market,
        kind=found,
        time=page.capture.time,
        url=page.capture.url,
        detail=WHAT_TO_DO[found],
    )

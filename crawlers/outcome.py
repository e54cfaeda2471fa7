"""What comes of a page: what to publish, what to remember, where to go on; a pure function."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

import parsel

from crawlers.extract import extract
from crawlers.gate import gate, task, tells, unforeseen, wait_s
from crawlers.health.filled import filled
from crawlers.links import Kind, Link, classified, links
from crawlers.news import News, Said, absent, present
from crawlers.page import Page
from crawlers.pattern import joined, local
from crawlers.profile import Gate, MarketProfile
from crawlers.reason import Reason
from pipeline.records import Listing, Presence, Record, Rejected
from pipeline.topics import LISTINGS, TASKS, Topic

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
"""Statuses that pass, so that the address is asked again."""
MOST_TRIES = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
REDIRECTED, FIRST_ERROR = 300, 400
SIGNED = "string((//pre|//textarea|//code|//body)[contains(., '-----BEGIN PGP SIGNED MESSAGE-----')][last()])"


class State(StrEnum):
    """How far an address is."""

    WAITING = "waiting"
    TAKEN = "taken"
    DONE = "done"
    REJECTED = "rejected"
    GATED = "gated"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Place:
    """An address that a visit asks for."""

    id: int
    address: str
    kind: Kind
    tries: int = 0
    """How often it was asked for in this visit already."""
    points: int = 0
    """What a session should be spent on first."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What comes of asking for one address."""

    place: Place
    state: State
    reason: str = ""
    detail: str = ""
    answered: bool = True
    """Whether the market answered, so that the page counts."""
    publish: Sequence[tuple[Topic, Record]] = field(default=(), repr=False)
    said: Sequence[Said] = field(default=(), repr=False)
    links: Sequence[Link] = field(default=(), repr=False)
    rejected: Sequence[Rejected] = field(default=(), repr=False)
    gate: Gate | None = None
    filled: Mapping[str, int] = field(default_factory=dict, repr=False)
    """Listings read, and in how many of them each expected field was."""
    strange: str = field(default="", repr=False)
    """What a page of no known kind says."""
    mirror_list: bytes = field(default=b"", repr=False)
    """The market's signed list of mirrors, to be verified."""
    unread: Sequence[str] = ()
    """The field of each text that stands for a value and could not be read."""
    record: str = ""
    """Name of the archive's record of the answer."""
    wait_s: int | None = None
    """Seconds after which the gate's page loads again by itself."""


class Recall(Protocol):
    """What was last said of listings."""

    def of(self, key: str) -> Said | None:
        """What was last said of a listing."""

    def at(self, address: str) -> Sequence[Said]:
        """What was last said of the listings that an address showed."""


def outcome(page: Page, place: Place, profile: MarketProfile, recall: Recall) -> Outcome:
    """What comes of a page that the market answered with."""
    if found := gate(page, profile):
        return _gated(found, page, place, profile)
    if page.status < REDIRECTED and profile.mirror_list and place.address == local(f"//x{profile.mirror_list}"):
        return Outcome(place=place, state=State.DONE, mirror_list=_plain(page))
    if place.kind is Kind.LISTING and (reason := gone(page, profile)):
        return _gone(reason, page, place, profile, recall)
    if page.status in REDIRECTS:
        return _redirected(page, place, profile)
    return (_failed if page.status >= FIRST_ERROR else _read)(page, place, profile, recall)


def _plain(page: Page) -> bytes:
    """The bytes that are signed: of a page that shows them in a <pre>, its text."""
    found = page.document.xpath(SIGNED).get("") if isinstance(page.document, parsel.Selector) else ""
    return str(found).encode() or page.body


def _gated(found: Gate, page: Page, place: Place, profile: MarketProfile) -> Outcome:
    told = (TASKS, task(found, page, profile))
    return Outcome(place=place, state=State.GATED, reason=found, gate=found, publish=[told], wait_s=wait_s(page))


def gone(page: Page, profile: MarketProfile) -> str:
    """Why the page says that its listing is there no more; "" where it does not say so."""
    if page.status in profile.gone:
        return "not_found"
    entries = [entry for entry in profile.gone if isinstance(entry, str)]
    return "removed" if any(tells(entry, page) for entry in entries) else ""


def _redirected(page: Page, place: Place, profile: MarketProfile) -> Outcome:
    """Where it leads is a link like any other: followed only if the profile means it."""
    link = classified(joined(page.capture.url, page.location), profile)
    return Outcome(
        place=place,
        state=State.REJECTED,
        reason=Reason.REDIRECTED,
        detail=page.location[:200],
        links=[link] if link else [],
    )


def _gone(reason: str, page: Page, place: Place, profile: MarketProfile, recall: Recall) -> Outcome:
    match = profile.key_pattern.match(place.address) if profile.key_pattern else None
    shown = recall.of(match["key"]) if match else None
    at = {said.key: said for said in (*recall.at(place.address), *filter(None, [shown]))}
    known = [said for said in at.values() if said.presence is Presence.PRESENT]
    visit, time = page.capture.visit, page.capture.time
    news = [absent(said, profile.market, visit, time, reason) for said in known]
    return _told(Outcome(place=place, state=State.DONE, reason=reason), news)


def _read(page: Page, place: Place, profile: MarketProfile, recall: Recall) -> Outcome:
    if isinstance(page.document, Rejected):
        return _rejected(place, [page.document])
    read = extract(page, profile)
    if found := unforeseen(page, profile, read):
        return _gated(found, page, place, profile)
    listings = [one for one in read if isinstance(one, Listing)]
    rejected = [one for one in read if isinstance(one, Rejected)]
    counted = filled(listings, rejected, profile)
    if rejected and not listings:
        return replace(_rejected(place, rejected, links(page, profile)), filled=counted)
    news = [present(one, place.address, page.capture.visit, recall.of(one.key)) for one in listings]
    done = Outcome(
        place=place,
        state=State.DONE,
        rejected=rejected,
        links=links(page, profile),
        filled=counted,
        unread=[text.field for one in listings for text in one.unread],
    )
    return _told(done, news)


def _failed(page: Page, place: Place, profile: MarketProfile, _recall: Recall) -> Outcome:
    """An error that passes is asked again before it counts as maintenance."""
    again = page.status in PASSING and place.tries + 1 < MOST_TRIES
    found = unforeseen(page, profile, ())
    if found and not (again and found is Gate.MAINTENANCE):
        return _gated(found, page, place, profile)
    state = State.WAITING if again else State.REJECTED
    return Outcome(place=place, state=state, reason=Reason.HTTP_STATUS, detail=str(page.status))


def _rejected(place: Place, rejected: Sequence[Rejected], found: Sequence[Link] = ()) -> Outcome:
    first = rejected[0]
    return Outcome(
        place=place,
        state=State.REJECTED,
        reason=first.reason,
        detail=first.detail,
        rejected=rejected,
        links=found,
    )


def _told(found: Outcome, news: Iterable[News]) -> Outcome:
    told = list(news)
    publish = [(LISTINGS, record) for one in told for record in one.records]
    return replace(found, publish=publish, said=[one.said for one in told])

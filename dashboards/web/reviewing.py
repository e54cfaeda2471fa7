"""The actions: file a review, and take one back."""

import asyncio
import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from dashboards.web.choices import REASON, Choices, Rule, identity, member, text
from dashboards.web.console import Console
from dashboards.web.desk import filed
from dashboards.web.listing import Way, along, indexed, listing_id_of, listing_page, way
from pipeline.index import Index
from pipeline.patience import AWAY
from pipeline.records import Decision, Review, digest
from pipeline.taxonomy import ACTS, CATEGORIES, IN_SCOPE, Act, Category

MOST_FIELDS = 20
FORM_S = 2.0
"""Seconds within which a form arrives; it comes over loopback."""
OUTSIDE = (Decision.OUT_OF_SCOPE, Decision.UNSURE)
TOKEN = {"token": Rule(text(100))}
REVIEW = TOKEN | {
    "version": Rule(identity),
    "once": Rule(identity),
    "decision": Rule(member(*sorted(IN_SCOPE), *OUTSIDE)),
    "category": Rule(member(*(category for category in CATEGORIES if category not in IN_SCOPE))),
    "act": Rule(member(*ACTS)),
    "reason": Rule(text(REASON, lines=True)),
}
UNDO = TOKEN | {"review": Rule(identity)}
CHANGED = "The text, vendor or price of this listing changed after you opened it; nothing was filed. Read it again, then decide."
UNSETTLED = "This review is not in the index yet, so it cannot be taken back. Try again once the settle stage has run."
UNDONE = "This review was taken back already, or is itself the taking back of one; nothing was filed."
LATE = "The form did not arrive."
EARLIER_RUN = "This form is from an earlier run of the console. Go back, load the page again, then decide."
UNFILED = "Your review was not filed: {}. Go back, it is still in the form, and file it again; twice counts once."
UNDECIDED = "Nothing was filed: choose what the listing is."
TWO_ANSWERS = (
    "Nothing was filed: “It is” says what a listing out of scope is. Choose “Out of scope”, or leave it empty."
)


async def review(request: Request) -> Response:
    """File a decision on the version that the analyst saw, then go on to the next listing of the queue, or back."""
    with _told():
        return await _reviewed(request)


async def undo(request: Request) -> Response:
    """Take a review back, then show its listing."""
    with _told():
        return await _undone(request)


@contextmanager
def _told() -> Iterator[None]:
    """Say that nothing was filed where a server is away."""
    try:
        yield
    except AWAY as error:
        raise HTTPException(503, UNFILED.format(error)) from error


async def _reviewed(request: Request) -> Response:
    listing_id, choices, console = listing_id_of(request), along(request), Console.of(request)
    form = await _form(request, REVIEW)
    (_, current), on = await console.desk.ask(
        lambda index: (indexed(index, listing_id), way(index, listing_id, choices))
    )
    if form.one("version") != current.listing.version:
        return await listing_page(request, 409, problem=CHANGED, reason=form.one("reason"))
    if problem := _incomplete(form):
        return await listing_page(request, 400, problem=problem, reason=form.one("reason"))
    decided = _decided(form, listing_id, console.analyst)
    await console.desk.file(decided)
    return _onward(_next(on, listing_id), decided)


async def _undone(request: Request) -> Response:
    listing_id, choices, console = listing_id_of(request), along(request), Console.of(request)
    form = await _form(request, UNDO)
    earlier, undone_before = await console.desk.ask(lambda index: _standing(index, listing_id, form.one("review")))
    if earlier is None:
        raise HTTPException(409, UNSETTLED)
    if undone_before:
        raise HTTPException(409, UNDONE)
    undone = Review(
        id=digest("undo", earlier.id),  # the same however often it is sent
        listing_id=listing_id,
        version=earlier.version,
        decision=Decision.UNDO,
        analyst=console.analyst,
        time=_now(),
        undoes=earlier.id,
    )
    await console.desk.file(undone)
    return _onward(choices.without("done").at(f"/listing/{listing_id}"), undone)


def _next(on: Way, listing_id: str) -> str:
    if on.place and on.place.next:
        return on.choices.at(f"/listing/{on.place.next}")
    return on.back if on.choices.one("via") else f"/listing/{listing_id}"


def _standing(index: Index, listing_id: str, review_id: str) -> tuple[Review | None, bool]:
    """A review that was settled, and whether it cannot be taken back any more."""
    review = filed(index, listing_id, review_id)
    if review is None:
        return None, False
    document, _ = indexed(index, listing_id)
    undone = any(other.undoes == review_id for other in document.reviews)
    return review, undone or review.decision is Decision.UNDO


def _incomplete(form: Choices) -> str:
    """Why the form makes no review, or ""."""
    if not form.one("decision"):
        return UNDECIDED
    return TWO_ANSWERS if form.one("category") and form.one("decision") != Decision.OUT_OF_SCOPE else ""


def _decided(form: Choices, listing_id: str, analyst: str) -> Review:
    """The review that the form says; the same one where a form is sent twice."""
    chosen, act = form.one("decision"), Act(form.one("act", Act.OFFER))
    category = form.one("category") if chosen in OUTSIDE else chosen
    once = form.one("once") or secrets.token_hex(16)
    more = [said for said in (form.one("category"), "" if act is Act.OFFER else act) if said]
    return Review(
        id=digest("review", once, listing_id, form.one("version"), chosen, form.one("reason"), *more),
        listing_id=listing_id,
        version=form.one("version"),
        decision=_decision(chosen, act),
        category=Category(category) if category else None,
        act=act,
        analyst=analyst,
        time=_now(),
        reason=form.one("reason"),
    )


def _decision(chosen: str, act: Act) -> Decision:
    """In scope is what offers it: who asks for a firearm, or talks of one, offers none."""
    if chosen in OUTSIDE:
        return Decision(chosen)
    return Decision.IN_SCOPE if act is Act.OFFER else Decision.OUT_OF_SCOPE


async def _form(request: Request, rules: dict[str, Rule]) -> Choices:
    try:
        async with asyncio.timeout(FORM_S):
            body = await request.body()
        fields = parse_qsl(body.decode(), max_num_fields=MOST_FIELDS, errors="strict")
    except (TimeoutError, ClientDisconnect) as error:
        raise HTTPException(408, LATE) from error
    except ValueError as error:
        raise HTTPException(400, "The form cannot be read.") from error
    form = Choices.read(fields, rules)
    if not hmac.compare_digest(form.one("token").encode(), Console.of(request).token.encode()):
        raise HTTPException(403, EARLIER_RUN)
    return form


def _onward(address: str, done: Review) -> Response:
    join = "&" if "?" in address else "?"
    return RedirectResponse(f"{address}{join}done={done.listing_id}.{done.id}", 303)


def _now() -> datetime:
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)

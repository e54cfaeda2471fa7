"""The page of one listing: its text, scores, history and provenance, and the form for a review."""

import secrets
from collections import defaultdict
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dashboards.web import findings, questions
from dashboards.web.choices import Choices, Rule, identity, member
from dashboards.web.console import Console, Facts
from dashboards.web.notice import DONE, notice
from dashboards.web.questions import PAGING, QUEUE, SEARCH
from pipeline.index import Index
from pipeline.index.document import Document
from pipeline.records import Assessment, Listing, Span

VIA = {"via": Rule(member("queue", "search"))}
"""In an address: from which page a listing was opened; that page's choices come along."""


class Way(NamedTuple):
    """How an analyst came to a listing, and where to go on."""

    choices: Choices
    back: str
    place: questions.Place | None
    """Where the listing stands in the queue; None where it was opened from elsewhere."""


async def listing(request: Request) -> Response:
    """The page as it is opened."""
    return await listing_page(request)


async def listing_page(request: Request, status: int = 200, *, problem: str = "", reason: str = "") -> Response:
    """The page, with what went wrong with the review that was sent, and the reason it gave."""
    listing_id, choices, console = listing_id_of(request), along(request), Console.of(request)

    def facts(index: Index) -> Facts:
        document, current = indexed(index, listing_id)
        return {
            "document": document,
            "current": current,
            "listing": current.listing,
            "spans": _spans(current),
            "frames": findings.frames(current),
            "findings": findings.findings(current),
            "named_things": findings.named(current.classification.entities),
            "nearest": findings.nearest(index, current.classification.nearest),
            "scores": sorted(current.classification.scores.items(), key=lambda pair: -pair[1]),
            "changes": questions.changes(document.history),
            "siblings": questions.siblings(index, current.listing),
            "all_of_vendor": _all_of_vendor(current.listing),
            "way": way(index, listing_id, choices),
            "notice": notice(index, choices),
            "problem": problem,
            "reason": reason,
            "once": secrets.token_hex(16),
        }

    return console.page("listing.html", await console.desk.ask(facts), status)


def listing_id_of(request: Request) -> str:
    """The id in the address; a 404 where it can be none."""
    try:
        return identity(request.path_params["id"])
    except ValueError as error:
        raise HTTPException(404, f"This is no id of a listing: {error}.") from error


def along(request: Request) -> Choices:
    """The choices of the page from which a listing was opened."""
    pages = {"queue": QUEUE | PAGING, "search": SEARCH | PAGING}
    known = pages.get(request.query_params.get("via", ""), {})
    return Choices.read(request.query_params.multi_items(), VIA | DONE | known)


def indexed(index: Index, listing_id: str) -> tuple[Document, Assessment]:
    """The listing and the assessment in force; a 404 where there is none, a 410 where it was erased."""
    hit = index.get(listing_id)
    if hit is not None and hit.document.erased is not None:
        raise HTTPException(410, "The content of this listing was erased.")
    if hit is None or hit.document.current is None:
        raise HTTPException(404, "The index holds no listing of this id. It may not have been indexed yet.")
    return hit.document, hit.document.current


def way(index: Index, listing_id: str, choices: Choices) -> Way:
    """How the analyst came here: the page before, and in the queue the place and the next listing."""
    carried = choices.without("done")
    back = carried.without("via")
    if choices.one("via") == "search":
        return Way(carried, back.at("/search"), None)
    place = questions.place(index, back, listing_id) if choices.one("via") else None
    return Way(carried, back.at("/"), place)


def _spans(current: Assessment) -> dict[str, list[Span]]:
    spans = defaultdict(list)
    for span in current.classification.spans:
        spans[span.field].append(span)
    return dict(spans)


def _all_of_vendor(listing: Listing) -> str:
    return Choices((("market", listing.market), ("vendor", listing.vendor))).at("/search")

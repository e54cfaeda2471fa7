"""The pages that show: the review queue, the search, a listing, and what the words mean."""

from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dashboards.web import questions
from dashboards.web.choices import Choices, identity
from dashboards.web.console import Console
from dashboards.web.desk import filed
from dashboards.web.questions import NOTICE, PAGING, QUEUE, SEARCH, VIA
from pipeline.errors import HeadstampError
from pipeline.index import Hit, Index, Page, Query
from pipeline.index.document import Document
from pipeline.records import Review
from pipeline.taxonomy import Category


class Notice(NamedTuple):
    """What an action did, said once on the page after it."""

    listing_id: str
    title: str
    review: Review | None
    """None until the settle stage has run."""
    standing: bool
    """Whether it is the review that counts, so that it can be taken back."""


class Way(NamedTuple):
    """How an analyst came to a listing, and where to go on."""

    choices: Choices
    back: str
    place: questions.Place | None


class View(NamedTuple):
    """What the page of one listing shows."""

    document: Document
    way: Way
    siblings: Page
    notice: Notice | None


async def review_queue(request: Request) -> Response:
    """The listings that wait for a review."""
    choices = Choices.read(request.query_params.multi_items(), QUEUE | PAGING | NOTICE)

    def answer(index: Index) -> dict[str, object]:
        return {
            "queue": questions.queue(index, choices),
            "facets": questions.queue_facets(index, choices),
            "notice": notice(index, choices),
            "indexed": index.search(Query(size=1)).total,
        }

    console = Console.of(request)
    facts = await console.desk.ask(answer)
    return console.page("queue.html", choices=choices.without("done"), **facts)


async def search(request: Request) -> Response:
    """The listings that match words and filters."""
    choices = Choices.read(request.query_params.multi_items(), SEARCH | PAGING | NOTICE)

    def answer(index: Index) -> dict[str, object]:
        return {
            "page": questions.search(index, choices),
            "facets": questions.facets(index, choices),
            "notice": notice(index, choices),
        }

    console = Console.of(request)
    facts = await console.desk.ask(answer)
    return console.page("search.html", choices=choices.without("done"), **facts)


async def listing(request: Request) -> Response:
    """One listing: its text, scores, history and provenance, and the form for a review."""
    return await listing_page(request)


async def listing_page(request: Request, status: int = 200, *, problem: str = "", reason: str = "") -> Response:
    """The page of the listing that the request names, with what went wrong when it was reviewed."""
    listing_id = _listing_id(request)
    choices = along(request)
    console = Console.of(request)
    view = await console.desk.ask(lambda index: _view(index, listing_id, choices))
    facts = {
        "document": view.document,
        "current": view.document.current,
        "listing": view.document.current and view.document.current.listing,
        "spans": _spans(view.document),
        "scores": _scores(view.document),
        "changes": questions.changes(view.document.history),
    }
    return console.page(
        "listing.html",
        status,
        way=view.way,
        siblings=view.siblings,
        all_of_vendor=_all_of_vendor(view.document),
        notice=view.notice,
        problem=problem,
        reason=reason,
        **facts,
    )


async def about(request: Request) -> Response:
    """What the words on the other pages mean."""
    return Console.of(request).page("about.html")


async def health(request: Request) -> Response:
    """Whether the index answers, as JSON."""
    try:
        listings = await Console.of(request).desk.ask(lambda index: index.search(Query(size=1)).total)
    except HeadstampError as error:
        return JSONResponse({"index": str(error)}, 503)
    return JSONResponse({"index": "ok", "listings": listings})


def along(request: Request) -> Choices:
    """The choices of the page from which a listing was opened."""
    given = request.query_params.multi_items()
    match request.query_params.get("via"):
        case "queue":
            return Choices.read(given, VIA | QUEUE | PAGING | NOTICE)
        case "search":
            return Choices.read(given, VIA | SEARCH | PAGING | NOTICE)
        case _:
            return Choices.read(given, VIA | NOTICE)


def indexed(index: Index, listing_id: str) -> Hit:
    """The listing, or a 404 that says why there is none."""
    hit = index.get(listing_id)
    if hit is None or (hit.document.hidden and hit.document.erased is None):
        raise HTTPException(404, "The index holds no listing of this id. It may not have been indexed yet.")
    if hit.document.current is None or hit.document.erased is not None:
        raise HTTPException(410, "The content of this listing was erased.")
    return hit


def way(index: Index, listing_id: str, choices: Choices) -> Way:
    """How the analyst came here: the page before, and in the queue the place and the next listing."""
    carried = choices.without("done")
    if choices.one("via") == "search":
        return Way(carried, carried.without("via").at("/search"), None)
    place = questions.place(index, carried, listing_id) if choices.one("via") == "queue" else None
    return Way(carried, carried.without("via").at("/"), place)


def notice(index: Index, choices: Choices) -> Notice | None:
    """What the action before this page did, where there was one."""
    listing_id, _, review_id = choices.one("done").partition(".")
    hit = index.get(listing_id) if listing_id else None
    if hit is None or hit.document.current is None:
        return None
    review = filed(index, listing_id, review_id)
    standing = review is not None and hit.document.review == review
    return Notice(listing_id, hit.document.current.listing.title, review, standing)


def _view(index: Index, listing_id: str, choices: Choices) -> View:
    document = indexed(index, listing_id).document
    return View(
        document, way(index, listing_id, choices), questions.siblings(index, document), notice(index, choices)
    )


def _listing_id(request: Request) -> str:
    try:
        return identity(request.path_params["id"])
    except ValueError as error:
        raise HTTPException(404, f"This is no id of a listing: {error}.") from error


def _spans(document: Document) -> dict[str, list[object]]:
    spans: dict[str, list[object]] = {}
    for span in document.current.classification.spans if document.current else ():
        spans.setdefault(span.field, []).append(span)
    return spans


def _all_of_vendor(document: Document) -> str:
    if document.current is None:
        return ""
    listing = document.current.listing
    return Choices((("market", listing.market), ("vendor", listing.vendor))).at("/search")


def _scores(document: Document) -> list[tuple[Category, float]]:
    scores = document.current.classification.scores if document.current else {}
    return sorted(scores.items(), key=lambda pair: -pair[1])

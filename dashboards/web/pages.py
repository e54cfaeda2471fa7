"""The pages over many listings: the review queue, the search, the alerts; how the work goes; what the words mean; whether all is well."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dashboards.web import questions
from dashboards.web.alerts import shown, told
from dashboards.web.choices import Choices
from dashboards.web.console import Console, Facts
from dashboards.web.notice import DONE, notice
from dashboards.web.operations import disk
from dashboards.web.questions import PAGING, QUEUE, SEARCH
from pipeline.errors import HeadstampError
from pipeline.index import Index, Query


async def review_queue(request: Request) -> Response:
    """The listings that wait for a review."""
    choices = Choices.read(request.query_params.multi_items(), QUEUE | PAGING | DONE)
    console = Console.of(request)
    found, problem = await console.desk.alerts()

    def facts(index: Index) -> Facts:
        return {
            "waiting": [alert for alert in told(index, found) if alert.waits],
            "problem": problem,
            "choices": choices.without("done"),
            "queue": questions.queue(index, choices),
            "facets": questions.queue_facets(index, choices),
            "notice": notice(index, choices),
            "indexed": _indexed(index),
        }

    return console.page("queue.html", await console.desk.ask(facts))


async def search(request: Request) -> Response:
    """The listings that match words and filters."""
    choices = Choices.read(request.query_params.multi_items(), SEARCH | PAGING | DONE)

    def facts(index: Index) -> Facts:
        return {
            "choices": choices.without("done"),
            "page": questions.search(index, choices),
            "facets": questions.facets(index, choices),
            "notice": notice(index, choices),
        }

    console = Console.of(request)
    return console.page("search.html", await console.desk.ask(facts))


async def alerts(request: Request) -> Response:
    """The alerts that wait, and those of the last days, from crawls and from assessing."""
    console = Console.of(request)
    found, problem = await console.desk.alerts()
    known = await console.desk.ask(lambda index: told(index, found))
    waiting = sum(alert.waits for alert in known)
    room = shown(known, datetime.now(UTC))
    return console.page("alerts.html", {"alerts": room, "waiting": waiting, "problem": problem})


async def operations(request: Request) -> Response:
    """How stages, crawls and the disk do."""
    console = Console.of(request)
    state, problem = await console.desk.operations()
    facts = {**state._asdict(), "disk": disk(console.desk.home), "problem": problem, "search": Choices()}
    return console.page("operations.html", facts)


async def about(request: Request) -> Response:
    """What the words on the other pages mean."""
    return Console.of(request).page("about.html", {})


async def health(request: Request) -> Response:
    """Whether the index answers, as JSON."""
    try:
        listings = await Console.of(request).desk.ask(_indexed)
    except HeadstampError as error:
        return JSONResponse({"index": str(error)}, 503)
    return JSONResponse({"index": "ok", "listings": listings})


def _indexed(index: Index) -> int:
    return index.search(Query(size=1)).total

"""A console on a home of its own, with invented listings, and a visitor who speaks plain HTTP."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from http.client import HTTPConnection, HTTPMessage
from threading import Event, Thread
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest

import headstamp
from dashboards.web.server import listening, server
from dashboards.web.settling import settling
from pipeline.deployment import Deployment
from pipeline.index import Mergeable
from pipeline.records import (
    Assessment,
    Capture,
    Classification,
    Dollars,
    Listing,
    Money,
    Review,
    Span,
)
from pipeline.settings import Run, Serve, Settings
from pipeline.taxonomy import Act, Category, Track, Verdict
from tests.patience import PATIENCE_S

START = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def offer(
    key: str,
    title: str = "Compact pistol, two magazines",
    description: str = "Very good condition. Ships within two days.",
    *,
    category: Category = Category.FIREARM,
    verdict: Verdict = Verdict.FLAGGED,
    score: float = 0.97,
    market: str = "practice",
    vendor: str = "northgate",
    price: str = "120",
    ships_from: tuple[str, ...] = ("DE",),
    language: str = "en",
    minutes: int = 0,
    spans: tuple[Span, ...] = (),
) -> Assessment:
    """An assessed listing such as the index holds; `minutes` tells when it was captured.

    Newer ones are a very little likelier, so that a test that names no scores has one order by score and by time.
    """
    score += minutes / 10**7
    listing = Listing(
        market=market,
        key=key,
        title=title,
        description=description,
        vendor=vendor,
        price=Money(amount=Decimal(price), currency="USD"),
        ships_from=ships_from,
        provenance=Capture(
            time=START + timedelta(minutes=minutes),
            url=f"http://{'a2b3c4d5' * 7}.onion/listing/{key}",
            visit="visit-1",
            page="9f" * 32,
            profile="ab" * 16,
            activation=1,
        ),
    )
    return Assessment(
        listing=listing,
        classification=Classification(
            score=score,
            category=category,
            model="c0" * 16,
            activation=1,
            scores={category: score, Category.OTHER: 1 - score},
            act=Act.OFFER,
            language=language,
            spans=spans,
        ),
        verdicts={Track.OFFERS: verdict},
        policy="fe" * 16,
        dollars=Dollars(cents=int(Decimal(price) * 100), rate_date=""),
    )


class Answer(NamedTuple):
    """What the console answered."""

    status: int
    headers: HTTPMessage
    text: str

    @property
    def words(self) -> str:
        """The text that a reader sees, on one line."""
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", self.text)).split())

    def hidden(self, name: str) -> str:
        """The value of a hidden field."""
        found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)">', self.text)
        assert found, f"the page has no hidden field {name}"
        return unescape(found[1])

    def links(self) -> list[str]:
        """The addresses of every link, in the order of the page."""
        return [unescape(address) for address in re.findall(r'<a [^>]*href="([^"]*)"', self.text)]

    def listings(self) -> list[str]:
        """The titles of the table of listings, in its order."""
        return [
            " ".join(unescape(re.sub("<[^>]*>", "", found)).split())
            for found in re.findall(r"data-row>(.*?)</a>", self.text, re.DOTALL)
        ]


@dataclass(frozen=True)
class Site:
    """A console that answers, and the deployment behind it."""

    address: str
    deployment: Deployment

    def index(self, records: Sequence[Mergeable]) -> None:
        """Merge records into the index, as the stages do."""
        with closing(self.deployment.index()) as index:
            index.merge(records)

    def reviews(self, listing_id: str) -> tuple[Review, ...]:
        """The reviews that the index holds of a listing."""
        with closing(self.deployment.index()) as index:
            hit = index.get(listing_id)
        assert hit is not None
        return hit.document.reviews

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """What the console answers to a request."""
        connection = HTTPConnection(urlsplit(self.address).netloc, timeout=PATIENCE_S)
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read().decode())
        finally:
            connection.close()

    def get(self, path: str) -> Answer:
        """A page."""
        return self.ask("GET", path)

    def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Answer:
        """What the console answers to a form sent from one of its own pages."""
        told = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Sec-Fetch-Site": "same-origin",
            "Origin": "null",
        }
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", path, urlencode(fields).encode(), told | named)

    def review(self, listing_id: str, query: str = "", **fields: str) -> Answer:
        """What the console answers to the review form of a listing, filled in."""
        page = self.get(f"/listing/{listing_id}{query}")
        kept = {"token": page.hidden("token"), "version": page.hidden("version")}
        return self.post(f"/listing/{listing_id}/review{query}", kept | fields)


@contextmanager
def serving(deployment: Deployment) -> Iterator[Site]:
    """A console in a thread."""
    ready, told = Event(), list[str]()

    def say(address: str) -> None:
        told.append(address)
        ready.set()

    with listening("127.0.0.1", 0) as door:
        console = server(deployment, door, say)
        thread = Thread(target=console.run, kwargs={"sockets": [door]})
        thread.start()
        try:
            assert ready.wait(PATIENCE_S), "the console did not start"
            yield Site(told[0], deployment)
        finally:
            console.should_exit = True
            thread.join()


@pytest.fixture
def deployment(settings: Settings) -> Deployment:
    """A deployment whose reviews are filed by an invented analyst."""
    return headstamp.deployment(Settings(home=settings.home, run=Run(wait_s=0.05), serve=Serve(analyst="A. Tester")))


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A console on an empty home that all tests of a module may ask, for none changes anything."""
    with serving(headstamp.deployment(Settings(home=str(tmp_path_factory.mktemp("idle"))))) as site:
        yield site


@pytest.fixture
def unsettled(deployment: Deployment) -> Iterator[Site]:
    """A console on an empty home where nobody settles reviews."""
    with serving(deployment) as site:
        yield site


@pytest.fixture
def site(unsettled: Site) -> Iterator[Site]:
    """A console on an empty home, with the settle stage beside it."""
    with settling(unsettled.deployment):
        yield unsettled

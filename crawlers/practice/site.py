"""What the practice market answers to an address, and which traps it set there."""

import re
from collections.abc import Callable
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from crawlers.practice.catalogue import Oddity
from crawlers.practice.gatehouse import Gatehouse
from crawlers.practice.life import Gone
from crawlers.practice.pages import FOLDER, HIDDEN_CATEGORY, Pages, image
from pipeline.taxonomy import Open

HTML = "text/html; charset=utf-8"
SLOW_S = 1.5
REMOVED = "This offer has been removed by its vendor."
CLEARNET = "http://larkspur-forum.example/"


class Trap(Open):
    """A link that no careful reader follows."""

    REPORT = "report"
    CART = "cart"
    FAVOURITE = "favourite"
    VOTE = "vote"
    LOGOUT = "logout"
    MESSAGE = "message"
    HIDDEN = "hidden"
    CALENDAR = "calendar"
    SORTED = "sorted"
    UNKNOWN = "unknown"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One response."""

    body: bytes = b""
    status: int = 200
    type: str = HTML
    location: str = ""
    cookie: str = ""
    delay_s: float = 0.0
    trap: Trap | None = None


class Site:
    """One market on one day, answering addresses; the same on each of its mirrors."""

    def __init__(self, pages: Pages, mirrors: tuple[str, ...], gated: int = 0) -> None:
        """The site of these pages, open, or with sessions that end after so many pages."""
        self.pages, self.mirrors = pages, mirrors
        self.gatehouse = Gatehouse(gated)
        self._routes: tuple[tuple[re.Pattern[str], Callable[..., Answer]], ...] = (
            (re.compile(r"/listing/(\w{1,40})"), self._listing),
            (re.compile(r"/category/(\d{1,6})"), self._category),
            (re.compile(r"/vendor/([\w-]{1,40})"), self._vendor),
            (re.compile(r"/image/(\w{1,40})\.svg"), self._image),
            (re.compile(r"/calendar/(\d{1,6})/(\d{1,2})"), self._calendar),
            (re.compile(r"/search"), self._search),
            (re.compile(r"/private/\w{1,40}"), self._captcha),
        )
        self._fixed = self._fixed_pages()

    def answer(self, target: str) -> Answer:
        """The response to an address: path and query."""
        parts = urlsplit(target)
        path, query = unquote(parts.path), dict(parse_qsl(parts.query, keep_blank_values=True))
        if trap := _acted(path, query):
            return self._done(trap)
        if path in self._fixed:
            return self._fixed[path]
        for route, reply in self._routes:
            if found := route.fullmatch(path):
                return reply(*found.groups(), query=query)
        return self._missing()

    def _listing(self, key: str, *, query: dict[str, str]) -> Answer:
        market = self.pages.market
        if key in self.pages.hidden:
            return self._suspended()
        if key == self.pages.away:
            return Answer(status=302, location=CLEARNET)
        if market.gone.get(key) is Gone.REMOVED:
            return _html(self.pages.notice("Offer removed", REMOVED, kind="removed"))
        if query or (offer := market.offers.get(key)) is None:
            return self._missing()
        slow = market.odd.get(key) is Oddity.SLOW
        return _html(self.pages.listing(offer), delay_s=SLOW_S if slow else 0.0)

    def _category(self, number: str, *, query: dict[str, str]) -> Answer:
        if int(number) >= HIDDEN_CATEGORY:
            return self._suspended()
        return self._paged(query, lambda page: self.pages.category(int(number), page))

    def _vendor(self, handle: str, *, query: dict[str, str]) -> Answer:
        if handle in self.pages.hidden:
            return self._suspended()
        vendor = self.pages.market.vendors.get(handle)
        return self._paged(query, lambda page: self.pages.vendor(vendor, page) if vendor else None)

    def _paged(self, query: dict[str, str], draw: Callable[[int], str | None]) -> Answer:
        page = query.get("page", "1")
        number = int(page) if re.fullmatch(r"[0-9]{1,6}", page) else 0
        html = draw(number) if number and set(query) <= {"page"} else None
        return _html(html) if html else self._missing()

    def _image(self, name: str, *, query: dict[str, str]) -> Answer:
        del query
        return Answer(body=image(name).encode(), type="image/svg+xml")

    def _calendar(self, year: str, month: str, *, query: dict[str, str]) -> Answer:
        """A month of a calendar that never ends."""
        del query
        following = f"/calendar/{int(year) + int(month) // 12}/{int(month) % 12 + 1}"
        html = self.pages.notice(f"Calendar {year}-{month}", "No events.", links=[("Next month", following)])
        return _html(html, trap=Trap.CALENDAR)

    def _search(self, *, query: dict[str, str]) -> Answer:
        return _html(self.pages.search(query.get("q", "")[:100]))

    def _captcha(self, *, query: dict[str, str]) -> Answer:
        del query
        return self._fixed["/captcha"]

    def _fixed_pages(self) -> dict[str, Answer]:
        """The answers that are the same whatever the query."""
        pages = self.pages
        rules = ("Be polite. Encrypt addresses. No sales outside escrow.", "Offers of explosives are removed.")
        links = [(mirror, f"http://{mirror}/") for mirror in self.mirrors]
        return {
            "/": _html(pages.home()),
            "/categories": _html(pages.categories()),
            "/vendors": _html(pages.vendors()),
            "/rules": _html(pages.notice("Rules", *rules)),
            "/mirrors": _html(pages.notice("Mirrors", "Only these addresses are ours.", links=links)),
            "/login": _html(pages.gate("login", "Log in to go on")),
            "/captcha": _html(pages.gate("captcha", "Are you human?")),
            "/orders": Answer(status=302, location="/login"),
            "/messages": Answer(status=302, location="/login"),
            "/go/forum": Answer(status=302, location=CLEARNET),
            "/static/market.css": _file("market.css", "text/css; charset=utf-8"),
            "/static/captcha.svg": _file("captcha.svg", "image/svg+xml"),
        }

    def _missing(self) -> Answer:
        return _html(self.pages.notice("Not found", "There is no such page."), status=404)

    def _suspended(self) -> Answer:
        html = self.pages.notice("Access suspended", "Automated browsing was noticed.", kind="suspended")
        return _html(html, status=403, trap=Trap.HIDDEN)

    def _done(self, trap: Trap) -> Answer:
        return _html(self.pages.notice("Done", "Your request has been carried out."), trap=trap)


def _acted(path: str, query: dict[str, str]) -> Trap | None:
    """The trap that an address of an action is, if it is one."""
    by_query = {"add": Trap.CART, "favourite": Trap.FAVOURITE, "vote": Trap.VOTE, "sort": Trap.SORTED}
    for name, trap in by_query.items():
        if name in query:
            return trap
    if path == "/logout":
        return Trap.LOGOUT
    if path == "/messages/new":
        return Trap.MESSAGE
    return Trap.REPORT if path.startswith("/listing/") and path.endswith("/report") else None


def _file(name: str, kind: str) -> Answer:
    return Answer(body=(FOLDER / name).read_bytes(), type=kind)


def _html(text: str, *, status: int = 200, delay_s: float = 0.0, trap: Trap | None = None) -> Answer:
    return Answer(body=text.encode(), status=status, delay_s=delay_s, trap=trap)

"""The practice market's pages as HTML."""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from html import escape
from pathlib import Path

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from crawlers.practice.catalogue import Market, Oddity
from crawlers.practice.chance import draws as drawing
from crawlers.practice.money import converted, rates
from crawlers.practice.odd import oddly
from crawlers.practice.offers import Offer, key
from crawlers.practice.phrases import sentences
from crawlers.practice.vendors import OPENED, Vendor

NAME = "Larkspur"
FOLDER = Path(__file__).parent / "templates"
PAGE_SIZE, LATEST, MOST_FEEDBACK, MOST_FOUND = 25, 12, 8, 50
HIDDEN_KEYS = 12
"""Different keys of the offers that only hidden links lead to."""
HIDDEN_CATEGORY = 9000


class Shelf(msgspec.Struct, frozen=True):
    """A category as the pages show it."""

    id: int
    name: str
    count: int
    leaves: "tuple[Shelf, ...]" = ()


class Feedback(msgspec.Struct, frozen=True):
    """A buyer's line under an offer."""

    stars: int
    text: str
    buyer: str
    date: str


class Pages:
    """Every page of one market on one day."""

    def __init__(self, market: Market) -> None:
        """The pages of this market."""
        self.market = market
        self.ids = {path: number for number, path in enumerate(market.shelves, 1)}
        self.paths = {number: path for path, number in self.ids.items()}
        self.hidden = [key(market.seed, f"hidden/{number}") for number in range(HIDDEN_KEYS)]
        self.away = key(market.seed, "away")
        """Key of an offer whose page leads off the market."""
        self._tree = tuple(self._shelf(path) for path in market.shelves if len(path) == 1)
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["date"] = _date
        self._sidebars = {name: self._sidebar(name) for name in ("", *(shelf.name for shelf in self._tree))}

    def home(self) -> str:
        """The front page, with what was posted lately."""
        notice = "Deposits need 10 confirmations this week. Thank you for your patience."
        latest = self.market.newest[:LATEST]
        return self._page("home.html", "/", heading="Welcome back", notice=notice, tree=(), offers=latest)

    def categories(self) -> str:
        """The tree of categories."""
        return self._page("home.html", "/categories", heading="All categories", notice="", tree=self._tree, offers=())

    def category(self, number: int, page: int) -> str | None:
        """A page of a category; a top category shows what was posted lately below it."""
        path = self.paths.get(number)
        offers = self.market.shelves[path] if path else ()
        if path is None or page > _pages(len(offers) if len(path) > 1 else 1):
            return None
        top = len(path) == 1
        return self._page(
            "category.html",
            f"/category/{number}/{page}",
            aisle=path[0],
            path=path,
            ids=self.ids,
            id=number,
            total=len(offers),
            leaves=self._shelf(path).leaves,
            offers=offers[:LATEST] if top else _slice(offers, page),
            sponsored=self.away if number == max(self.paths) else "",
            page=page,
            pages=1 if top else _pages(len(offers)),
        )

    def listing(self, offer: Offer) -> str:
        """The page of an offer, odd where the catalogue says so."""
        odd = self.market.odd.get(offer.key)
        html = self._page(
            "listing.html",
            f"/listing/{offer.key}",
            aisle=offer.ware.path[0],
            charset="iso-8859-1" if odd is Oddity.WRONG_CHARSET else "utf-8",
            offer=offer,
            titled=odd is not Oddity.NO_TITLE,
            ids=self.ids,
            also=converted(offer.price, self.market.day),
            feedback=self._feedback(offer),
        )
        return oddly(html) if odd is Oddity.ODD_MARKUP else html

    def vendor(self, vendor: Vendor, page: int) -> str | None:
        """A page of a vendor: key, figures and offers."""
        offers = self.market.sold_by[vendor.handle]
        if page > _pages(len(offers)):
            return None
        return self._page(
            "vendor.html",
            f"/vendor/{vendor.handle}/{page}",
            vendor=vendor,
            total=len(offers),
            offers=_slice(offers, page),
            page=page,
            pages=_pages(len(offers)),
        )

    def vendors(self) -> str:
        """All vendors."""
        named = sorted(self.market.vendors.values(), key=lambda vendor: vendor.handle.lower())
        return self._page("vendors.html", "/vendors", vendors=named)

    def search(self, words: str) -> str:
        """The offers whose titles hold the words."""
        found = [offer for offer in self.market.newest if words.strip().lower() in offer.title.lower()]
        shown = found[:MOST_FOUND]
        return self._page("search.html", "/search", words=words, total=len(found), offers=shown)

    def notice(self, heading: str, *lines: str, kind: str = "", links: Sequence[tuple[str, str]] = ()) -> str:
        """A page with a message."""
        return self._page("notice.html", f"/{heading}", heading=heading, lines=lines, kind=kind, links=links)

    def gate(self, kind: str, heading: str) -> str:
        """A page that stands before the market: "login" or "captcha"."""
        return self._templates.get_template("gate.html").render(name=NAME, kind=kind, heading=heading)

    def _page(self, template: str, address: str, *, aisle: str = "", **facts: object) -> str:
        """A page in the market's frame; the address chooses its hidden links, the aisle what the sidebar unfolds."""
        first = int.from_bytes(hashlib.sha256(address.encode()).digest()[:2], "big")
        keys = [self.hidden[(first + at) % HIDDEN_KEYS] for at in range(2)]
        shared = {"name": NAME, "sidebar": self._sidebars[aisle], "hidden": [*keys, HIDDEN_CATEGORY + first % 10]}
        return self._templates.get_template(template).render({"charset": "utf-8"} | shared | facts)

    def _sidebar(self, aisle: str) -> Markup:
        html = self._templates.get_template("sidebar.html").render(
            tree=self._tree, open=aisle, rates=rates(self.market.day)
        )
        return Markup(html)  # noqa: S704  # the template has escaped it

    def _shelf(self, path: tuple[str, ...]) -> Shelf:
        shelves = self.market.shelves
        below = [lower for lower in shelves if len(lower) > len(path) and lower[: len(path)] == path]
        leaves = tuple(self._shelf(lower) for lower in below)
        return Shelf(self.ids[path], path[-1], len(shelves[path]), leaves)

    def _feedback(self, offer: Offer) -> list[Feedback]:
        draws = drawing(self.market.seed, "feedback", offer.key)
        today = OPENED + timedelta(days=self.market.day)
        return [
            Feedback(
                stars=draws.choice([5, 5, 5, 5, 4, 4, 3, 1]),
                text=draws.choice(sentences().feedback["en"]),
                buyer=f"{draws.choice('abcdefghkmnprstw')}***{draws.choice('aeknorsty')}",
                date=_date(today - timedelta(days=draws.randrange(1, 200))),
            )
            for _ in range(min(offer.feedback, MOST_FEEDBACK))
        ]


def image(name: str) -> str:
    """A plain picture in a colour of its own, as SVG."""
    hue = int.from_bytes(hashlib.sha256(name.encode()).digest()[:2], "big") % 360
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72"><rect width="72" height="72" '
        f'fill="hsl({hue},22%,84%)"/><path d="M14 28 36 17l22 11v18L36 57 14 46z" fill="none" stroke="hsl({hue},24%,58%)" '
        f'stroke-width="2"/><path d="M14 28 36 39l22-11M36 39v18" fill="none" stroke="hsl({hue},24%,58%)" stroke-width="2"/>'
        f"<title>{escape(name)}</title></svg>"
    )


def _date(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _pages(offers: int) -> int:
    return max(1, -(-offers // PAGE_SIZE))


def _slice(offers: Sequence[Offer], page: int) -> Sequence[Offer]:
    return offers[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]

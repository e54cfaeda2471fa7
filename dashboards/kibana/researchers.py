"""What researchers see: counts, prices and routes of offers, pseudonymous, beside how much was seen at all."""

from dashboards.kibana.condition import at_least, none_of, one_of
from dashboards.kibana.shared import CATEGORY, FLAGGED, LABELS, LISTINGS, MONTH, NAMES, OFFERS, OUT, SEEN
from dashboards.kibana.source import (
    Audience,
    Dashboard,
    Figure,
    Line,
    Note,
    Operation,
    Panel,
    Search,
    Shape,
    Terms,
    View,
)
from pipeline.records import Decision

VIEW = View(
    index="listings-research",
    title="Listings for research",
    time="first_seen",
    labels={**LABELS, "id": "pseudonym", "vendor": "vendor (pseudonym)"},
    shares=("score",),
    whole=("price_cents", "versions"),
    names=NAMES,
)
SEARCH = Search(
    name="offers",
    title="Offers, pseudonymous",
    about="Flagged as offers, and not found out of scope by a review; newest first.",
    columns=("market", "vendor", "category", "subtype", "score", "price_cents", "ships_from", "ships_to", "review"),
    where=OFFERS,
)
WORDS = """**How to read this.** An *offer* is a listing that the model's score and the policy flag as matching the wording of Article 3 of the
UN Firearms Protocol, less those that a review found out of scope. It is an advert: no sale, no seizure, no person, and no statement that a law was
broken. Some are scams. Counts follow what was read: look at the coverage below before comparing months or markets. A listing counts in the month it was
first seen. Countries are what the adverts say (EU and WW stand for "European Union" and "worldwide"). Vendors are names under pseudonyms: one name on two
markets counts once over all, and may still be two people."""
COUNTRY = Terms(field="ships_from", label="Ships from", most=10)


def _dollars(label: str, operation: Operation, percentile: int = 0) -> Figure:
    return Figure(label=label, operation=operation, field="price_cents", percentile=percentile, cents=True)


MONTHLY = Line(
    panels=(
        Panel(
            name="month-category",
            title="Offers per month by category",
            shape=Shape.STACKED,
            by=(CATEGORY, MONTH),
            show=(LISTINGS,),
            where=OFFERS,
        ),
        Panel(
            name="month-country",
            title="Offers per month by country they ship from",
            about='A listing may name several; "" is none.',
            shape=Shape.STACKED,
            by=(COUNTRY, MONTH),
            show=(LISTINGS,),
            where=OFFERS,
        ),
    )
)
PRICES = Panel(
    name="prices",
    title="Prices in US dollars by category",
    about="As asked, at the rate of the day each was captured, rounded to two digits; offers without a price are left out.",
    shape=Shape.TABLE,
    by=(CATEGORY,),
    show=(
        LISTINGS,
        _dollars("Lower quartile", Operation.PERCENTILE, 25),
        _dollars("Median", Operation.MEDIAN),
        _dollars("Upper quartile", Operation.PERCENTILE, 75),
    ),
    where=(*OFFERS, at_least("price_cents", "1")),
)
ROUTES = Panel(
    name="routes",
    title="Offers by country they ship from (rows) and to (columns)",
    about="A listing counts in each pair that it names.",
    shape=Shape.TABLE,
    by=(COUNTRY, Terms(field="ships_to", label="Ships to", most=10, across=True)),
    show=(LISTINGS,),
    where=OFFERS,
)
SELLERS = Panel(
    name="sellers",
    title="Vendors and markets with offers, per month",
    shape=Shape.LINES,
    by=(MONTH,),
    show=(
        Figure(label="Vendors", operation=Operation.UNIQUE, field="vendor", where=(none_of("vendor", ""),)),
        Figure(label="Markets", operation=Operation.UNIQUE, field="market"),
    ),
    where=OFFERS,
)
TRACKS = Panel(
    name="tracks",
    title="Flagged listings per month by track",
    shape=Shape.STACKED,
    by=(Terms(field="track", label="Track"), MONTH),
    show=(LISTINGS,),
    where=FLAGGED,
)
WHAT_WAS_SEEN = (
    Figure(label="Listings seen"),
    Figure(label="Offers", where=OFFERS),
    Figure(label="In scope by review", where=(one_of("review", str(Decision.IN_SCOPE)),)),
    Figure(label="Out of scope by review", where=(one_of("review", OUT),)),
)
COVERAGE = Line(
    panels=(
        Panel(
            name="coverage-months",
            title="What was seen, per month",
            shape=Shape.TABLE,
            by=(MONTH,),
            show=(*WHAT_WAS_SEEN, Figure(label="Markets read", operation=Operation.UNIQUE, field="market")),
            where=SEEN,
        ),
        Panel(
            name="coverage-markets",
            title="What was seen, by market",
            shape=Shape.TABLE,
            by=(Terms(field="market", label="Market", most=50),),
            show=(
                *WHAT_WAS_SEEN,
                Figure(label="First seen", operation=Operation.MIN, field="first_seen", date=True),
                Figure(label="Last seen", operation=Operation.MAX, field="last_seen", date=True),
            ),
            where=SEEN,
        ),
    )
)
RESEARCHERS = Audience(
    name="researchers",
    view=VIEW,
    searches=(SEARCH,),
    dashboard=Dashboard(
        title="Headstamp: offers over time",
        about="Adverts that match the Protocol's wording, pseudonymous, beside how much was seen. Counts of adverts are no measure of trafficking.",
        since="now-5y",
        lines=(
            Line(height=7, panels=(Note(name="words", text=WORDS),)),
            MONTHLY,
            Line(panels=(PRICES, ROUTES)),
            Line(panels=(SELLERS, TRACKS)),
            COVERAGE,
        ),
    ),
)

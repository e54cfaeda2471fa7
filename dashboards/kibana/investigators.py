"""What investigators see: listings that are flagged or wait for review, the newest first."""

from dashboards.kibana.condition import at_least, below, none_of, one_of
from dashboards.kibana.shared import CATEGORY, FLAGGED, LABELS, LISTINGS, NAMES, SEEN, WAITING
from dashboards.kibana.source import (
    Alarm,
    Audience,
    Classes,
    Dashboard,
    Figure,
    Line,
    Operation,
    Panel,
    Rows,
    Search,
    Shape,
    Terms,
    Time,
    View,
)
from pipeline.taxonomy import Indicator, Verdict

VIEW = View(
    index="listings",
    title="Listings",
    time="first_seen",
    labels={**LABELS, "id": "page in the console"},
    shares=("score",),
    whole=("price_cents", "versions"),
    names=NAMES,
    links=("id",),
)
COLUMNS = ("id", "title", "market", "vendor", "category", "verdict", "score", "price_cents", "ships_from", "review")
SEARCHES = (
    Search(
        name="flagged",
        title="Flagged listings",
        about="Flagged, and not found out of scope by a review; newest first.",
        columns=COLUMNS,
        where=FLAGGED,
    ),
    Search(
        name="waiting",
        title="Listings that wait for review",
        about="The review queue by time; the console has it by urgency.",
        columns=COLUMNS,
        where=WAITING,
    ),
    Search(
        name="life",
        title="Texts that threaten a life",
        about="Whatever their score and verdict.",
        columns=COLUMNS,
        where=(*SEEN, one_of("indicators", str(Indicator.HARM))),
    ),
)
AGES = Classes(
    label="Since it was first seen",
    choices={
        "0 to 1 day": (at_least("first_seen", "now-1d"),),
        "1 to 7 days": (at_least("first_seen", "now-7d"), below("first_seen", "now-1d")),
        "7 to 30 days": (at_least("first_seen", "now-30d"), below("first_seen", "now-7d")),
        "more than 30 days": (below("first_seen", "now-30d"),),
    },
)
TOTALS = Line(
    height=8,
    panels=(
        Panel(name="flagged", title="Flagged now", shape=Shape.FIGURE, show=(LISTINGS,), where=FLAGGED),
        Panel(name="waiting", title="Waiting for review", shape=Shape.FIGURE, show=(LISTINGS,), where=WAITING),
        Panel(
            name="oldest",
            title="Longest waiting",
            shape=Shape.TABLE,
            by=(Terms(field="verdict", label="Verdict"),),
            show=(
                LISTINGS,
                Figure(label="Oldest first seen", operation=Operation.MIN, field="first_seen", date=True),
            ),
            where=WAITING,
        ),
        Panel(name="ages", title="Age of the queue", shape=Shape.BARS, by=(AGES,), show=(LISTINGS,), where=WAITING),
    ),
)
FLAGGED_BY = (
    Line(
        panels=(
            Panel(
                name="markets",
                title="Flagged by market",
                shape=Shape.BARS,
                by=(Terms(field="market", label="Market"),),
                show=(LISTINGS,),
                where=FLAGGED,
            ),
            Panel(
                name="categories",
                title="Flagged by category",
                shape=Shape.BARS,
                by=(CATEGORY,),
                show=(LISTINGS,),
                where=FLAGGED,
            ),
        )
    ),
    Line(
        panels=(
            Panel(
                name="vendors",
                title="Flagged by vendor",
                about="A name counts for each market apart.",
                shape=Shape.TABLE,
                by=(
                    Terms(field="vendor", label="Vendor", most=25),
                    Terms(field="market", label="Market", most=5),
                ),
                show=(
                    LISTINGS,
                    Figure(label="Latest", operation=Operation.MAX, field="last_seen", date=True),
                ),
                where=FLAGGED,
            ),
            Panel(
                name="threats",
                title="Flagged by emerging threat",
                about="A listing may show several.",
                shape=Shape.BARS,
                by=(Terms(field="threats", label="Threat"),),
                show=(LISTINGS,),
                where=(*FLAGGED, none_of("threats", "")),
            ),
        )
    ),
    Line(
        panels=(
            Panel(
                name="weeks",
                title="Flagged by the week they were first seen in",
                shape=Shape.STACKED,
                by=(CATEGORY, Time(field="first_seen", interval="1w", label="Week first seen")),
                show=(LISTINGS,),
                where=FLAGGED,
            ),
        )
    ),
)
NEWEST = Line(height=20, panels=(Rows(name="newest", title="Flagged, newest first", search="flagged"),))
INVESTIGATORS = Audience(
    name="investigators",
    view=VIEW,
    searches=SEARCHES,
    dashboard=Dashboard(
        title="Headstamp: listings to look at",
        about=(
            "Listings that are flagged or wait for review. In scope means that a text matches the Protocol's wording,"
            " never that it breaks a law."
        ),
        since="now-10y",
        lines=(TOTALS, *FLAGGED_BY, NEWEST),
    ),
    alarms=(
        Alarm(
            name="flagged",
            title="Headstamp: flagged listings of the last day wait for review",
            where=(*SEEN, one_of("verdict", str(Verdict.FLAGGED)), one_of("review", "open")),
            every="5m",
            hours=24,
            more_than=0,
        ),
        Alarm(
            name="life",
            title="Headstamp: a text of the last day threatens a life and waits for review",
            where=(*SEEN, one_of("indicators", str(Indicator.HARM)), one_of("review", "open")),
            every="1m",
            hours=24,
            more_than=0,
        ),
    ),
)

"""What operators see: how visits went, what the stages owe, and whether markets drift away from profile and model."""

from dashboards.kibana.condition import Where, at_least, none_of, one_of
from dashboards.kibana.source import (
    Alarm,
    Audience,
    Dashboard,
    Figure,
    Line,
    Operation,
    Panel,
    Search,
    Shape,
    Terms,
    Time,
    View,
)

VIEW = View(index="measures", title="Measures", time="time")
MARKET = Terms(field="market", label="Market", alphabetical=True, most=50)
DAY = Time(field="time", interval="1d", label="Day")
MOST_OWED = 10_000
"""Messages a stage may owe before the alarm; at single pages a second a stage that works never comes near it."""
MINUTES_OWED = 10
"""Measures, of which each stage writes one a minute, that must say so within the hour."""


def _named(name: str) -> Where:
    return (one_of("name", name),)


def _sum(label: str, name: str = "") -> Figure:
    return Figure(label=label, operation=Operation.SUM, field="value", where=_named(name) if name else ())


def _mean(label: str, name: str = "") -> Figure:
    where = _named(name) if name else ()
    return Figure(label=label, operation=Operation.AVERAGE, field="value", where=where, share=True)


def _most(label: str) -> Figure:
    return Figure(label=label, operation=Operation.MAX, field="value")


VISITS = Line(
    panels=(
        Panel(
            name="pages",
            title="Pages read per day",
            about="On the day that the visit began.",
            shape=Shape.STACKED,
            by=(MARKET, DAY),
            show=(_sum("Pages"),),
            where=_named("headstamp_visit_pages"),
        ),
        Panel(
            name="listings",
            title="Listings seen per day",
            shape=Shape.STACKED,
            by=(MARKET, DAY),
            show=(_sum("Listings"),),
            where=_named("headstamp_visit_listings"),
        ),
    )
)
FAULTS = Line(
    panels=(
        Panel(
            name="errors",
            title="Addresses that could not be read, by reason",
            shape=Shape.TABLE,
            by=(MARKET, Terms(field="reason", label="Reason")),
            show=(_sum("Addresses"),),
            where=_named("headstamp_visit_failures"),
        ),
        Panel(
            name="gates",
            title="Addresses behind a gate, by kind",
            shape=Shape.TABLE,
            by=(MARKET, Terms(field="reason", label="Gate")),
            show=(_sum("Addresses"),),
            where=(*_named("headstamp_visit_gated"), at_least("value", "1")),
        ),
    )
)
STAGE = Terms(field="stage", label="Stage")
STAGES = Line(
    panels=(
        Panel(
            name="lag",
            title="Messages a stage owes, at most",
            shape=Shape.LINES,
            by=(STAGE, Time(field="time", interval="1h", label="Hour")),
            show=(_most("Messages"),),
            where=_named("headstamp_stage_lag"),
        ),
        Panel(
            name="worked",
            title="Messages worked per day",
            shape=Shape.STACKED,
            by=(STAGE, DAY),
            show=(_sum("Messages"),),
            where=_named("headstamp_stage_messages_total"),
        ),
    )
)
TROUBLE = Line(
    panels=(
        Panel(
            name="dead",
            title="Messages set aside",
            shape=Shape.TABLE,
            by=(STAGE, Terms(field="topic", label="Topic")),
            show=(_sum("Messages"),),
            where=_named("headstamp_stage_dead_total"),
        ),
        Panel(
            name="away",
            title="Longest wait for a server, in seconds",
            shape=Shape.TABLE,
            by=(STAGE, Terms(field="reason", label="Server")),
            show=(_most("Seconds"),),
            where=_named("headstamp_server_waiting_seconds"),
        ),
    )
)
FILLED = Line(
    panels=(
        Panel(
            name="fill",
            title="Share of listings that have a field, beside what the profile expects",
            shape=Shape.TABLE,
            by=(MARKET, Terms(field="field", label="Field", alphabetical=True, most=30)),
            show=(
                _mean("Have it", "headstamp_visit_fill_ratio"),
                _mean("Expected", "headstamp_visit_expected_fill_ratio"),
            ),
            where=(one_of("name", "headstamp_visit_fill_ratio", "headstamp_visit_expected_fill_ratio"),),
        ),
        Panel(
            name="coverage",
            title="Share of a market's listings that a visit saw",
            about="An estimate, never a count.",
            shape=Shape.LINES,
            by=(MARKET, DAY),
            show=(_mean("Share seen"),),
            where=_named("headstamp_visit_coverage_ratio"),
        ),
    )
)
MONTH = Time(field="time", interval="1M", label="Month")
DRIFT = Line(
    panels=(
        Panel(
            name="drift-scores",
            title="Drift of scores from what the model was made with (PSI)",
            about="By market and month; beside what chance alone would show.",
            shape=Shape.TABLE,
            by=(MARKET, MONTH),
            show=(
                Figure(
                    label="Shift",
                    operation=Operation.MAX,
                    field="value",
                    where=_named("headstamp_drift_scores_psi"),
                ),
                Figure(
                    label="By chance",
                    operation=Operation.MAX,
                    field="value",
                    where=_named("headstamp_drift_scores_by_chance_psi"),
                ),
            ),
            where=(one_of("name", "headstamp_drift_scores_psi", "headstamp_drift_scores_by_chance_psi"),),
        ),
        Panel(
            name="drift-words",
            title="Share of words that the model does not know",
            shape=Shape.LINES,
            by=(MARKET, MONTH),
            show=(_mean("Unknown words"),),
            where=_named("headstamp_drift_unknown_words_ratio"),
        ),
    )
)
OPERATORS = Audience(
    name="operators",
    view=VIEW,
    searches=(
        Search(
            name="measures",
            title="Measures",
            about="Every figure with its labels; newest first.",
            columns=("name", "market", "stage", "topic", "reason", "field", "value"),
        ),
        Search(
            name="failures",
            title="Failures of visits",
            about="What could not be read; newest first.",
            columns=("market", "reason", "value"),
            where=(*_named("headstamp_visit_failures"), none_of("reason", "")),
        ),
    ),
    dashboard=Dashboard(
        title="Headstamp: how it runs",
        about="Visits, stages, fill rates and drift.",
        since="now-90d",
        lines=(VISITS, FAULTS, STAGES, TROUBLE, FILLED, DRIFT),
    ),
    alarms=(
        Alarm(
            name="lag",
            title=f"Headstamp: a stage owes {MOST_OWED:,} messages or more",
            where=(*_named("headstamp_stage_lag"), at_least("value", str(MOST_OWED))),
            every="5m",
            hours=1,
            more_than=MINUTES_OWED - 1,
        ),
        Alarm(
            name="pages",
            title="Headstamp: no visit that began in the last day read a page",
            where=(*_named("headstamp_visit_pages"), at_least("value", "1")),
            every="1h",
            hours=24,
            fewer_than=1,
        ),
    ),
)

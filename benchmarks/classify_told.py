"""What `benchmarks.classify` tells, and how it is shown."""

import msgspec

from pipeline.terminal import show_table

LONG, TITLES = "long", "titles"
"""Listings of some 590 characters, and titles alone."""


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """Listings that one way of classifying does in a CPU second."""

    way: str
    texts: str
    letters: int
    """Letters of a listing, on average."""
    listings: int
    a_second: float
    times_plain: float | None = None


class Screened(msgspec.Struct, frozen=True, kw_only=True):
    """What the screen lets through of listings as posted, and what it costs; the model may have been trained on them."""

    listings: int
    passed: float
    offers: int
    offers_screened: int
    offers_found: int
    """At the threshold of review, with the encoder asked about each."""
    offers_found_screened: int
    """The same with the screen on."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is measured."""

    source: str
    rates: list[Rate]
    screened: Screened
    costs: dict[str, float]
    """Microseconds a long listing."""
    process: dict[str, float]
    hostile: dict[str, float]
    """CPU time of a text of 64 Ki characters, in times of a long listing's."""


GOALS = {
    ("encoder", LONG): 85,
    ("screen on, scores", LONG): 700,
    ("screen on, scores", TITLES): 6_000,
}
"""Listings a CPU second."""
TIMES_PLAIN, MEMORY, LOAD = 20, 300, 1
"""Of the cascade on long listings; MB at most; seconds at most."""


def show(found: Report) -> None:
    """Print the tables, and each goal beside what was measured."""
    print(f"{found.source}; one thread, CPU time\n")
    head = ("texts", "letters", "listings", "way", "listings/s", "times plain")
    show_table(head, [_row(each) for each in found.rates])
    print()
    for name, value in {**msgspec.structs.asdict(found.screened), **found.process}.items():
        print(f"{name.replace('_', ' ')}: {value:,}")
    print("\nmicroseconds a long listing")
    show_table(("part", "µs"), [(name, f"{cost:,.0f}") for name, cost in found.costs.items()])
    print("\n64 Ki characters, in times of a long listing")
    show_table(("text", "times"), [(name, f"{cost:,.1f}") for name, cost in found.hostile.items()])
    print()
    show_table(("goal", "asked", "measured", ""), goals(found))


def goals(found: Report) -> list[tuple[str, str, str, str]]:
    """Each goal, what it asks for, what was measured, and whether that is enough."""
    rates = {(each.way, each.texts): each for each in found.rates}
    rows = [
        (f"{way}, {name}", least, rates[way, name].a_second)
        for (way, name), least in GOALS.items()
        if (way, name) in rates
    ]
    times = rates["screen on, scores", LONG].times_plain
    rows += [] if times is None else [("screen on, scores, long, times plain", TIMES_PLAIN, times)]
    most = [("memory MB", MEMORY, found.process["memory MB"]), ("load s", LOAD, found.process["load s"])]
    return [
        *((name, f"at least {goal:,}", f"{value:,.1f}", _met(met=value >= goal)) for name, goal, value in rows),
        *((name, f"at most {goal:,}", f"{value:,.2f}", _met(met=value <= goal)) for name, goal, value in most),
    ]


def _met(*, met: bool) -> str:
    return "met" if met else "MISSED"


def _row(each: Rate) -> tuple[object, ...]:
    times = "" if each.times_plain is None else f"{each.times_plain:.1f}"
    return each.texts, each.letters, each.listings, each.way, f"{each.a_second:,.0f}", times

"""The words in which data views, saved searches, dashboards and alarms are written down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dashboards.kibana.condition import Where

COLUMNS = 48
"""Width of a Kibana dashboard."""


class Shape(StrEnum):
    """How a panel shows its figures."""

    FIGURE = "figure"
    """One number."""
    BARS = "bars"
    """Lying bars, the longest on top."""
    STACKED = "stacked"
    """Standing bars over time, or side by side, in as many colours as there are values."""
    LINES = "lines"
    TABLE = "table"


class Operation(StrEnum):
    """What is made of a field, in the words of Kibana's Lens."""

    COUNT = "count"
    UNIQUE = "unique_count"
    SUM = "sum"
    AVERAGE = "average"
    MEDIAN = "median"
    PERCENTILE = "percentile"
    MIN = "min"
    MAX = "max"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """A row, bar or colour for each of the commonest values of a field."""

    field: str
    label: str
    most: int = 15
    alphabetical: bool = False
    """Whether they are sorted by name, not by the panel's first figure."""
    across: bool = False
    """Whether a table has them as columns."""


@dataclass(frozen=True, kw_only=True)
class Time:
    """One for each day, week or month (1d, 1w, 1M) in UTC."""

    field: str
    interval: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Classes:
    """One for each of these named conditions."""

    label: str
    choices: Mapping[str, Where]


Bucket = Terms | Time | Classes


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure of each bucket."""

    label: str
    operation: Operation = Operation.COUNT
    field: str = ""
    """What it is made of; "" for a count of documents."""
    where: Where = ()
    """Which documents of the bucket it is made of."""
    percentile: int = 0
    date: bool = False
    """Whether it is a time."""
    cents: bool = False
    """Whether the field holds US cents, of which the panel shows dollars."""
    share: bool = False
    """Whether it is a share, 0 to 1, shown in percent."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One chart or table of a dashboard."""

    name: str
    title: str
    shape: Shape
    show: tuple[Figure, ...]
    by: tuple[Bucket, ...] = ()
    where: Where = ()
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class Note:
    """A text among the panels, in Markdown."""

    name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A saved search among the panels."""

    name: str
    title: str
    search: str
    """Name of the search."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """Panels side by side, of equal width and height."""

    panels: tuple[Panel | Note | Rows, ...]
    height: int = 12


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """Lines of panels over one stretch of time."""

    title: str
    about: str
    since: str
    """How far back it looks when opened, such as "now-1y"."""
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class View:
    """How Kibana reads one of our indexes."""

    index: str
    """Name of the index, without prefix."""
    title: str
    time: str
    """The field that the time picker narrows."""
    labels: Mapping[str, str] = field(default_factory=dict)
    shares: tuple[str, ...] = ()
    """Fields shown in percent."""
    whole: tuple[str, ...] = ()
    """Fields shown as whole numbers."""
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What is shown for each code of a field; other values are shown as they are."""
    links: tuple[str, ...] = ()
    """Fields that hold a listing's id, shown as a link to its page in the console."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """Documents in a table, newest first."""

    name: str
    title: str
    about: str
    columns: tuple[str, ...]
    where: Where = ()


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """A rule that Kibana checks by the clock."""

    name: str
    title: str
    where: Where
    every: str
    """How often it looks, such as "5m"."""
    hours: int
    """How far back it looks."""
    more_than: int | None = None
    """It is raised where more documents than this match…"""
    fewer_than: int | None = None
    """…or, where this is given, fewer."""


@dataclass(frozen=True, kw_only=True)
class Audience:
    """Those who share one space and one role, and see one index."""

    name: str
    view: View
    searches: tuple[Search, ...]
    dashboard: Dashboard
    alarms: tuple[Alarm, ...] = ()

"""Every metric with its labels and its meaning, in one table: exposition, alert rules and documents come from it."""

from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What a metric is, in Prometheus's words."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """One metric."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    meaning: str


def _counter(name: str, labels: str, meaning: str) -> Metric:
    return Metric(name=name, kind=Kind.COUNTER, labels=tuple(labels.split()), meaning=meaning)


def _gauge(name: str, labels: str, meaning: str) -> Metric:
    return Metric(name=name, kind=Kind.GAUGE, labels=tuple(labels.split()), meaning=meaning)


MESSAGES = _counter("headstamp_stage_messages_total", "stage", "messages that the stage worked, dead letters included")
PUBLISHED = _counter("headstamp_stage_published_total", "stage", "messages that the stage published")
DEAD = _counter("headstamp_stage_dead_total", "stage", "messages that the stage set aside as dead letters")
BATCH = Metric(
    name="headstamp_stage_batch_seconds",
    kind=Kind.HISTOGRAM,
    labels=("stage",),
    meaning="seconds that a batch took, from its first message read to all of it published",
)
LAG = _gauge("headstamp_stage_lag", "stage topic", "messages of the topic that the stage's group has not worked")
TURNED = _gauge(
    "headstamp_stage_turned_timestamp_seconds", "stage", "when the stage's loop last came round, with work or without"
)
WAITING = _gauge(
    "headstamp_server_waiting_seconds",
    "stage server",
    "seconds that the stage has waited for a server; 0 or absent: none",
)
FREE = _gauge("headstamp_home_free_bytes", "", "bytes free on the disk of the home")
SIZE = _gauge("headstamp_home_size_bytes", "", "bytes that the disk of the home has")

PAGES = _counter("headstamp_crawl_pages_total", "market", "pages that the market answered with, in all visits")
LAST_PAGE = _gauge("headstamp_crawl_last_page_timestamp_seconds", "market", "when the market last answered with a page")
NEXT = _gauge(
    "headstamp_crawl_next_timestamp_seconds",
    "market",
    "from when on the market may be asked again, by its hours, its pages of the day and pauses, seen from the last crawl",
)
ALERTS = _gauge(
    "headstamp_crawl_alerts", "market kind", "alerts that stand since the last visit that broke a threshold"
)

VISIT_PAGES = _gauge("headstamp_visit_pages", "market", "pages that the market answered with in the last visit")
LISTINGS = _gauge("headstamp_visit_listings", "market", "listings that were there in the last visit")
UNREAD = _gauge(
    "headstamp_visit_unread_listings",
    "market",
    "listings of the last visit without a title or a key where the profile looks",
)
FAILURES = _gauge(
    "headstamp_visit_failures", "market reason", "addresses of the last visit that could not be read, by reason"
)
GATED = _gauge(
    "headstamp_visit_gated", "market gate", "addresses of the last visit that stand behind a gate, by its kind"
)
FILLED = _gauge(
    "headstamp_visit_fill_ratio", "market field", "share of the listings read in the last visit that have the field"
)
EXPECTED = _gauge("headstamp_visit_expected_fill_ratio", "market field", "share that the market's profile expects")
COVERAGE = _gauge(
    "headstamp_visit_coverage_ratio",
    "market",
    "estimated share of the market's listings that the last visit saw (Chapman); absent where it is unknown",
)

UNREADABLE = _gauge("headstamp_crawl_unreadable_files", "", "files of crawls' figures in the home that cannot be read")

STAGES = (MESSAGES, PUBLISHED, DEAD, BATCH, LAG, TURNED, WAITING, FREE, SIZE)
CRAWLS = (
    PAGES,
    LAST_PAGE,
    NEXT,
    ALERTS,
    VISIT_PAGES,
    LISTINGS,
    UNREAD,
    FAILURES,
    GATED,
    FILLED,
    EXPECTED,
    COVERAGE,
)
METRICS = {metric.name: metric for metric in (*STAGES, *CRAWLS, UNREADABLE)}

"""The figures of a panel, reckoned in plain Python from facts that never saw Elasticsearch or Kibana."""

import re
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dashboards.kibana.condition import Condition, Test
from dashboards.kibana.source import Bucket, Figure, Operation, Panel, Terms, Time
from tests.dashboards.kibana_asked import Row

Fact = Mapping[str, Any]
"""What is known of one listing, or one measure, by field; a field of many values has a tuple."""


def reckoned(panel: Panel, facts: Iterable[Fact], now: datetime) -> list[Row]:
    """The rows of a panel, in the order that it shows them."""
    counted = [fact for fact in facts if all(holds(one, fact, now) for one in panel.where)]
    return list(_rows(panel, panel.by, counted, (), now))


def holds(condition: Condition, fact: Fact, now: datetime) -> bool:
    """Whether a condition holds of a fact."""
    values = _values(fact[condition.field])
    match condition.test:
        case Test.ONE_OF:
            return any(value in condition.values for value in values)
        case Test.NONE_OF:
            return not any(value in condition.values for value in values)
        case Test.FROM:
            return any(value >= _bound(condition.values[0], value, now) for value in values)
        case Test.BEFORE:
            return any(value < _bound(condition.values[0], value, now) for value in values)


def _values(content: object) -> Sequence[Any]:
    if isinstance(content, tuple):
        return content or ("",)
    return () if content is None else (content,)


def _bound(text: str, like: object, now: datetime) -> Any:
    if isinstance(like, datetime):
        days = re.fullmatch(r"now-(\d+)d", text)
        assert days, f"no time: {text}"
        return now - timedelta(days=int(days[1]))
    return float(text)


def _rows(
    panel: Panel, by: Sequence[Bucket], facts: Sequence[Fact], keys: tuple[object, ...], now: datetime
) -> Iterator[Row]:
    if not by:
        yield keys, tuple(_figure(figure, facts, now) for figure in panel.show)
        return
    for key, inside in _split(by[0], panel, facts, now):
        yield from _rows(panel, by[1:], inside, (*keys, key), now)


def _split(
    bucket: Bucket, panel: Panel, facts: Sequence[Fact], now: datetime
) -> Iterable[tuple[object, Sequence[Fact]]]:
    groups: dict[Any, list[Fact]] = defaultdict(list)
    match bucket:
        case Terms():
            for fact in facts:
                for value in set(_values(fact[bucket.field])):
                    groups[value].append(fact)
            named = sorted(groups.items())
            if not bucket.alphabetical:
                named.sort(key=lambda pair: -(_figure(panel.show[0], pair[1], now) or 0))
            return named[: bucket.most]
        case Time():
            for fact in facts:
                groups[_begin(fact[bucket.field], bucket.interval)].append(fact)
            return sorted(groups.items())
        case _:
            return [
                (label, [fact for fact in facts if all(holds(one, fact, now) for one in where)])
                for label, where in bucket.choices.items()
            ]


def _begin(time: datetime, interval: str) -> int:
    """Milliseconds of the beginning of the hour, day, week or month."""
    hour = time.replace(minute=0, second=0, microsecond=0)
    day = hour.replace(hour=0)
    weeks = {"1h": hour, "1d": day, "1w": day - timedelta(days=day.weekday()), "1M": day.replace(day=1)}
    return int(weeks[interval].timestamp() * 1000)


def _figure(figure: Figure, facts: Sequence[Fact], now: datetime) -> float | None:
    counted = [fact for fact in facts if all(holds(one, fact, now) for one in figure.where)]
    if figure.operation is Operation.COUNT:
        return float(len(counted))
    values = [value for fact in counted for value in set(_values(fact[figure.field]))]
    if figure.operation is Operation.UNIQUE:
        return float(len(set(values)))
    numbers = [value.timestamp() * 1000 if isinstance(value, datetime) else float(value) for value in values]
    if figure.operation is Operation.SUM:
        return sum(numbers)
    if not numbers:
        return None
    return _of(figure, numbers) / (100 if figure.cents else 1)


def _of(figure: Figure, numbers: Sequence[float]) -> float:
    match figure.operation:
        case Operation.AVERAGE:
            return statistics.fmean(numbers)
        case Operation.MIN:
            return min(numbers)
        case Operation.MAX:
            return max(numbers)
        case Operation.MEDIAN:
            return statistics.median(numbers)
        case _:
            return _quantile(sorted(numbers), figure.percentile / 100)


def _quantile(numbers: Sequence[float], share: float) -> float:
    place = share * (len(numbers) - 1)
    low = int(place)
    high = min(low + 1, len(numbers) - 1)
    return numbers[low] + (numbers[high] - numbers[low]) * (place - low)

"""What a panel asks of the documents it counts, as Kibana's query language says it, and as Elasticsearch does."""

from dataclasses import dataclass
from enum import StrEnum

Json = dict[str, object]
"""What goes to Kibana as JSON."""


class Test(StrEnum):
    """What is asked of a field."""

    ONE_OF = "one of"
    NONE_OF = "none of"
    FROM = "from"
    BEFORE = "before"


@dataclass(frozen=True)
class Condition:
    """One test of one field; a value of a date may be relative ("now-7d")."""

    field: str
    test: Test
    values: tuple[str, ...]

    @property
    def kql(self) -> str:
        """It in Kibana's query language."""
        quoted = " or ".join(f'"{value}"' for value in self.values)
        words = f"({quoted})" if len(self.values) > 1 else quoted
        match self.test:
            case Test.ONE_OF:
                return f"{self.field} : {words}"
            case Test.NONE_OF:
                return f"not {self.field} : {words}"
            case Test.FROM:
                return f"{self.field} >= {self.values[0]}"
            case Test.BEFORE:
                return f"{self.field} < {self.values[0]}"

    @property
    def query(self) -> Json:
        """It as an Elasticsearch query."""
        match self.test:
            case Test.ONE_OF:
                return {"terms": {self.field: list(self.values)}}
            case Test.NONE_OF:
                return {"bool": {"must_not": [{"terms": {self.field: list(self.values)}}]}}
            case Test.FROM:
                return {"range": {self.field: {"gte": self.values[0]}}}
            case Test.BEFORE:
                return {"range": {self.field: {"lt": self.values[0]}}}


Where = tuple[Condition, ...]
"""Conditions that must all hold."""


def one_of(field: str, *values: str) -> Condition:
    """That the field has one of these values."""
    return Condition(field, Test.ONE_OF, values)


def none_of(field: str, *values: str) -> Condition:
    """That the field has none of these values."""
    return Condition(field, Test.NONE_OF, values)


def at_least(field: str, value: str) -> Condition:
    """That the field is this or more, or later."""
    return Condition(field, Test.FROM, (value,))


def below(field: str, value: str) -> Condition:
    """That the field is less than this, or earlier."""
    return Condition(field, Test.BEFORE, (value,))


def kql(where: Where) -> str:
    """All conditions in Kibana's query language; "" for none."""
    return " and ".join(condition.kql for condition in where)

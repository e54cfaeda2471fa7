"""The alert rules for Prometheus: their shape, their grammar, and that what they name is served."""

import re
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

import headstamp
from pipeline.metrics.table import METRICS, Kind

FILE = Path(__file__).parents[2] / "dashboards" / "prometheus" / "alerts.yaml"
GROUPS = yaml.safe_load(FILE.read_text(encoding="utf-8"))["groups"]
RULES: list[dict[str, Any]] = [rule for group in GROUPS for rule in group["rules"]]
OF_PROMETHEUS = {"instance", "job"}
DURATION = re.compile(r"[1-9]\d*[smhd]")
rules = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])


def nodes(expression: str) -> list[promql_parser.Expr]:
    """Every part of an expression; a ValueError where it is none."""
    found: list[promql_parser.Expr] = []
    promql_parser.walk(promql_parser.parse(expression), found.append)
    return found


def selectors(expression: str) -> list[promql_parser.VectorSelector]:
    plain = [node for node in nodes(expression) if isinstance(node, promql_parser.VectorSelector)]
    ranged = [node.vector_selector for node in nodes(expression) if isinstance(node, promql_parser.MatrixSelector)]
    return [*plain, *ranged]


def labels(name: str) -> set[str]:
    """The labels that a series has, ours and those that Prometheus gives it."""
    return OF_PROMETHEUS | (set(METRICS[name].labels) if name != "up" else set())


def test_the_file_has_the_shape_that_prometheus_reads() -> None:
    assert {key for group in GROUPS for key in group} == {"name", "rules"}
    assert {key for rule in RULES for key in rule} <= {"alert", "expr", "for", "labels", "annotations"}
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    assert all(re.fullmatch(r"Headstamp[A-Za-z]+", rule["alert"]) for rule in RULES)
    assert all(DURATION.fullmatch(rule.get("for", "1m")) for rule in RULES)


@rules
def test_a_rule_says_what_happened_and_what_to_do(rule: dict[str, Any]) -> None:
    assert set(rule["annotations"]) == {"summary", "todo"}
    assert rule["labels"] in [{"severity": severity} for severity in ("critical", "warning", "info")]
    named = set(re.findall(r"`headstamp ([a-z]+)", rule["annotations"]["todo"]))
    assert named <= set(headstamp.COMMANDS)


@rules
def test_a_rule_names_series_and_labels_that_are_served(rule: dict[str, Any]) -> None:
    found = selectors(rule["expr"])
    assert found
    for one in found:
        assert one.name == "up" or one.name in METRICS, one.name
        assert one.name
        assert {matcher.name for matcher in one.matchers.matchers} <= labels(one.name)
    told = " ".join(rule["annotations"].values())
    kept = set.intersection(*(labels(one.name) for one in found if one.name))
    assert set(re.findall(r"\$labels\.(\w+)", told)) <= (kept | _grouped(rule["expr"]))


def _grouped(expression: str) -> set[str]:
    """The labels that sums are made by, which the series summed must have."""
    found = [node for node in nodes(expression) if isinstance(node, promql_parser.AggregateExpr)]
    by = [(node, set(node.modifier.labels)) for node in found if node.modifier]
    assert all(labelled <= set.union(*map(labels, _named(node))) for node, labelled in by)
    return {label for _, labelled in by for label in labelled}


def _named(node: promql_parser.Expr) -> list[str]:
    inner: list[promql_parser.Expr] = []
    promql_parser.walk(node, inner.append)
    return [one.name for one in inner if isinstance(one, promql_parser.VectorSelector) and one.name]


@rules
def test_a_rate_is_taken_of_a_counter_and_of_nothing_else(rule: dict[str, Any]) -> None:
    for node in nodes(rule["expr"]):
        if isinstance(node, promql_parser.Call) and node.func.name in ("increase", "rate"):
            (series,) = node.args
            assert METRICS[series.vector_selector.name].kind is Kind.COUNTER


def test_what_an_operator_must_hear_of_has_a_rule() -> None:
    watched = {one.name for rule in RULES for one in selectors(rule["expr"])}
    assert watched >= {
        "headstamp_stage_turned_timestamp_seconds",
        "headstamp_stage_lag",
        "headstamp_stage_dead_total",
        "headstamp_server_waiting_seconds",
        "headstamp_crawl_last_page_timestamp_seconds",
        "headstamp_home_free_bytes",
        "headstamp_visit_fill_ratio",
    }


@pytest.mark.parametrize("wrong", ["headstamp_stage_lag >", "sum by stage (x)", "rate(x)", "x{a=b}"])
def test_the_grammar_that_rules_are_read_by_refuses_what_is_wrong(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        nodes(wrong)

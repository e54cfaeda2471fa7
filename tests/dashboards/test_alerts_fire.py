"""The alert rules at work, as Prometheus's own promtool evaluates them: each fires when it should, and only then."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from tests.dashboards.test_alert_rules import FILE, RULES

VARIABLE = "HEADSTAMP_TEST_PROMTOOL"


class Case(NamedTuple):
    """Series from minute 0 on, in promtool's notation, and whether the alert fires at a minute."""

    alert: str
    series: dict[str, str]
    minute: int
    fires: bool


TURNED = "headstamp_stage_turned_timestamp_seconds{stage='assess'}"
LAG = "headstamp_stage_lag{stage='assess',topic='listings'}"
DEAD = "headstamp_stage_dead_total{stage='assess'}"
AWAY = "headstamp_server_waiting_seconds{stage='index',server='index'}"
FREE, SIZE = "headstamp_home_free_bytes", "headstamp_home_size_bytes"
LAST = "headstamp_crawl_last_page_timestamp_seconds{market='m'}"
NEXT = "headstamp_crawl_next_timestamp_seconds{market='m'}"
FILLED = "headstamp_visit_fill_ratio{market='m',field='vendor'}"
EXPECTED = "headstamp_visit_expected_fill_ratio{market='m',field='vendor'}"
GATED = "headstamp_visit_gated{market='m',gate='captcha'}"
OTHERS = "headstamp_visit_gated{market='m',gate='login'}"
PAGES = "headstamp_visit_pages{market='m'}"
DAY_MIN = 24 * 60
CASES = [
    Case("HeadstampDown", {"up{job='headstamp',instance='a'}": "0x20"}, 6, fires=True),
    Case("HeadstampDown", {"up{job='other',instance='a'}": "0x20"}, 6, fires=False),
    Case("HeadstampStageNotTurning", {TURNED: "0x20"}, 8, fires=True),
    Case("HeadstampStageNotTurning", {TURNED: "0+60x20"}, 8, fires=False),
    Case("HeadstampLagHigh", {LAG: "60000x30"}, 16, fires=True),
    Case("HeadstampLagHigh", {LAG: "60000x30"}, 10, fires=False),
    Case("HeadstampLagGrowing", {LAG: "2000+10x200"}, 180, fires=True),
    Case("HeadstampLagGrowing", {LAG: "9000-10x200"}, 180, fires=False),
    Case("HeadstampLagGrowing", {LAG: "0+1x200"}, 180, fires=False),
    Case("HeadstampDeadLetters", {DEAD: "0x5 3x100"}, 30, fires=True),
    Case("HeadstampDeadLetters", {DEAD: "3x200"}, 30, fires=False),
    Case("HeadstampServerAway", {AWAY: "0+60x20"}, 7, fires=True),
    Case("HeadstampServerAway", {AWAY: "0+60x20"}, 4, fires=False),
    Case("HeadstampDiskNearlyFull", {FREE: "9e9x30", SIZE: "100e9x30"}, 12, fires=True),
    Case("HeadstampDiskNearlyFull", {FREE: "4e9x30", SIZE: "20e9x30"}, 12, fires=True),
    Case("HeadstampDiskNearlyFull", {FREE: "50e9x30", SIZE: "100e9x30"}, 12, fires=False),
    Case("HeadstampNoPages", {LAST: "0x4000", NEXT: "3600x4000"}, DAY_MIN + 70, fires=True),
    Case("HeadstampNoPages", {LAST: "0x4000", NEXT: "3600x4000"}, DAY_MIN + 50, fires=False),
    Case("HeadstampNoPages", {LAST: "0+60x4000", NEXT: "3600x4000"}, 2 * DAY_MIN, fires=False),
    Case("HeadstampNoPages", {LAST: "0x4000", NEXT: "172800x4000"}, 2 * DAY_MIN, fires=False),
    Case("HeadstampNoPages", {NEXT: "3600x4000"}, DAY_MIN + 70, fires=True),
    Case("HeadstampFieldBelowExpected", {FILLED: "0.7x5", EXPECTED: "0.9x5"}, 2, fires=True),
    Case("HeadstampFieldBelowExpected", {FILLED: "0.9x5", EXPECTED: "0.9x5"}, 2, fires=False),
    Case("HeadstampVisitAlert", {"headstamp_crawl_alerts{market='m',kind='failures'}": "1x5"}, 2, fires=True),
    Case(
        "HeadstampVisitAlert", {"headstamp_crawl_alerts{market='m',kind='field_below_expected'}": "1x5"}, 2, fires=False
    ),
    Case("HeadstampGates", {GATED: "30x5", OTHERS: "0x5", PAGES: "100x5"}, 2, fires=True),
    Case("HeadstampGates", {GATED: "30x5", OTHERS: "0x5", PAGES: "900x5"}, 2, fires=False),
    Case("HeadstampGates", {GATED: "2x5", OTHERS: "0x5", PAGES: "2x5"}, 2, fires=False),
    Case("HeadstampLowCoverage", {"headstamp_visit_coverage_ratio{market='m'}": "0.5x5"}, 2, fires=True),
    Case("HeadstampLowCoverage", {"headstamp_visit_coverage_ratio{market='m'}": "0.9x5"}, 2, fires=False),
    Case("HeadstampFiguresUnreadable", {"headstamp_crawl_unreadable_files": "1x5"}, 2, fires=True),
    Case("HeadstampFiguresUnreadable", {"headstamp_crawl_unreadable_files": "0x5"}, 2, fires=False),
]


def written(case: Case) -> dict[str, object]:
    firing = f"count(ALERTS{{alertname='{case.alert}',alertstate='firing'}}) or vector(0)"
    return {
        "interval": "1m",
        "input_series": [{"series": series, "values": values} for series, values in case.series.items()],
        "promql_expr_test": [
            {
                "expr": firing,
                "eval_time": f"{case.minute}m",
                "exp_samples": [{"labels": "{}", "value": int(case.fires)}],
            }
        ],
    }


def test_each_alert_fires_when_it_should_and_only_then(tmp_path: Path) -> None:
    promtool = os.environ.get(VARIABLE) or shutil.which("promtool")
    if not promtool:
        pytest.skip(f"{VARIABLE} names no promtool (Debian's package prometheus has it): no alert was made to fire")
    file = tmp_path / "cases.yaml"
    file.write_text(
        yaml.safe_dump({"rule_files": [str(FILE)], "evaluation_interval": "1m", "tests": list(map(written, CASES))})
    )
    for words in (["check", "rules", str(FILE)], ["test", "rules", str(file)]):
        done = subprocess.run([promtool, *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_each_rule_has_a_case_that_fires_and_one_that_does_not() -> None:
    for rule in RULES:
        assert {case.fires for case in CASES if case.alert == rule["alert"]} == {True, False}

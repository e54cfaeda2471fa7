"""What a terminal shows of hostile text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.terminal import plain, progress, show_json, show_table


@given(st.text())
def test_no_text_can_move_the_cursor_or_turn_the_line(text: str) -> None:
    assert plain(text).isprintable()


def test_columns_stand_under_their_headings(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("market", "n"), [("somewhere", 3), ("x\x1b[2J", 12)])
    assert capsys.readouterr().out == "market     n\nsomewhere  3\nx [2J      12\n"


def test_a_result_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    show_json({"b": 1, "a": ["\n"]})
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out) == {"a": ["\n"], "b": 1}


def test_no_bar_is_drawn_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("rows", 3) as move:
        move(3)
    assert capsys.readouterr().err == ""

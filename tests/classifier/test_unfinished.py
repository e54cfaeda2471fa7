"""Which offers of frames say that there is work left."""

import pytest

from classifier.unfinished import unfinished


@pytest.mark.parametrize(
    "title",
    [
        "80% lower, black",
        "80 percent frame",
        "Unfinished receiver",
        "partially finished frame",
        "unteres Gehäuse 80%",
        "Rohling, Griffstück",
        "carcasse inachevée",
        "armazón sin terminar",
        "незавершённая рамка",
        "yarı mamul gövde",
    ],
)
def test_a_frame_that_is_to_be_finished_says_so_in_many_languages(title: str) -> None:
    assert unfinished(title, "")
    assert unfinished("frame", f"{title}, ships in a day")


@pytest.mark.parametrize("title", ["finished frame, serialised", "lower receiver, 180% more grip", "frame, 80 pieces"])
def test_a_finished_one_does_not(title: str) -> None:
    assert not unfinished(title, "")


@pytest.mark.parametrize("unit", ["80 ", "half ", "\u0301", "\u202e", "\0"])
def test_the_longest_text_costs_no_more_than_its_beginning(unit: str) -> None:
    assert not unfinished(unit * 65_536, unit * 65_536)

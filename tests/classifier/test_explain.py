"""The words that decided are those without which the score is lower."""

from collections.abc import Callable

import pytest

from pipeline.records import Classification

Ask = Callable[..., Classification]
TEXTS = (
    ("Glock 19 Gen 4 9mm", "Comes with two magazines, ships from EU, escrow accepted."),
    ("Custom listing", "Barrel and slide for Glock 17, price per piece."),
    ("g l o c k 17 9mm", ""),
    ("GL\u200bOCK 17 | 9mm 🔥", "new"),
    ("Пистолет ТТ 7.62х25", "два магазина"),
)


@pytest.mark.parametrize(("title", "description"), TEXTS)
def test_removing_the_heaviest_stretch_lowers_the_score(shipped: Ask, title: str, description: str) -> None:
    found = shipped(title, description)
    top = found.spans[0]
    texts = {"title": title, "description": description}
    texts[top.field] = texts[top.field][: top.start] + texts[top.field][top.end :]
    assert shipped(texts["title"], texts["description"]).score < found.score


@pytest.mark.parametrize(("title", "description"), TEXTS)
def test_spans_lie_in_the_original_heaviest_first(shipped: Ask, title: str, description: str) -> None:
    found = shipped(title, description).spans
    assert 1 <= len(found) <= 5
    assert [span.weight for span in found] == sorted((span.weight for span in found), reverse=True)
    for span in found:
        assert span.weight > 0
        assert {"title": title, "description": description}[span.field][span.start : span.end].strip()


def test_letters_spelt_out_are_one_stretch(shipped: Ask) -> None:
    title = "g l o c k 19"
    stretches = [title[span.start : span.end] for span in shipped(title).spans]
    assert "g l o c k" in stretches


def test_the_item_named_in_a_description_is_found_there(shipped: Ask) -> None:
    title, description = TEXTS[1]
    spans = shipped(title, description).spans
    assert spans[0].field == "description"
    assert "Glock" in [description[span.start : span.end] for span in spans]


def test_a_listing_that_nobody_will_look_at_is_not_explained(shipped: Ask) -> None:
    assert shipped("1g cocaine").spans == ()

"""What stands around a listing moves its score a little, and what is not known moves nothing."""

import pytest

from classifier.around import INPUTS, around
from classifier.language import language
from classifier.model import Model
from classifier.reading import LETTERS, line
from classifier.training.settle import MOST
from pipeline.records import Context


def test_nothing_known_counts_nothing() -> None:
    assert around([()], [Context()]).tolist() == [[0.0, 0.0, 0.0, 0.0]]


@pytest.mark.parametrize(
    ("path", "context", "expected"),
    [
        (("Weapons", "Lethal firearms"), Context(), "arms section"),
        (("Waffen",), Context(), "arms section"),
        (("Оружие",), Context(), "arms section"),
        (("Drugs", "Cannabis"), Context(), "another section"),
        ((), Context(vendor_listings=9, vendor_flagged=1), "vendor with hits"),
        ((), Context(vendor_listings=9), "vendor without hits"),
    ],
)
def test_sections_and_vendors_are_told(path: tuple[str, ...], context: Context, expected: str) -> None:
    [row] = around([path], [context])
    assert [name for name, holds in zip(INPUTS, row, strict=True) if holds] == [expected]


def test_a_vendor_of_few_listings_tells_nothing() -> None:
    assert not around([()], [Context(vendor_listings=2)]).any()


def test_no_surrounding_moves_the_score_beyond_its_bound(model: Model) -> None:
    assert model.around is not None
    for name, coefficient in zip(model.around.inputs, model.around.coefficients, strict=True):
        assert abs(coefficient) <= MOST[name]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Pistole Walther P99, neu, Versand aus Deutschland", "de"),
        ("Продам пистолет недорого, доставка почтой по стране", "ru"),
        ("A pair of boots, hardly worn, ships from the north", "en"),
        ("9mm FMJ x50", ""),
        ("", ""),
        ("\x00\ud800 \u202e", ""),
    ],
)
def test_a_language_is_named_where_there_is_enough_text(text: str, code: str) -> None:
    assert language(text) == code


def test_the_encoder_reads_one_lower_case_line_without_disguises() -> None:
    block = f"-----BEGIN PGP MESSAGE-----\n{'a' * 64}\n-----END PGP MESSAGE-----"
    assert line("Gl\u200bOCK  17", f"NEW\n{block}\nin box") == "glock 17. new in box"
    assert len(line("x" * 10_000, "y" * 70_000)) <= LETTERS

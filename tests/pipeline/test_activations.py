"""What is in force, by number."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.activations import Activations


@pytest.fixture
def activations(tmp_path: Path) -> Iterator[Activations]:
    with closing(Activations(tmp_path)) as opened:
        yield opened


def test_nothing_is_in_force_at_first(activations: Activations) -> None:
    assert activations.current("model") is None


def test_putting_the_same_in_force_again_keeps_its_number(activations: Activations) -> None:
    assert [activations.number("model", "a"), activations.number("model", "a")] == [1, 1]


def test_going_back_is_an_activation_too(activations: Activations) -> None:
    assert [activations.number("model", digest) for digest in "aba"] == [1, 2, 3]
    assert activations.current("model") == (3, "a")
    assert [(number, digest) for number, digest, _ in activations.all("model")] == [(1, "a"), (2, "b"), (3, "a")]


def test_kinds_are_numbered_apart(activations: Activations) -> None:
    activations.number("model", "a")
    assert activations.number("profile:practice", "b") == 1


def test_another_process_sees_what_is_in_force(activations: Activations, tmp_path: Path) -> None:
    activations.number("model", "a")
    with closing(Activations(tmp_path)) as other:
        assert other.current("model") == (1, "a")

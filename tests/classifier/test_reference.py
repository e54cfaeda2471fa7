"""What a model was trained on is told by digests, and by nothing that can be read back."""

import re
from pathlib import Path

import pytest

from classifier.reference import EDGES, FILE, Seen, binned, directory_of, key_of, load, reference, save, words_of
from pipeline.errors import ModelRejectedError


def seen(title: str, score: float = 0.0) -> Seen:
    return Seen(title=title, description="", score=score, flagged=score > 0.5)


def test_case_spacing_and_punctuation_make_no_other_text() -> None:
    assert key_of("Glock 19", "new") == key_of("GLOCK - 19!", "  New")
    assert key_of("Glock 19", "") != key_of("Glock 17", "")


def test_a_text_that_was_learnt_is_known() -> None:
    found = reference([seen("one"), seen("two")], ["a", "b"], {}, also=[key_of("three", "")])
    assert [found.knows(key_of(text, "")) for text in ("one", "two", "three", "four")] == [True, True, True, False]
    assert not reference([], [], {}).knows(key_of("one", ""))


def test_a_word_of_two_vendors_is_not_kept() -> None:
    vendors = ["a", "a", "b", "c", "d"]
    found = reference([seen("rare common")] * 3 + [seen("common")] * 2, vendors, {})
    assert set(found.words) == words_of("common", "")
    assert found.uses == 8


def test_rows_without_vendors_each_count_as_one() -> None:
    assert reference([seen("word")] * 3, ["", "", ""], {}).words


def test_scores_fall_into_their_bins() -> None:
    assert sum(binned([0.0, 1.0, 0.5])) == 3
    assert binned([0.0])[0] == 1
    assert binned([EDGES[0]])[1] == 1
    assert binned([1.0])[-1] == 1


def test_what_is_saved_is_read_again_and_holds_no_text(tmp_path: Path) -> None:
    found = reference([seen("wonderful thing", 0.9)] * 3, ["a", "b", "c"], {"file.csv": "00"})
    save(found, tmp_path)
    assert load(tmp_path) == found
    assert not re.search("wonderful|thing", (tmp_path / FILE).read_text())
    assert load(tmp_path / "nowhere") is None


@pytest.mark.parametrize("content", ["{", '{"texts": "abc"}', '{"format": 99}'])
def test_a_reference_that_cannot_be_read_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    with pytest.raises(ModelRejectedError):
        load(tmp_path)


def test_the_directory_of_a_model_is_found_by_its_digest(tmp_path: Path) -> None:
    kept = tmp_path / "models" / "d"
    kept.mkdir(parents=True)
    assert directory_of("d", tmp_path) is None
    save(reference([], [], {}), kept)
    assert directory_of("d", tmp_path) == kept

"""The text behind a digest is found again, or known to be gone."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import StorageError
from pipeline.records import digest
from pipeline.wordings import FOLDER, keep, kept


@given(st.text())
def test_what_is_kept_is_found_by_its_digest(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    home = tmp_path_factory.getbasetemp() / "wordings"
    assert kept(home, "policy", keep(home, "policy", text)) == text


def test_a_text_of_one_kind_is_none_of_another(tmp_path: Path) -> None:
    name = keep(tmp_path, "policy", "a")
    assert name == digest("policy", "a")
    assert kept(tmp_path, "rates", name) is None


@pytest.mark.parametrize(
    "content", [b"", b"no gzip", gzip.compress(b"another text", mtime=0), gzip.compress(b"\xff\xfe", mtime=0), None]
)
def test_what_is_not_what_it_was_is_not_believed_and_kept_anew(tmp_path: Path, content: bytes | None) -> None:
    name = keep(tmp_path, "policy", "a text")
    path = tmp_path / FOLDER / "policy" / f"{name}.gz"
    path.write_bytes(path.read_bytes()[:-4] if content is None else content)
    assert kept(tmp_path, "policy", name) is None
    assert kept(tmp_path, "policy", keep(tmp_path, "policy", "a text")) == "a text"


def test_a_home_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("a file, no folder")
    with pytest.raises(StorageError, match="HEADSTAMP_HOME"):
        keep(tmp_path, "policy", "a")

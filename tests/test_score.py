"""`headstamp score`: what it says beside its columns."""

from pathlib import Path

import pytest

from headstamp import main

HEAD = "market,listing_id,title\n"


def test_what_the_columns_leave_out_is_said_beside_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEADSTAMP_HOME", str(tmp_path / "home"))
    file = tmp_path / "rows.csv"
    file.write_text(HEAD + "m,1,WTB: looking to buy a Glock 17 pistol\nm,,no key\nm,3,lamp\n", encoding="utf-8")
    assert main(["score", str(file)]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("row,listing_id,score,category,verdict\n")
    assert f"{file}:3: no_key (column 'listing_id' is empty)\n" in said.err
    assert f"{file}: rejected: 1 (1 no_key)\n" in said.err
    assert f"{file}: clear as offers, but leads on other tracks: 1 (1 " in said.err


@pytest.mark.parametrize(("rows", "reason"), [("", "has no rows below its header"), ("m,,lamp\n", "1 no_key")])
def test_a_file_of_which_no_row_was_scored_has_failed(
    rows: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEADSTAMP_HOME", str(tmp_path / "home"))
    file = tmp_path / "rows.csv"
    file.write_text(HEAD + rows, encoding="utf-8")
    assert main(["score", str(file)]) == 1
    assert reason in capsys.readouterr().err

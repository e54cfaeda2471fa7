"""What is handed over is what was kept, or nothing is."""

from contextlib import closing

import msgspec
import pytest

from crawlers.evidence.chain import encode
from crawlers.evidence.erase import erase
from crawlers.evidence.export import bundle
from crawlers.evidence.signed import SEALS, Reason, Seal
from pipeline.errors import CorruptError
from tests.evidence.conftest import ORIGIN, Small, page


def test_a_record_that_was_changed_is_not_handed_over(small: Small) -> None:
    content = bytearray(small.segment.read_bytes())
    content[small.bytes_of(3)[0] + 60] ^= 1
    small.segment.write_bytes(content)
    assert bundle("k0", small.folder, small.lines()[1:2])[2] == 1
    with pytest.raises(CorruptError, match="record 3 is not what it was"):
        bundle("k1", small.folder, small.lines()[2:3])


def test_a_record_under_a_replaced_manifest_is_not_handed_over(small: Small) -> None:
    seal = msgspec.json.decode((small.folder / SEALS).read_bytes(), type=Seal)
    (small.folder / SEALS).write_bytes(encode(msgspec.structs.replace(seal, root="0" * 64)) + b"\n")
    with pytest.raises(CorruptError, match="record 3 does not lead to what the key signed"):
        bundle("k1", small.folder, small.lines()[2:3])


def test_the_statement_says_that_the_page_behind_a_repeated_one_was_erased(small: Small) -> None:
    with closing(small.open()) as archive:
        archive.keep(small.exchange("/again", page("Lot 1")), ORIGIN)
        archive.end("tiny")
    both = [small.lines()[2], small.lines()[-1]]
    assert "which is in the file too" in bundle("k1", small.folder, both)[1]
    erase(small.home, both[:1], Reason(authority="order-1", by="me", text="by order"))
    assert "which was erased since, and the page with it" in bundle("k1", small.folder, both)[1]


def test_no_answer_can_add_lines_to_the_statement(empty: Small) -> None:
    with closing(empty.open()) as archive:
        archive.keep(empty.exchange("/a", b"", status=0, refused="x", detail="y\naddress: forged\u202e"), ORIGIN)
        archive.end("tiny")
    text = bundle("a", empty.folder, empty.lines()[1:])[1]
    assert "\naddress: forged" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize(
    ("tor", "said"),
    [
        ("0.4.8.16", "through the SOCKS port of a tor of version 0.4.8.16\n"),
        ("", "through a SOCKS port; which program answered there is not recorded\n"),
    ],
)
def test_the_statement_says_no_more_of_the_way_than_was_recorded(empty: Small, tor: str, said: str) -> None:
    with closing(empty.open()) as archive:
        archive.keep(empty.exchange("/a", page("a"), tor=tor), ORIGIN)
        archive.end("tiny")
    text = bundle("a", empty.folder, empty.lines()[1:])[1]
    assert f"asked:            {said}" in text
    assert "through Tor" not in text


def test_the_statement_claims_nothing_of_records_that_it_did_not_look_at(empty: Small) -> None:
    empty.fill(3, end=False)
    text = bundle("a", empty.folder, empty.lines()[1:2])[1]
    assert "It does not prove by itself that no record of the archive was added, dropped or reordered" in text
    assert "holds up to the last anchor" in text
    assert "signed in:        no manifest yet: its file was not closed when this was made" in text
    assert "A capture that is signed in no manifest yet is held by no signature." in text

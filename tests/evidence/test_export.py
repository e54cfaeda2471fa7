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

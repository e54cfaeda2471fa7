"""Short texts of our own with the words that are a sign, to judge the rules that find threats and indicators."""

from pathlib import Path

import msgspec

FILE = Path(__file__).parent / "signs.jsonl"


class Marked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text that shows a sign, or looks as if it did."""

    language: str
    code: str
    """A threat or an indicator of the taxonomy."""
    text: str
    quote: str = ""
    """The words that are the sign; "" where the code must not be given."""


def marked() -> list[Marked]:
    """Every text of the file."""
    decoder = msgspec.json.Decoder(Marked)
    return [decoder.decode(line) for line in FILE.read_bytes().splitlines()]

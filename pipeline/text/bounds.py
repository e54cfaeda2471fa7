"""Keeps text to a size and to characters that every store can hold."""

import re

LIMIT = 65_536
"""Most code points of one text."""

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def bounded(text: str) -> tuple[str, bool]:
    """The text without NUL and lone surrogates, at most `LIMIT` code points of it; whether any were cut off.

    Doing it again changes nothing.
    """
    storable = _UNSTORABLE.sub("", text)
    return storable[:LIMIT], len(storable) > LIMIT

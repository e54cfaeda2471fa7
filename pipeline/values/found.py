"""A value that was read in a text, and where it stands."""

from typing import NamedTuple


class Found(NamedTuple):
    """What a stretch of a text means, and its first and last place plus one."""

    value: str
    start: int
    end: int

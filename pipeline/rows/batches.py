"""Takes items many at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Part = TypeVar("Part")


def batches(items: Iterable[Part], size: int) -> Iterator[list[Part]]:
    """The items in lists of `size`; the last may be shorter."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch

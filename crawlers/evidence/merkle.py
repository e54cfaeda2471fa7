"""Merkle trees over digests, hashed as RFC 6962 (section 2.1) does: leaves and nodes can never be taken for one another."""

import hashlib
from collections.abc import Sequence

LEAF, NODE = b"\x00", b"\x01"


def root(leaves: Sequence[bytes]) -> bytes:
    """The hash at the tree's root; SHA-256 of nothing for an empty tree."""
    level = [_hash(LEAF + leaf) for leaf in leaves]
    if not level:
        return _hash(b"")
    while len(level) > 1:
        # an odd one out moves up as it is, which gives RFC 6962's tree: the left side is always a full one
        pairs = [_hash(NODE + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[2 * len(pairs) :]
    return level[0]


def path(leaves: Sequence[bytes], index: int) -> list[tuple[str, bytes]]:
    """What a leaf is hashed with on its way to the root, and on which side the other hash stands."""
    level, steps = [_hash(LEAF + leaf) for leaf in leaves], list[tuple[str, bytes]]()
    while len(level) > 1:
        other = index ^ 1
        if other < len(level):
            steps.append(("left" if other < index else "right", level[other]))
        pairs = [_hash(NODE + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level, index = pairs + level[2 * len(pairs) :], index // 2
    return steps


def climbed(leaf: bytes, steps: Sequence[tuple[str, bytes]]) -> bytes:
    """The root that a leaf and its path lead to."""
    found = _hash(LEAF + leaf)
    for side, other in steps:
        found = _hash(NODE + other + found if side == "left" else NODE + found + other)
    return found


def _hash(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()

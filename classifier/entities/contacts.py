"""Keys, payment addresses and handles in one field."""

import re
from collections.abc import Iterator

from classifier.entities.scene import Field
from pipeline.values.armour import blocks, fingerprints
from pipeline.values.coins import coin
from pipeline.values.found import Found
from pipeline.values.handles import handles, tags

MOST = 16
"""Words of one field that are tried as addresses: Keccak takes half a millisecond."""
_SHORTEST = 26
_GROUP, _FEW = 4, 2
"""Letters of one group of a fingerprint, and how many groups with digits in them make no fingerprint."""
_WORD = re.compile(r"[A-Za-z0-9]{26,110}")


def contacts(field: Field) -> Iterator[tuple[str, Found]]:
    """The ways to reach or pay somebody that a field tells."""
    text = field.view.text
    keys = list(blocks(text)) if "-----BEGIN PGP" in text else []
    yield from (("pgp", key) for key in keys)
    words = text.split()
    is_long = any(len(word) >= _SHORTEST for word in words)
    if is_long or sum(len(word) == _GROUP and not word.isalpha() for word in words) > _FEW:
        yield from (("pgp", found) for found in fingerprints(text) if not _within(found, keys))
    if is_long:
        yield from (("address", found) for found in _addresses(text) if not _within(found, keys))
    if "@" in text or field.speaks_of("contacts") or "05" in text:
        yield from (("handle", found) for found in _handles(field) if not _within(found, keys))


def _handles(field: Field) -> Iterator[Found]:
    yield from handles(field.view.text)
    if field.speaks_of("contacts"):
        yield from tags(field.view.text)


def _addresses(text: str) -> Iterator[Found]:
    words = [found for found in _WORD.finditer(text) if _stands_alone(text, found)]
    for found in words[:MOST]:
        if read := coin(found[0]):
            yield Found(read, found.start(), found.end())


def _stands_alone(text: str, found: re.Match[str]) -> bool:
    return (
        not text[max(0, found.start() - 1) : found.start()].isalnum()
        and not text[found.end() : found.end() + 1].isalnum()
    )


def _within(found: Found, keys: list[Found]) -> bool:
    return any(key.start <= found.start < key.end for key in keys)

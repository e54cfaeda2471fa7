"""OpenPGP keys in a text (RFC 9580, section 6.2)."""

import re
from collections.abc import Iterator

from pipeline.values.found import Found

LONGEST_KEY = 65_536
MOST_KEYS = 8

_BEGIN, _END = "-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----"
_FINGERPRINT = re.compile(
    r"(?:0x)?[0-9A-Fa-f]{4}(?: ?[0-9A-Fa-f]{4}){9}|(?:0x)?[0-9A-Fa-f]{2}(?:[: ][0-9A-Fa-f]{2}){19}"
)


def keys(text: str) -> tuple[str, ...]:
    """The armoured public keys in a text, each as it stands there; at most eight, and none of more than 65,536 characters."""
    found: list[str] = []
    place = text.find(_BEGIN)
    while place >= 0 and len(found) < MOST_KEYS:
        end = text.find(_END, place)
        if end < 0:
            break
        begin = text.rfind(_BEGIN, place, end)  # of a key that was begun twice the later beginning counts
        if end + len(_END) - begin <= LONGEST_KEY:
            found.append(text[begin : end + len(_END)])
        place = text.find(_BEGIN, end)
    return tuple(dict.fromkeys(found))


def is_fingerprint(text: str) -> bool:
    """Whether a text is the fingerprint of a key."""
    return _FINGERPRINT.fullmatch(text.strip()[:100]) is not None


_BLOCK = re.compile(r"-{5}BEGIN PGP [A-Z ]{3,30}-{5}")
_CLOSED = re.compile(r"-{5}END PGP [A-Z ]{3,30}-{5}")
_BARE = re.compile(r"(?:0x)?[0-9A-Fa-f]{4}(?:[ :]{0,2}[0-9A-Fa-f]{4}){9}(?![0-9A-Fa-f])")


def blocks(text: str) -> Iterator[Found]:
    """The OpenPGP blocks in a text, from the first dash to the last, or to where the text ends: a public key by its fingerprint, others by ""."""
    place = 0
    for _ in range(MOST_KEYS):
        begin = _BLOCK.search(text, place)
        if begin is None:
            return
        close = _CLOSED.search(text, begin.end())
        end = close.end() if close else len(text.rstrip(" ."))
        yield Found(fingerprint(text[begin.start() : end]) or "", begin.start(), max(end, begin.end()))
        place = max(end, begin.end())


def fingerprint(block: str) -> str | None:
    """The fingerprint of an armoured public key, in hexadecimal digits; None where it is none or cannot be read."""
    from pysequoia import Cert  # noqa: PLC0415  # only where a key stands

    if len(block) > LONGEST_KEY or _BEGIN not in block:
        return None
    try:
        return str(Cert.from_bytes(_relined(block).encode()).fingerprint)
    except RuntimeError:
        return None


def _relined(block: str) -> str:
    """The block in lines again, where a page has run them together."""
    if "\n" in block.strip():
        return block
    head, _, body = block.partition(_BEGIN)
    words = body.partition(_END)[0].split()
    first = next((place for place, word in enumerate(words) if len(word) > 40), 0)  # noqa: PLR2004  # past "Version:" and the like
    return "\n".join([head + _BEGIN, "", *words[first:], _END, ""])


def fingerprints(text: str) -> Iterator[Found]:
    """The bare fingerprints in a text, forty hexadecimal digits with or without spaces."""
    for found in _BARE.finditer(text):
        if not text[max(0, found.start() - 1) : found.start()].isalnum():
            digits = re.sub(r"[ :]|^0x", "", found[0]).lower()
            yield Found(digits, found.start(), found.end())

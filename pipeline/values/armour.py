"""OpenPGP keys in a text (RFC 9580, section 6.2)."""

import re

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

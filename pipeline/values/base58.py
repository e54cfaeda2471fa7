"""Base58, as Bitcoin and Monero write addresses: all at once with a SHA-256 checksum, or in blocks with a Keccak one."""

from hashlib import sha256

from pipeline.values.keccak import keccak256

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGIT = {letter: value for value, letter in enumerate(_ALPHABET)}
_BLOCK, _LETTERS = 8, 11
"""Bytes of a full block of Monero's, and the letters that they take."""
_SIZES = {2: 1, 3: 2, 5: 3, 6: 4, 7: 5, 9: 6, 10: 7, 11: 8}
"""Bytes that a block of so many letters holds (CryptoNote standard 7)."""
LONGEST = 120
"""Letters of a text that is looked at."""


def checked(text: str) -> bytes | None:
    """The version byte and what follows it of a Base58Check text; None where the checksum does not hold."""
    value = _number(text)
    if value is None:
        return None
    zeros = len(text) - len(text.lstrip("1"))
    raw = b"\0" * zeros + value.to_bytes((value.bit_length() + 7) // 8, "big")
    body, check = raw[:-4], raw[-4:]
    return body if body and sha256(sha256(body).digest()).digest()[:4] == check else None


def monero(text: str) -> bytes | None:
    """The network byte and what follows it of a Monero address; None where the checksum does not hold."""
    if len(text) > LONGEST:
        return None
    blocks = [_block(text[place : place + _LETTERS]) for place in range(0, len(text), _LETTERS)]
    if not all(blocks):
        return None
    raw = b"".join(block for block in blocks if block)
    body, check = raw[:-4], raw[-4:]
    return body if body and keccak256(body)[:4] == check else None


def _block(letters: str) -> bytes | None:
    value, size = _number(letters), _SIZES.get(len(letters))
    return value.to_bytes(size, "big") if value is not None and size and value < 1 << 8 * size else None


def _number(text: str) -> int | None:
    if not 0 < len(text) <= LONGEST or not _DIGIT.keys() >= set(text):
        return None
    value = 0
    for letter in text:
        value = value * 58 + _DIGIT[letter]
    return value

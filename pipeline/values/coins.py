"""Addresses to which cryptocurrencies are paid, only where their checksums hold."""

import re

from pipeline.values import base58, bech32
from pipeline.values.keccak import keccak256

_BASE58CHECK = {0x00: "btc", 0x05: "btc", 0x30: "ltc", 0x32: "ltc"}
"""Version bytes of main-net addresses of 21 bytes; Litecoin's old 3… addresses cannot be told from Bitcoin's, and are taken for them."""
_SEGWIT = {"bc": "btc", "ltc": "ltc"}
_MONERO = {18: 69 - 4, 19: 77 - 4, 42: 69 - 4}
"""Network bytes of standard, integrated and sub-addresses, with the bytes that stand before the checksum."""
_ETHEREUM = re.compile(r"0[xX][0-9a-fA-F]{40}")
_HASHED = 21


def coin(text: str) -> str | None:
    """A text that is an address, with its currency before it ("btc:bc1q…", "xmr:4…", "ltc:L…", "eth:0x…"); None for any other.

    Bech32 comes back in small letters, Ethereum in the mixed case of EIP-55.
    """
    if text[:2] in {"0x", "0X"}:
        return _ethereum(text)
    if "1" in text and (found := bech32.segwit(text)):
        return f"{_SEGWIT[found[0]]}:{text.lower()}" if found[0] in _SEGWIT else None
    if len(text) > 90:  # noqa: PLR2004  # Monero's have 95 or 106 letters, all others fewer
        body = base58.monero(text)
        return f"xmr:{text}" if body and _MONERO.get(body[0]) == len(body) else None
    body = base58.checked(text) if 25 < len(text) < 36 else None  # noqa: PLR2004  # 21 bytes and the checksum
    return f"{_BASE58CHECK[body[0]]}:{text}" if body and len(body) == _HASHED and body[0] in _BASE58CHECK else None


def _ethereum(text: str) -> str | None:
    """An Ethereum address; one in mixed case must be spelt as EIP-55 does."""
    digits = text[2:]
    if not _ETHEREUM.fullmatch(text):
        return None
    spelt = _spelt(digits.lower())
    return f"eth:0x{spelt}" if digits in {spelt, digits.lower(), digits.upper()} else None


def _spelt(digits: str) -> str:
    """Forty digits with a letter large where the hash's digit is 8 or more (EIP-55)."""
    hashed = keccak256(digits.encode()).hex()
    return "".join(
        digit.upper() if int(check, 16) >= 8 else digit  # noqa: PLR2004
        for digit, check in zip(digits, hashed, strict=False)
    )

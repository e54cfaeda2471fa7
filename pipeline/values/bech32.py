"""Segregated-witness addresses: Bech32 (BIP-173) for version 0, Bech32m (BIP-350) from version 1 on."""

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUE = {letter: value for value, letter in enumerate(_LETTERS)}
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKS = {1: "bech32", 0x2BC830A3: "bech32m"}
LONGEST = 90


def segwit(text: str) -> tuple[str, int, bytes] | None:
    """The human-readable part, witness version and programme of an address; None where it is no valid one."""
    small = text.lower()
    if len(text) > LONGEST or text not in {small, text.upper()}:
        return None
    head, _, tail = small.rpartition("1")
    values = [_VALUE[letter] for letter in tail if letter in _VALUE]
    if not head or not head.isascii() or len(values) != len(tail) or len(values) < 8:  # noqa: PLR2004  # version, one more and the checksum
        return None
    check = _CHECKS.get(_polymod([*(ord(each) >> 5 for each in head), 0, *(ord(each) & 31 for each in head), *values]))
    programme = _bytes(values[1:-6])
    if check != ("bech32m" if values[0] else "bech32") or programme is None or not _is_sized(values[0], programme):
        return None
    return head, values[0], programme


def _is_sized(version: int, programme: bytes) -> bool:
    return version <= 16 and 2 <= len(programme) <= 40 and (version > 0 or len(programme) in {20, 32})  # noqa: PLR2004  # BIP-141


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATORS):
            check ^= generator if top >> bit & 1 else 0
    return check


def _bytes(fives: list[int]) -> bytes | None:
    """Groups of five bits as bytes; None where the bits left over are more than four, or not zero."""
    number = 0
    for five in fives:
        number = number << 5 | five
    left = 5 * len(fives) % 8
    if left > 4 or number & (1 << left) - 1:  # noqa: PLR2004  # BIP-173
        return None
    return (number >> left).to_bytes(5 * len(fives) // 8, "big")

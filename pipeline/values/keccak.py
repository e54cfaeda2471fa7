"""Keccak-256 as Monero and Ethereum use it: SHA-3's sponge with the padding it had before it became a standard."""

_RATE = 136
"""Bytes that one round of the sponge takes in."""
_MASK = (1 << 64) - 1
_ROUNDS = 24


def keccak256(message: bytes) -> bytes:
    """The digest of a message, 32 bytes."""
    lanes = [0] * 25
    filled = message + b"\x01" + b"\0" * (-(len(message) + 1) % _RATE)
    filled = filled[:-1] + bytes([filled[-1] | 0x80])
    for start in range(0, len(filled), _RATE):
        for lane in range(_RATE // 8):
            lanes[lane] ^= int.from_bytes(filled[start + 8 * lane : start + 8 * lane + 8], "little")
        lanes = _permuted(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])


def _permuted(lanes: list[int]) -> list[int]:
    """Keccak-f[1600] (FIPS 202, section 3.3)."""
    for constant in _CONSTANTS:
        columns = [lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)]
        mixed = [columns[x - 1] ^ _turned(columns[(x + 1) % 5], 1) for x in range(5)]
        moved = [0] * 25
        for place, (target, turn) in enumerate(_MOVES):
            moved[target] = _turned(lanes[place] ^ mixed[place % 5], turn)
        lanes = [
            moved[row + x] ^ (~moved[row + (x + 1) % 5] & moved[row + (x + 2) % 5])
            for row in range(0, 25, 5)
            for x in range(5)
        ]
        lanes[0] ^= constant
    return lanes


def _turned(lane: int, by: int) -> int:
    return (lane << by | lane >> (64 - by)) & _MASK


def _moves() -> tuple[tuple[int, int], ...]:
    """Where the lane of each place goes, and by how many bits it is turned (FIPS 202, sections 3.2.2 and 3.2.3)."""
    turns = {0: 0}
    x, y = 1, 0
    for step in range(24):
        turns[x + 5 * y] = (step + 1) * (step + 2) // 2 % 64
        x, y = y, (2 * x + 3 * y) % 5
    return tuple((y + 5 * ((2 * x + 3 * y) % 5), turns[x + 5 * y]) for y in range(5) for x in range(5))


def _constants() -> tuple[int, ...]:
    """The round constants (FIPS 202, section 3.2.5)."""
    register, found = 1, []
    for _ in range(_ROUNDS):
        constant = 0
        for bit in range(7):
            constant |= (register & 1) << (1 << bit) - 1
            register = register << 1 ^ (0x171 if register & 0x80 else 0)
        found.append(constant)
    return tuple(found)


_MOVES = _moves()
_CONSTANTS = _constants()

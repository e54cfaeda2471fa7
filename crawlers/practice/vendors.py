"""Invented vendors with invented keys."""

import base64
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from random import Random

import msgspec

from crawlers.practice.chance import draws as drawing
from crawlers.practice.phrases import handles, places

FEWEST, LISTINGS_EACH = 4, 11
"""Vendors of an aisle at least, and listings for which there is one more."""
OPENED = date(2021, 9, 1)
"""The market's day 0."""
CRC24_START, CRC24_POLYNOMIAL = 0xB704CE, 0x1864CFB
"""RFC 4880, section 6.1."""


class Vendor(msgspec.Struct, frozen=True, kw_only=True):
    """Who offers, and the habits that adverts show."""

    handle: str
    aisles: tuple[str, ...]
    country: str
    language: str
    currency: str
    price_form: int
    joined: date
    rating: str
    sales: int
    pgp_seed: str

    @property
    def pgp(self) -> str:
        """An armoured public key that no one has the private half of, because it was drawn, not made."""
        return pgp_block(self.handle, self.pgp_seed)


def vendors(seed: int, offers_per_aisle: Mapping[str, int]) -> dict[str, tuple[Vendor, ...]]:
    """The vendors of each aisle; some sell in two."""
    found: dict[str, list[Vendor]] = {aisle: [] for aisle in offers_per_aisle}
    handles: set[str] = set()
    for aisle, offers in offers_per_aisle.items():
        for number in range(FEWEST + offers // LISTINGS_EACH):
            vendor = _vendor(f"{seed}/vendor/{aisle}/{number}", aisle, list(offers_per_aisle), handles)
            handles.add(vendor.handle)
            for sold_in in vendor.aisles:
                found[sold_in].append(vendor)
    return {aisle: tuple(sellers) for aisle, sellers in found.items()}


@cache
def pgp_block(handle: str, seed: str) -> str:
    """A public key block with the packets of an RSA key and a user name, and a right checksum."""
    draws = drawing(seed)
    numbers = b"\x08\x00" + bytes([draws.randrange(128, 256)]) + draws.randbytes(255) + b"\x00\x11\x01\x00\x01"
    key = b"\x04" + draws.randrange(1_500_000_000, 1_630_000_000).to_bytes(4, "big") + b"\x01" + numbers
    name = handle.encode()
    packets = b"\x99" + len(key).to_bytes(2, "big") + key + b"\xb4" + bytes([len(name)]) + name
    text = base64.b64encode(packets).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    check = base64.b64encode(_crc24(packets).to_bytes(3, "big")).decode()
    head, tail = "-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----"
    return "\n".join([head, "", *lines, f"={check}", tail])


def _vendor(seed: str, aisle: str, aisles: Sequence[str], taken: set[str]) -> Vendor:
    draws = drawing(seed)
    homes = places().homes
    country = draws.choices(list(homes), [home.share for home in homes.values()])[0]
    second = draws.choice(aisles) if draws.random() < 0.2 else aisle  # noqa: PLR2004  # one in five sells in two
    return Vendor(
        handle=_handle(draws, taken),
        aisles=tuple(dict.fromkeys((aisle, second))),
        country=country,
        language=homes[country].language,
        currency=draws.choices(["USD", "XMR", "BTC", "EUR"], [42, 22, 20, 16])[0],
        price_form=draws.randrange(60),
        joined=OPENED - timedelta(days=draws.randrange(40, 900)),
        rating=f"{draws.triangular(82, 100, 97):.1f}",
        sales=int(draws.lognormvariate(4.5, 1.3)),
        pgp_seed=f"{seed}/pgp",
    )


def _handle(draws: Random, taken: set[str]) -> str:
    words = handles()
    while True:
        first, second = draws.choice(words.first), draws.choice(words.second)
        made = "".join(draws.choices(words.syllables, k=3)).capitalize()
        forms = (
            f"{first.capitalize()}{second.capitalize()}",
            f"{first}_{second}",
            f"{made}{draws.randrange(10, 100)}",
            f"{made}-{second}",
            f"{second}{draws.randrange(100, 1000)}",
        )
        if (handle := draws.choice(forms)) not in taken:
            return handle


def _crc24(data: bytes) -> int:
    crc = CRC24_START
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc = (crc << 1) ^ CRC24_POLYNOMIAL if crc & 0x800000 else crc << 1
    return crc & 0xFFFFFF

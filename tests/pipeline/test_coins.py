"""Addresses that cryptocurrencies are paid to, and the checksums that make them ones."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.values import coin
from pipeline.values.bech32 import segwit
from pipeline.values.keccak import keccak256

LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
SIZES = (0, 2, 3, 5, 6, 7, 9, 10, 11)


def digits(value: int) -> str:
    return (digits(value // 58) if value >= 58 else "") + LETTERS[value % 58]


def base58check(version: int) -> str:
    body = bytes([version]) + bytes(range(1, 21))
    raw = body + sha256(sha256(body).digest()).digest()[:4]
    zeros = len(raw) - len(raw.lstrip(b"\0"))
    return "1" * zeros + digits(int.from_bytes(raw, "big"))


def monero(network: int, size: int) -> str:
    body = bytes([network]) + bytes(range(1, size))
    raw = body + keccak256(body)[:4]
    blocks = (raw[place : place + 8] for place in range(0, len(raw), 8))
    return "".join(digits(int.from_bytes(block, "big")).rjust(SIZES[len(block)], "1") for block in blocks)


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
    ],
)
def test_keccak_is_the_one_from_before_the_standard(message: bytes, digest: str) -> None:
    assert keccak256(message).hex() == digest


def test_a_message_of_several_blocks_is_hashed_whole() -> None:
    assert len({keccak256(b"a" * size) for size in (134, 135, 136, 137, 272)}) == 5


@pytest.mark.parametrize(
    "address",  # BIP-173 and BIP-350
    [
        "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
        "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
        "BC1SW50QGDZ25J",
        "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
    ],
)
def test_segwit_and_taproot_addresses_are_read(address: str) -> None:
    assert coin(address) == f"btc:{address.lower()}"


@pytest.mark.parametrize(
    "address",  # BIP-350
    [
        "tc1qw508d6qejxtdg4y5r3zarvary0c5xw7kg3g4ty",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
        "BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh",
        "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4",
        "BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R",
        "bc1pw5dgrnzv",
        "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf",
        "bc1gmk9yu",
    ],
)
def test_a_segwit_address_that_the_standard_calls_invalid_is_none(address: str) -> None:
    assert coin(address) is None


def test_an_address_in_mixed_case_is_none() -> None:
    assert segwit("bc1Qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4") is None


@pytest.mark.parametrize(("version", "currency"), [(0, "btc"), (5, "btc"), (0x30, "ltc"), (0x32, "ltc")])
def test_base58_addresses_are_told_apart_by_their_version(version: int, currency: str) -> None:
    address = base58check(version)
    assert coin(address) == f"{currency}:{address}"


def test_an_address_of_a_test_net_is_none() -> None:
    assert coin(base58check(0x6F)) is None


@pytest.mark.parametrize(("network", "size"), [(18, 65), (42, 65), (19, 73)])
def test_monero_addresses_of_all_three_kinds_are_read(network: int, size: int) -> None:
    address = monero(network, size)
    assert coin(address) == f"xmr:{address}"


def test_a_monero_address_of_another_net_is_none() -> None:
    assert coin(monero(53, 65)) is None


@pytest.mark.parametrize(
    "address",  # EIP-55
    [
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "0xde709f2102306220921060314715629080e2fb77",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    ],
)
def test_ethereum_addresses_are_read(address: str) -> None:
    assert coin(address) == f"eth:{address}"


def test_an_ethereum_address_without_case_gets_its_checksum() -> None:
    assert coin("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed") == "eth:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


@pytest.mark.parametrize(
    "address",
    [
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed",
        base58check(0)[:-1] + "1",
        monero(18, 65)[:-1] + "1",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
    ],
)
def test_one_wrong_letter_makes_an_address_none(address: str) -> None:
    assert coin(address) is None


@given(st.text(max_size=130) | st.text(alphabet=LETTERS + "0xbcl", max_size=130))
def test_no_text_is_an_error(text: str) -> None:
    assert coin(text) is None or ":" in (coin(text) or "")

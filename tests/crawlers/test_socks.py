"""The client's side of SOCKS5."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.socks import REPLIES, Handshake, SocksError, SocksUnfitError, Target, port
from pipeline.errors import SettingsError

TARGET = Target(b"a.onion", 80, b"user", b"key")
OPEN = b"\x05\x00\x00\x01" + bytes(6)


def test_the_name_goes_to_the_port_as_it_is() -> None:
    talk = Handshake(TARGET)
    assert talk.HELLO == b"\x05\x01\x02"
    assert talk.hear(b"\x05\x02") == b"\x01\x04user\x03key"
    assert talk.hear(b"\x01\x00") == b"\x05\x01\x00\x03\x07a.onion\x00\x50"
    assert talk.hear(OPEN + b"HTTP") == b""
    assert (talk.open, talk.rest) == (True, b"HTTP")


@given(st.data())
def test_it_may_be_heard_in_any_pieces(data: st.DataObject) -> None:
    talk = Handshake(TARGET)
    for answer in (b"\x05\x02", b"\x01\x00", b"\x05\x00\x00\x03\x04host\x00\x50"):
        cut = data.draw(st.integers(0, len(answer)))
        talk.hear(answer[:cut])
        talk.hear(answer[cut:])
    assert talk.open


@pytest.mark.parametrize("code", [1, 2, 5, 0xF0, 0xF6, 0x77])
def test_a_refusal_says_what_it_means(code: int) -> None:
    talk = Handshake(TARGET)
    talk.hear(b"\x05\x02")
    talk.hear(b"\x01\x00")
    with pytest.raises(SocksError, match=f"0x{code:02x}") as found:
        talk.hear(bytes([5, code]) + OPEN[2:])
    assert found.value.code == code
    assert REPLIES.get(code, (None, "unknown"))[1] in str(found.value)


@pytest.mark.parametrize("answers", [[b"\x05\x00"], [b"\x05\xff"], [b"HT"], [b"\x05\x02", b"\x01\x01"]])
def test_a_port_without_isolation_is_refused(answers: list[bytes]) -> None:
    talk = Handshake(TARGET)
    for answer in answers[:-1]:
        talk.hear(answer)
    with pytest.raises(SocksUnfitError):
        talk.hear(answers[-1])


@pytest.mark.parametrize("field", [b"", b"x" * 256])
def test_a_field_that_does_not_fit_is_refused(field: bytes) -> None:
    with pytest.raises(ValueError, match="255"):
        Handshake(TARGET._replace(host=field))


@given(st.lists(st.binary(max_size=12), max_size=6))
def test_no_answer_breaks_it(answers: list[bytes]) -> None:
    talk = Handshake(TARGET)
    try:
        for answer in answers:
            talk.hear(answer)
    except (SocksError, SocksUnfitError):
        assert not talk.open


def test_a_port_is_a_number_or_a_path() -> None:
    assert port("127.0.0.1:9050") == ("127.0.0.1", 9050)
    assert port("unix:/run/tor/socks") == ("/run/tor/socks", 0)


@pytest.mark.parametrize(
    "address", ["localhost:9050", "tor:9050", "127.0.0.1", "127.0.0.1:x", "", "unix:socks", "[::1]:9"]
)
def test_a_port_that_would_have_to_be_resolved_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match=r"crawl\.socks"):
        port(address)

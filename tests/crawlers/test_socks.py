"""The client's side of SOCKS5."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.route.probe import greet
from crawlers.route.socks import REPLIES, Handshake, SocksError, SocksUnfitError, Target, port
from pipeline.errors import SettingsError, TorUnavailableError
from tests.crawlers.conftest import Tiny, Trouble

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
    "address",
    [
        "localhost:9050",
        "tor:9050",
        "127.0.0.1",
        "127.0.0.1:x",
        "",
        "unix:socks",
        "[::1]:9",
        "10.0.0.1:9050",
        "0.0.0.0:9050",
        "127.0.0.1:0",
        "127.0.0.1:99999",
    ],
)
def test_a_port_that_would_have_to_be_resolved_or_is_not_of_this_machine_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match=r"crawl\.socks"):
        port(address)


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (Trouble.NO_SOCKS, "is not tor's, it does not speak SOCKS5: correct crawl.socks"),
        (Trouble.NO_KEYS, "is not tor's, it takes no isolation key"),
        (Trouble.SILENT, "is not tor's, it gives no answer to a greeting"),
        (Trouble.CLOSES, "is not tor's, it "),
    ],
)
def test_check_names_what_is_wrong_with_a_port_that_is_not_tors(tiny: Tiny, trouble: Trouble, told: str) -> None:
    greet(tiny.socks, 0.5)
    tiny.troubles = [trouble]
    with pytest.raises(TorUnavailableError, match=told):
        greet(tiny.socks, 0.5)

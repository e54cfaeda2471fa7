"""No cookie is kept in clear, however a server writes it."""

from pathlib import Path

import pytest

from crawlers.evidence.cookies import Cookies

HEADERS = [
    "s3cret",
    ";s3cret",
    "; sid=s3cret",
    "=s3cret",
    "a=1; Path=/, sid=s3cret",
    "a=1; sid=s3cret",
    "a=1; Expires=s3cret=1",
    "sid = s3cret; Path=/",
    "a b=s3cret",
]


@pytest.mark.parametrize("value", HEADERS)
def test_a_cookie_is_hidden_however_it_is_set(tmp_path: Path, value: str) -> None:
    ((_, hidden),) = Cookies.of(tmp_path).hidden((("Set-Cookie", value),))
    assert "s3cret" not in hidden
    assert "hmac-sha256:" in hidden


def test_what_every_cookie_has_stays(tmp_path: Path) -> None:
    rest = "; Path=/a; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Max-Age=9; HttpOnly; Secure; SameSite=Lax"
    ((_, hidden),) = Cookies.of(tmp_path).hidden((("Set-Cookie", f"sid=s3cret{rest}"),))
    assert hidden.startswith("sid=hmac-sha256:")
    assert hidden.endswith(rest)

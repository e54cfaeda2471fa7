"""The practice market's gatehouse: where it is closed, pages are for sessions only, and a session ends after so many."""

import secrets
from http.cookies import CookieError, SimpleCookie

COOKIE = "larkspur"
OPEN = frozenset({"/", "/login", "/captcha"})
ASSETS = "/static/"


class Gatehouse:
    """Who may see pages: everyone, or, where `pages` says after how many a session ends, who has passed the captcha."""

    def __init__(self, pages: int = 0) -> None:
        self._pages = pages
        self._left: dict[str, int] = {}

    def stops(self, path: str, cookies: str) -> bool:
        """Whether a visitor is sent to the login; one who is not has used one page of the session."""
        if not self._pages or path in OPEN or path.startswith(ASSETS):
            return False
        token = _token(cookies)
        if not self._left.get(token):
            return True
        self._left[token] -= 1
        return False

    def passed(self) -> str:
        """The cookie of a person who has passed the captcha; "" where the market is open."""
        if not self._pages:
            return ""
        token = secrets.token_hex(16)
        self._left[token] = self._pages
        return f"{COOKIE}={token}; Path=/; HttpOnly"


def _token(cookies: str) -> str:
    try:
        read = SimpleCookie(cookies)
    except CookieError:
        return ""
    return read[COOKIE].value if COOKIE in read else ""

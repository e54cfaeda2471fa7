"""Secrets in headers, which are never kept in clear: what stands for them tells equal ones, and nothing else."""

import hashlib
import hmac
import os
import re
from pathlib import Path

from crawlers.evidence.files import reading, write
from crawlers.evidence.record import Headers

FILE = "keys/cookies.key"
SECRET = frozenset({"cookie", "authorization", "proxy-authorization"})
SET = frozenset({"set-cookie", "set-cookie2"})
NAME = re.compile(r"[^,\s]+")
ATTRIBUTE = re.compile(
    r" ?(secure|httponly|partitioned|(path|domain|max-age|samesite)=[^,\s]*|expires=[\w ,:+-]{,40})?",
    re.IGNORECASE | re.ASCII,
)
"""What every cookie has beside its value; all else that a server writes there may be a secret too."""


class Cookies:
    """What stands for the secrets of one home: HMAC-SHA256 under a key of the home, so that nobody else can try values."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def of(cls, home: Path) -> "Cookies":
        """With the home's key, made at first start."""
        path = home / FILE
        if not path.exists():
            write(path, os.urandom(32))
        with reading(path):
            return cls(path.read_bytes())

    def hidden(self, headers: Headers) -> Headers:
        """The headers, a digest in the place of each secret."""
        return tuple((name, self._hidden(name.lower(), value)) for name, value in headers)

    def _hidden(self, name: str, value: str) -> str:
        if name in SECRET:
            return self._digest(value)
        if name in SET:
            return self._set(value)
        return value

    def _set(self, cookie: str) -> str:
        first, *rest = cookie.split(";")
        name, _, secret = first.partition("=")
        usual = "=" in first and NAME.fullmatch(name) and all(map(ATTRIBUTE.fullmatch, rest))
        return ";".join([f"{name}={self._digest(secret)}", *rest]) if usual else self._digest(cookie)

    def _digest(self, value: str) -> str:
        return "hmac-sha256:" + hmac.new(self._key, value.encode(), hashlib.sha256).hexdigest()

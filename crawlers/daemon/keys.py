"""Client authorisation keys: the private halves that let a client into onion services which ask for one."""

import base64
import binascii
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from crawlers.address import SUFFIX, is_onion
from pipeline.errors import SettingsError

ENDING = ".auth_private"
KEY_BYTES = 32
KIND = "descriptor:x25519"


class Key(NamedTuple):
    """The key to one service."""

    service: str
    """Its address without `.onion`."""
    private: str
    """In base 64, as tor's control port takes it."""

    def __repr__(self) -> str:
        """Never the key itself: it could end in a log."""
        return f"Key({self.service})"


def keys(folder: Path) -> Iterator[Key]:
    """The keys in a folder's files `NAME.auth_private`, each `ADDRESS:descriptor:x25519:KEY` with the key in base 32, as tor reads them."""
    for file in sorted(folder.glob(f"*{ENDING}")):
        service, _, rest = _text(file).strip().partition(":")
        private = _bytes(rest.removeprefix(f"{KIND}:"))
        if not is_onion(service + SUFFIX) or not rest.startswith(KIND) or len(private) != KEY_BYTES:
            raise SettingsError(f"{file}: is no key; it holds one line, ADDRESS-WITHOUT-.onion:{KIND}:PRIVATE-KEY")
        yield Key(service, base64.b64encode(private).decode())


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{file}: cannot be read ({type(error).__name__}); it is for its owner's eyes only"
        ) from None


def _bytes(text: str) -> bytes:
    try:
        return base64.b32decode(text + "=" * (-len(text) % 8), casefold=True)
    except binascii.Error:
        return b""

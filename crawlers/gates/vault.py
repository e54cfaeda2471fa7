"""Where sessions are kept at rest: one encrypted file a market, the key in a file of its own."""

import os
import secrets
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crawlers.gates.session import Session
from pipeline.errors import StorageError

KEY = "keys/sessions.key"
KEY_BYTES, NONCE_BYTES = 32, 12
"""AES-256-GCM (NIST SP 800-38D) with a random nonce for each writing."""
PRIVATE = 0o600


class Vault:
    """The sessions of one home."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def session(self, market: str) -> Session | None:
        """The market's session; None where there is none."""
        path = self._path(market)
        try:
            sealed = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror}") from error
        try:
            plain = AESGCM(self._key()).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _about(market))
            return msgspec.json.decode(plain, type=Session)
        except (InvalidTag, ValueError, msgspec.DecodeError) as error:
            raise StorageError(
                f"{path}: cannot be opened with {KEY}; run `gate forget {market}`, then hand the session over again"
            ) from error

    def has(self, market: str) -> bool:
        """Whether a session of the market is kept."""
        return self._path(market).exists()

    def keep(self, session: Session) -> None:
        """Keep a session in the place of the market's last one; a file is whole or as it was."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self._key()).encrypt(nonce, msgspec.json.encode(session), _about(session.market))
        path = self._path(session.market)
        _write(path.with_suffix(".new"), nonce + sealed)
        path.with_suffix(".new").replace(path)

    def forget(self, market: str) -> bool:
        """Delete the market's session; whether there was one."""
        path = self._path(market)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror}") from error
        return True

    def _path(self, market: str) -> Path:
        return self._home / "sessions" / f"{market}.session"

    def _key(self) -> bytes:
        """The key, made at first use."""
        path = self._home / KEY
        if not path.exists():
            new = path.with_suffix(f".{os.getpid()}")
            _write(new, secrets.token_bytes(KEY_BYTES))
            try:
                os.link(new, path)
            except FileExistsError:  # another process was first
                pass
            finally:
                new.unlink()
        return path.read_bytes()


def _about(market: str) -> bytes:
    """What is sealed with a session, so that one market's file opens under no other's name."""
    return f"headstamp session of {market}".encode()


def _write(path: Path, body: bytes) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "wb") as file:  # noqa: PTH123  # a Path opens with no mode of its own
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}; a session cannot be kept in this home") from error

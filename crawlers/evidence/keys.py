"""The key that a home signs its evidence with."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from crawlers.evidence.files import reading, write
from pipeline.errors import StorageError

PRIVATE, PUBLIC = "keys/evidence.key", "keys/evidence.pub"
"""Files of a home."""
BESIDE = "key.pub"
"""The public key's copy in the archive, so that a copied archive can be checked."""


@dataclass(frozen=True)
class PublicKey:
    """What others check signatures with."""

    pem: bytes

    @classmethod
    def read(cls, path: Path) -> Self:
        """The key in a file; a `StorageError` where there is none, or one that is not written as Headstamp writes it."""
        try:
            pem = path.read_bytes()
            loaded = serialization.load_pem_public_key(pem)
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror}; without the public key nothing can be checked") from error
        except (ValueError, UnsupportedAlgorithm) as error:
            raise StorageError(f"{path}: is no public key") from error
        if not isinstance(loaded, Ed25519PublicKey) or _pem(loaded) != pem:
            raise StorageError(f"{path}: is no public key that Headstamp wrote")
        return cls(pem)

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the 32 bytes of the key, in hexadecimal."""
        return hashlib.sha256(self._loaded().public_bytes_raw()).hexdigest()

    def signed(self, content: bytes, signature: str) -> bool:
        """Whether the signature, in hexadecimal, is this key's over the content."""
        try:
            raw = bytes.fromhex(signature)
            self._loaded().verify(raw, content)
        except (ValueError, InvalidSignature):
            return False
        return raw.hex() == signature  # fromhex also takes capitals and spaces, so that a changed byte could go unseen

    def _loaded(self) -> Ed25519PublicKey:
        loaded = serialization.load_pem_public_key(self.pem)
        assert isinstance(loaded, Ed25519PublicKey), "it was read as one"
        return loaded


@dataclass(frozen=True)
class SigningKey:
    """The private half, which never leaves its home."""

    key: Ed25519PrivateKey

    @classmethod
    def of(cls, home: Path) -> Self:
        """The home's key, made at first start and then always the same."""
        path = home / PRIVATE
        if not path.exists():
            _make(home)
        with reading(path):
            pem = path.read_bytes()
        try:
            loaded = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, UnsupportedAlgorithm) as error:
            raise StorageError(f"{path}: is no private key; put back a copy of the home") from error
        if not isinstance(loaded, Ed25519PrivateKey):
            raise StorageError(f"{path}: is no Ed25519 key; put back a copy of the home")
        return cls(loaded)

    @property
    def public(self) -> PublicKey:
        """What others check with."""
        return PublicKey(_pem(self.key.public_key()))

    def sign(self, content: bytes) -> str:
        """The signature (Ed25519, RFC 8032) over the content, in hexadecimal."""
        return self.key.sign(content).hex()


def _make(home: Path) -> None:
    key = Ed25519PrivateKey.generate()
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    write(home / PUBLIC, _pem(key.public_key()))
    write(home / PRIVATE, key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain))


def _pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

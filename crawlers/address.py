"""Onion service addresses of version 3, as Tor's rend-spec-v3 defines them."""

import base64
import binascii
import hashlib

SUFFIX = ".onion"
LABEL_LENGTH = 56
KEY_LENGTH = 32
VERSION = b"\x03"


def onion(public_key: bytes) -> str:
    """The host name of the service with this Ed25519 public key."""
    if len(public_key) != KEY_LENGTH:
        raise ValueError(f"an onion service's public key has {KEY_LENGTH} bytes, not {len(public_key)}")
    raw = public_key + _checksum(public_key) + VERSION
    return base64.b32encode(raw).decode().lower() + SUFFIX


def is_onion(host: str) -> bool:
    """Whether the host is a v3 onion service with a right checksum, in lower case and without a sub-domain."""
    label = host.removesuffix(SUFFIX)
    if label == host or len(label) != LABEL_LENGTH or not label.isascii() or label != label.lower():
        return False
    try:
        raw = base64.b32decode(label.upper())
    except binascii.Error:
        return False
    key, checksum, version = raw[:KEY_LENGTH], raw[KEY_LENGTH:-1], raw[-1:]
    return version == VERSION and checksum == _checksum(key)


def _checksum(key: bytes) -> bytes:
    return hashlib.sha3_256(b".onion checksum" + key + VERSION).digest()[:2]

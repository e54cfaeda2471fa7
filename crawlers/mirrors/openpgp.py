"""OpenPGP, through pysequoia: the fingerprint of a pinned key, and what a text signed with it says."""

from dataclasses import dataclass
from datetime import datetime

from pysequoia import Cert, Sig, verify
from pysequoia.packet import PacketPile, Tag

BEGIN = b"-----BEGIN PGP SIGNED MESSAGE-----"
SIGNATURE = b"-----BEGIN PGP SIGNATURE-----"
PRIVATE = "PRIVATE KEY BLOCK"
END = b"-----END PGP SIGNATURE-----"


class UnsignedError(ValueError):
    """A text that the pinned key did not sign; the message says what is wrong with it."""


@dataclass(frozen=True, kw_only=True)
class Signed:
    """What a key signed, and when."""

    text: str
    time: datetime


def fingerprint(armored: str) -> str:
    """The fingerprint of a public key, in lower-case hexadecimal digits; a `ValueError` where it is none."""
    if PRIVATE in armored:
        raise ValueError("is a secret key; only the public key belongs into a profile")
    try:
        return str(Cert.from_bytes(armored.encode()).fingerprint)
    except RuntimeError as error:
        raise ValueError(f"is no OpenPGP public key: {_first_line(error)}") from error


def signed(body: bytes, armored: str, now: datetime) -> Signed:
    """What the one cleartext-signed message in a text says, and when it was signed; an `UnsignedError` where the key did not.

    Only what the signature covers is given back, never what stands around it.
    """
    message = _message(body)
    certificate = Cert.from_bytes(armored.encode())
    if certificate.is_revoked:
        raise UnsignedError("the pinned key is revoked")
    try:
        checked = verify(bytes=message, store=lambda _keys: [certificate])
    except RuntimeError as error:
        raise UnsignedError(f"the pinned key did not sign it: {_first_line(error)}") from error
    mine = [one for one in checked.valid_sigs if one.certificate == certificate.fingerprint]
    if not mine or checked.bytes is None:
        raise UnsignedError("the pinned key did not sign it")
    return Signed(text=checked.bytes.decode("utf-8", "replace"), time=_time(message, now))


def _message(body: bytes) -> bytes:
    if body.count(BEGIN) != 1 or body.count(SIGNATURE) != 1:
        raise UnsignedError("it is no text with one cleartext signature")
    begin, end = body.index(BEGIN), body.find(END)
    if not begin < body.index(SIGNATURE) < end:
        raise UnsignedError("its signature is cut")
    return body[begin : end + len(END)] + b"\n"


def _time(message: bytes, now: datetime) -> datetime:
    """When the only signature was made: with two, one could be verified and the other be read here."""
    raw = message[message.index(SIGNATURE) :]
    packets = list(PacketPile.from_bytes(raw))
    signature = Sig.from_bytes(raw)
    if [packet.tag for packet in packets] != [Tag.Signature] or signature.created is None:
        raise UnsignedError("it has more than one signature, or one without a time")
    if signature.created > now:
        raise UnsignedError(f"it is signed in the future ({signature.created:%Y-%m-%d %H:%M})")
    if signature.expiration and signature.expiration <= now:
        raise UnsignedError(f"its signature ended on {signature.expiration:%Y-%m-%d}")
    return signature.created


def _first_line(error: RuntimeError) -> str:
    return str(error).partition("\n")[0][:200]

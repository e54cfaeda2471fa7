"""OpenPGP, through pysequoia: the fingerprint of a pinned key, and what a text signed with it says."""

from dataclasses import dataclass
from datetime import datetime

from pysequoia import ArmorKind, Cert, Sig, armor, verify
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
    certificate = Cert.from_bytes(armored.encode())
    if certificate.is_revoked:
        raise UnsignedError("the pinned key is revoked")
    head, tail = _parts(body)
    try:
        packet = _packet(tail)
        message = (
            head + armor(packet, ArmorKind.Signature).encode()
        )  # what is verified and what is dated are the same bytes
        checked = verify(bytes=message, store=lambda _keys: [certificate])
        time = _time(Sig.from_bytes(packet), now)
    except RuntimeError as error:
        raise UnsignedError(f"the pinned key did not sign it: {_first_line(error)}") from error
    if checked.bytes is None or certificate.fingerprint not in {one.certificate for one in checked.valid_sigs}:
        raise UnsignedError("the pinned key did not sign it")
    return Signed(text=checked.bytes.decode("utf-8", "replace"), time=time)


def _parts(body: bytes) -> tuple[bytes, bytes]:
    """The signed text with its head, and the armored signature."""
    if body.count(BEGIN) != 1 or body.count(SIGNATURE) != 1:
        raise UnsignedError("it is no text with one cleartext signature")
    begin, middle, end = body.index(BEGIN), body.index(SIGNATURE), body.find(END)
    if not begin < middle < end:
        raise UnsignedError("its signature is cut")
    return body[begin:middle], body[middle : end + len(END)] + b"\n"


def _packet(armored: bytes) -> bytes:
    """The only signature: of two, one could be verified and the other be dated."""
    packets = list(PacketPile.from_bytes(armored))
    if [packet.tag for packet in packets] != [Tag.Signature]:
        raise UnsignedError("it has more than one signature")
    return bytes(packets[0])


def _time(signature: Sig, now: datetime) -> datetime:
    if signature.created is None:
        raise UnsignedError("its signature has no time")
    if signature.created > now:
        raise UnsignedError(f"it is signed in the future ({signature.created:%Y-%m-%d %H:%M})")
    if signature.expiration and signature.expiration <= now:
        raise UnsignedError(f"its signature ended on {signature.expiration:%Y-%m-%d}")
    return signature.created


def _first_line(error: RuntimeError) -> str:
    return str(error).partition("\n")[0][:200]

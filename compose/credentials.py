"""Makes the certificates and passwords of the distributed deployment, once: a folder for each service that reads them.

`docker compose up` runs it first, in the image of Headstamp, without network. What is there already stays as it is; a
certificate is made anew in the 90 days before its end. Whoever reads the folder `authority` can speak as any of them.
"""

import base64
import hashlib
import ipaddress
import os
import secrets
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_DAYS, CERTIFICATE_DAYS, RENEW_DAYS = 3_650, 730, 90
PASSWORD_BYTES, ROUNDS = 32, 10_000
"""Passwords have 256 random bits, so that the rounds of PBKDF2 (Elasticsearch's default number) need not slow a guesser."""
ROLES = {
    "index": "headstamp-index",
    "assess": "headstamp-assess",
    "settle": "headstamp-console",
    "console": "headstamp-console",
    "setup": "headstamp-setup",
    "operator": "superuser",
}
"""Users of Elasticsearch, each with the role that compose/elasticsearch/roles.yml defines; `operator` is for people."""
READERS = ("forward", "assess", "index", "settle", "console", "setup")
"""Who speaks to Kafka, with a certificate of that name."""
WRITERS = ("index", "settle", "console", "setup")
"""Who writes documents, and so the pseudonyms of `listings-research`, which all need the one key for."""


class Pair(NamedTuple):
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def make(root: Path) -> None:
    """Make whatever is missing below `root`."""
    authority = _authority(root / "authority")
    for folder in ("kafka", "elasticsearch", "kibana", *READERS):
        _write(root / folder / "ca.crt", _pem(authority.certificate))
    _joined(root / "kafka" / "server.pem", "kafka", authority)
    _apart(root / "elasticsearch", "http", "elasticsearch", authority)
    _apart(root / "kibana", "kibana", "kibana", authority)
    for reader in READERS:
        _apart(root / reader, "kafka", reader, authority)
    _users(root)
    _kibana(root)
    research = _once(root / "authority" / "research.key", secrets.token_hex(PASSWORD_BYTES))
    for writer in WRITERS:
        _write(root / writer / "research.key", research)


def _authority(folder: Path) -> Pair:
    """The authority that signs all certificates, from its files where it has been made before."""
    key_file, file = folder / "ca.key", folder / "ca.crt"
    if file.exists() and key_file.exists():
        key = serialization.load_pem_private_key(key_file.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return Pair(x509.load_pem_x509_certificate(file.read_bytes()), key)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name("Headstamp compose authority")
    certificate = (
        _begun(subject, subject, key.public_key(), AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write(key_file, _private(key))
    _write(file, _pem(certificate))
    return Pair(certificate, key)


def _issued(name: str, authority: Pair) -> Pair:
    """A certificate for a service by its name, and for its own loopback, where its health is asked for."""
    key = ec.generate_private_key(ec.SECP256R1())
    hosts = [x509.DNSName(name), x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    certificate = (
        _begun(_name(name), authority.certificate.subject, key.public_key(), CERTIFICATE_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(_key_of(authority), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    return Pair(certificate, key)


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: int) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _key_of(authority: Pair) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())


def _joined(file: Path, name: str, authority: Pair) -> None:
    """Key and certificate in one file, as Kafka reads them."""
    if _is_due(file):
        pair = _issued(name, authority)
        _write(file, _private(pair.key) + _pem(pair.certificate))


def _apart(folder: Path, stem: str, name: str, authority: Pair) -> None:
    """Certificate and key in a file each."""
    if _is_due(folder / f"{stem}.crt"):
        pair = _issued(name, authority)
        _write(folder / f"{stem}.key", _private(pair.key))
        _write(folder / f"{stem}.crt", _pem(pair.certificate))


def _is_due(file: Path) -> bool:
    """Whether the certificate is missing, or ends soon."""
    if not file.exists():
        return True
    text = file.read_bytes()
    found = x509.load_pem_x509_certificate(text[text.index(b"-----BEGIN CERTIFICATE") :])
    return found.not_valid_after_utc < datetime.now(UTC) + timedelta(days=RENEW_DAYS)


def _users(root: Path) -> None:
    """A password for each user, and the file realm of Elasticsearch, which knows their hashes only."""
    passwords = {user: _once(root / user / "elastic.password", secrets.token_urlsafe(PASSWORD_BYTES)) for user in ROLES}
    held = {role: [user for user in ROLES if ROLES[user] == role] for role in ROLES.values()}
    folder = root / "elasticsearch"
    _write(folder / "users", "".join(f"{user}:{_hash(password)}\n" for user, password in passwords.items()))
    _write(folder / "users_roles", "".join(f"{role}:{','.join(users)}\n" for role, users in held.items()))


def _kibana(root: Path) -> None:
    """Kibana's service account: its token for Kibana, the token's hash for Elasticsearch; and the keys that Kibana encrypts with."""
    account, secret = (
        "elastic/kibana/compose",
        _once(root / "authority" / "kibana.secret", secrets.token_urlsafe(PASSWORD_BYTES)),
    )
    token = base64.b64encode(b"\x00\x01\x00\x01" + f"{account}:{secret}".encode()).rstrip(b"=").decode()
    _write(root / "elasticsearch" / "service_tokens", f"{account}:{_hash(secret)}\n")
    keys = (
        "xpack.security.encryptionKey",
        "xpack.encryptedSavedObjects.encryptionKey",
        "xpack.reporting.encryptionKey",
    )
    lines = [f"elasticsearch.serviceAccountToken: {token}", *(f"{key}: '{secrets.token_hex(32)}'" for key in keys)]
    _once(root / "kibana" / "secret.yml", "".join(f"{line}\n" for line in lines))


def _hash(password: str) -> str:
    """PBKDF2 with SHA-512 as Elasticsearch writes it."""
    salt = secrets.token_bytes(32)
    derived = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS, 32)
    return f"{{PBKDF2}}{ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(derived).decode()}"


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _private(key: ec.EllipticCurvePrivateKey) -> str:
    form, bare = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, bare).decode()


def _once(file: Path, text: str) -> str:
    """What the file holds; `text`, where there was none."""
    if not file.exists():
        _write(file, text)
    return file.read_text(encoding="ascii")


def _write(file: Path, text: str) -> None:
    """Put the text in place as a whole, for the owner's eyes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_name(f".{file.name}.new")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w", encoding="ascii") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    half.replace(file)


if __name__ == "__main__":
    os.umask(0o077)
    make(Path(sys.argv[1]))

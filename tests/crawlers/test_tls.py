"""Onion services that speak TLS, with a certificate of their own."""

import select
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from pipeline.records import Capture, Listing, listing_id
from pipeline.topics import LISTINGS
from tests.crawlers.conftest import MIRRORS, Bench, links, listing


def certificate(folder: Path) -> ssl.SSLContext:
    """A server's side with a certificate that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "market.example")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    pem = built.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    file = folder / "certificate.pem"
    file.write_bytes(pem + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.fixture
def secured(bench: Bench) -> Bench:
    bench.tiny.tls = certificate(bench.folder)
    bench.profile(mirrors=[f"https://{MIRRORS[0]}", MIRRORS[1]])
    bench.tiny.pages = {"/": links("/listing/k0", f"http://{MIRRORS[1]}/listing/k1")}
    bench.tiny.pages |= {f"/listing/k{number}": listing(f"Lot {number}") for number in range(2)}
    return bench


def listings(bench: Bench) -> list[Listing]:
    return [one for one in bench.published(LISTINGS) if isinstance(one, Listing)]


def test_an_onion_with_a_certificate_of_its_own_is_read(secured: Bench) -> None:
    done = secured.crawl()
    assert (done.status, done.summary["listings"]) == (0, 2), done.errors
    assert set(secured.tiny.wishes) == {(MIRRORS[0], 443)}
    urls = {one.provenance.url for one in listings(secured) if isinstance(one.provenance, Capture)}
    assert urls == {f"https://{MIRRORS[0]}/listing/k0", f"https://{MIRRORS[0]}/listing/k1"}


def test_ids_are_the_same_on_a_plain_mirror(secured: Bench) -> None:
    secured.crawl()
    secured.tiny.down = {MIRRORS[0]}
    done = secured.crawl()
    assert (done.summary["listings"], done.summary["news"]) == (2, 0)
    assert (MIRRORS[1], 80) in secured.tiny.wishes
    assert {one.id for one in listings(secured)} == {listing_id("tiny", "k0"), listing_id("tiny", "k1")}


def test_a_mirror_that_breaks_off_the_greeting_is_left_for_another(secured: Bench) -> None:
    secured.tiny.tls = None  # plain HTTP at the port of TLS
    done = secured.crawl()
    assert (done.status, done.summary["listings"]) == (0, 2), done.errors
    assert (MIRRORS[1], 80) in secured.tiny.wishes


class Relay(socketserver.StreamRequestHandler):
    """Carries a connection of a unix socket on to the tiny market."""

    def handle(self) -> None:
        port: int = self.server.port  # type: ignore[attr-defined]  # set below
        with socket.create_connection(("127.0.0.1", port)) as inner:
            ends = [self.connection, inner]
            while True:
                for ready in select.select(ends, [], [])[0]:
                    data = ready.recv(65_536)
                    if not data:
                        return
                    ends[ends[0] is ready].sendall(data)


@contextmanager
def unix_socket(bench: Bench) -> Iterator[str]:
    path = bench.folder / "socks"
    with socketserver.ThreadingUnixStreamServer(str(path), Relay) as server:
        server.port = bench.tiny.server_address[1]  # type: ignore[attr-defined]  # read above
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"unix:{path}"
        server.shutdown()


@pytest.mark.parametrize("mirror", [MIRRORS[0], f"https://{MIRRORS[0]}"])
def test_the_socks_port_may_be_a_unix_socket(secured: Bench, mirror: str) -> None:
    secured.profile(mirrors=[mirror])
    with unix_socket(secured) as socks:
        done = secured.crawl(HEADSTAMP_CRAWL_SOCKS=socks)
    assert (done.status, done.summary["listings"]) == (0, 1), done.errors


def test_a_unix_socket_that_goes_away_keeps_every_page(secured: Bench) -> None:
    done = secured.crawl(HEADSTAMP_CRAWL_SOCKS=f"unix:{secured.folder}/missing")
    assert done.status == 1
    assert "does not answer: start tor" in done.errors

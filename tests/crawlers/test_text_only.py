"""Nothing but text is fetched, whatever name it goes by."""

import gzip
import socket
import time
from contextlib import suppress
from dataclasses import dataclass

import pytest

from tests.crawlers.conftest import Answer, Bench, links, listing

SIZE = 4_000_000
MOST_SENT = 1_000_000
"""Of four million bytes: what lies in the buffers of two sockets when the connection is cut."""


@dataclass
class File:
    """Sends a file, and counts how much of it was taken."""

    start: bytes
    headers: bytes = b"Content-Type: text/html; charset=utf-8"
    sent: int = 0

    def __call__(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)
        head = b"HTTP/1.1 200 OK\r\n%s\r\nContent-Length: %d\r\n\r\n" % (self.headers, SIZE)
        connection.sendall(head)
        body = self.start + bytes(SIZE - len(self.start))
        with suppress(OSError):
            while self.sent < SIZE:
                self.sent += connection.send(body[self.sent : self.sent + 4_096])


FILES = {
    "jpeg": File(b"\xff\xd8\xff\xe0\0\x10JFIF"),
    "zip": File(b"PK\3\4\x14\0\0\0"),
    "pdf": File(b"%PDF-1.7\n"),
    "mp4": File(b"\0\0\0\x18ftypmp42"),
    "packed": File(gzip.compress(b"%PDF-1.7\n" + bytes(9_000)), b"Content-Type: text/html\r\nContent-Encoding: gzip"),
    "untyped": File(b"\x89PNG\r\n\x1a\n", b"X-Content-Type: none"),
}
TYPED = {
    "image": File(b"<h1>Lot</h1>", b"Content-Type: image/png"),
    "bytes": File(b"<h1>Lot</h1>", b"Content-Type: application/octet-stream"),
}


def crawled(bench: Bench, files: dict[str, File]) -> None:
    for file in files.values():
        file.sent = 0
    pages = {f"/listing/{name}": Answer(raw=file) for name, file in files.items()}
    bench.tiny.pages = {"/": links(*pages, "/listing/after"), **pages, "/listing/after": listing("Lot")}
    done = bench.crawl(HEADSTAMP_CRAWL_MAX_PAGE_BYTES="5000000")
    assert (done.status, done.summary["listings"]) == (0, 1), done.errors


def test_a_file_that_is_sent_as_a_page_is_dropped_at_its_first_bytes(bench: Bench) -> None:
    crawled(bench, FILES)
    assert {name: bench.why(f"/listing/{name}")[:2] for name in FILES} == dict.fromkeys(
        FILES, ("rejected", "disguised")
    )
    assert "JPEG" in bench.why("/listing/jpeg")[2]
    assert {name: file.sent for name, file in FILES.items() if file.sent > MOST_SENT} == {}
    assert len(bench.tiny.asked) == 2 + len(FILES), "none is asked for twice"


def test_an_answer_that_says_that_it_is_no_text_is_dropped_before_its_body(bench: Bench) -> None:
    crawled(bench, TYPED)
    assert {name: bench.why(f"/listing/{name}") for name in TYPED} == {
        "image": ("rejected", "not_text", "image/png"),
        "bytes": ("rejected", "not_text", "application/octet-stream"),
    }
    assert {name: file.sent for name, file in TYPED.items() if file.sent > MOST_SENT} == {}


def dripped(connection: socket.socket) -> None:
    """A JPEG whose mark comes a byte at a time, each long enough after the last to be read alone."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    with suppress(OSError):
        for byte in b"\xff\xd8\xff\xe0":
            time.sleep(0.1)
            connection.sendall(bytes([byte]))
        connection.sendall(bytes(200_000))


def test_a_file_that_comes_byte_by_byte_is_known_all_the_same(bench: Bench) -> None:
    bench.tiny.pages = {"/": links("/listing/k"), "/listing/k": Answer(raw=dripped)}
    bench.crawl()
    assert bench.why("/listing/k")[:2] == ("rejected", "disguised")


@pytest.mark.parametrize("ending", ["jpg", "mp4", "zip", "pdf", "woff2", "docx", "exe"])
def test_a_link_to_a_file_is_refused_before_it_is_asked_for(bench: Bench, ending: str) -> None:
    bench.tiny.pages = {"/": links(f"/listing/a.{ending}", "/listing/k"), "/listing/k": listing("Lot")}
    assert bench.crawl().visit["refused"] == {"not_text": 1}
    assert bench.tiny.asked == ["/", "/listing/k"]

"""Answers that are made to hang, flood or mislead a crawler: each costs its own page only, in bounded memory."""

import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from gzip import compress

from tests.crawlers.conftest import MIRRORS, Answer, Bench, links, listing

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
PAGE = listing("Lot", text="All that there is.").body
MOST_MIB = 60
"""What hostile answers of gigabytes may cost: the prototype of notes/tor.md took 85 MB with all of Scrapy in it."""
Talk = Callable[[socket.socket], None]


def said(data: bytes) -> Talk:
    return lambda connection: connection.sendall(data)


def flooded(start: bytes, more: bytes, connection: socket.socket) -> None:
    """Send more and more, for as long as the other side takes it."""
    with suppress(OSError):
        connection.sendall(start)
        while True:
            connection.sendall(more)


def dripped(start: bytes, connection: socket.socket) -> None:
    """Send a byte now and then, for longer than the crawler waits."""
    with suppress(OSError):
        connection.sendall(start)
        while True:
            connection.sendall(b"x")
            time.sleep(0.05)


def silent(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.recv(1)


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def many(answer: Talk) -> Answer:
    return Answer(raw=answer)


def redirect(there: str) -> Answer:
    return Answer(status=302, headers={"Location": there})


def bomb() -> bytes:
    """A quarter of a gigabyte of nothing."""
    return compress(b"<p>" + bytes(2**28), 9)


def crawled(bench: Bench, pages: dict[str, Answer], **extra: str) -> float:
    """The most memory in MiB that it took to visit the pages, in as many crawls as that takes."""
    bench.tiny.pages = {"/": links(*pages), **pages, "/listing/good": listing("Good lot")}
    peak, finished = 0.0, False
    for _ in range(4):
        done = bench.crawl(**extra)
        peak, finished = max(peak, done.peak_mib), bool(done.visit["finished"])
        if finished:
            break
    assert finished
    return peak


def calm(bench: Bench) -> float:
    """The memory of a crawl that meets no harm."""
    bench.tiny.pages = {"/": links("/listing/good"), "/listing/good": listing("Good lot")}
    return bench.crawl().peak_mib


def test_floods_are_dammed(bench: Bench) -> None:
    usual = calm(bench)
    floods = {
        "/listing/length": many(partial(flooded, HEAD + b"Content-Length: 10000000000\r\n\r\n", bytes(65_536))),
        "/listing/chunks": many(
            partial(flooded, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"8000\r\n" + bytes(0x8000) + b"\r\n")
        ),
        "/listing/endless": many(partial(flooded, HEAD + b"\r\n", b"<p>more</p>" * 1_000)),
        "/listing/headers": many(partial(flooded, HEAD, b"X-More: and more\r\n" * 1_000)),
        "/listing/line": many(partial(flooded, HEAD + b"X-Long: ", b"x" * 65_536)),
        "/listing/trailers": many(
            partial(flooded, HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-More: and more\r\n" * 1_000)
        ),
        "/listing/size": many(partial(flooded, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"f" * 65_536)),
        "/listing/status": many(partial(flooded, b"HTTP/1.1 200 ", b"O" * 65_536)),
        "/listing/interim": many(partial(flooded, b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000)),
        "/listing/bomb": Answer(bomb(), headers={"Content-Encoding": "gzip"}),
    }
    peak = crawled(bench, floods, HEADSTAMP_CRAWL_MAX_PAGE_BYTES="2000000")
    told = {address.removeprefix("/listing/"): bench.why(address)[:2] for address in floods}
    assert told == {
        "length": ("rejected", "too_large"),
        "chunks": ("rejected", "too_large"),
        "endless": ("rejected", "too_large"),
        "bomb": ("rejected", "too_large"),
        "headers": ("rejected", "malformed"),
        "line": ("rejected", "malformed"),
        "trailers": ("rejected", "unreachable"),
        "size": ("rejected", "unreachable"),
        "status": ("rejected", "malformed"),
        "interim": ("rejected", "malformed"),
    }
    assert 0 < peak - usual < MOST_MIB


def test_answers_that_do_not_end_are_given_up(bench: Bench) -> None:
    pages = {
        "/listing/loris": many(partial(dripped, HEAD + b"X-Slow: ")),
        "/listing/body": many(partial(dripped, HEAD + b"Content-Length: 5000\r\n\r\n")),
        "/listing/silent": many(silent),
        "/listing/after": listing("Lot"),
    }
    crawled(bench, pages, HEADSTAMP_CRAWL_TIMEOUT_S="1")
    told = {address.removeprefix("/listing/"): bench.why(address)[:2] for address in pages}
    timed_out = ("rejected", "timeout")
    assert told == {"loris": timed_out, "body": timed_out, "silent": timed_out, "after": ("done", "")}


def test_broken_answers_cost_their_own_page_only(bench: Bench) -> None:
    pages = {
        "/listing/short": many(said(HEAD + b"Content-Length: 500\r\n\r\n" + PAGE)),
        "/listing/long": many(
            said(HEAD + b"Content-Length: %d\r\n\r\n" % len(PAGE) + PAGE + b"<h1>Smuggled</h1>" * 99)
        ),
        "/listing/broken": many(reset),
        "/listing/garbage": many(said(b"\x00\xffGARBAGE\r\n\r\n")),
        "/listing/ssh": many(said(b"SSH-2.0-OpenSSH_9.2\r\n")),
        "/listing/nothing": many(lambda _: None),
        "/listing/lengths": many(said(HEAD + b"Content-Length: 5\r\nContent-Length: 50\r\n\r\n" + PAGE)),
        "/listing/after": listing("Lot"),
    }
    crawled(bench, pages)
    told = {address.removeprefix("/listing/"): bench.why(address)[:2] for address in pages}
    assert told == {
        "short": ("rejected", "unreachable"),
        "long": ("done", ""),
        "broken": ("rejected", "unreachable"),
        "garbage": ("rejected", "malformed"),
        "ssh": ("rejected", "malformed"),
        "nothing": ("rejected", "unreachable"),
        "lengths": ("rejected", "malformed"),
        "after": ("done", ""),
    }


def test_redirects_lead_nowhere_that_the_profile_does_not_mean(bench: Bench) -> None:
    pages = {
        "/page/1": redirect("/page/2"),
        "/page/2": redirect("/page/1"),
        "/page/3": redirect("/page/3"),
        "/page/4": redirect("http://market.example/"),
        "/page/5": redirect("http://127.0.0.1:9050/"),
        "/page/6": redirect("file:///etc/passwd"),
        "/page/7": redirect(f"http://{MIRRORS[1]}/page/8"),
        "/page/9": Answer(
            b"<meta http-equiv=refresh content='0; url=/page/10'><h1>Wait</h1>", headers={"Refresh": "0; url=/page/10"}
        ),
    }
    crawled(bench, pages)
    assert sorted(bench.tiny.asked) == sorted(["/", *pages])
    assert {bench.why(address)[1] for address in pages if address != "/page/9"} == {"redirected"}
    assert set(bench.tiny.wishes) == {(MIRRORS[0], 80)}


def test_robots_txt_is_never_asked_for(bench: Bench) -> None:
    bench.tiny.pages = {
        "/": links("/listing/k"),
        "/listing/k": listing("Lot"),
        "/robots.txt": Answer(b"User-agent: *\nDisallow: /"),
    }
    assert bench.crawl().summary["listings"] == 1
    assert bench.tiny.asked == ["/", "/listing/k"]

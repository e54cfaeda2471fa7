"""The practice market as a server: what its SOCKS5 port lets through, how its HTTP behaves, how its process ends."""

import asyncio
import json
import os
import select
import signal
import struct
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.practice.catalogue import market
from crawlers.practice.pages import Pages
from crawlers.practice.server import LOOPBACK, Ports, mirrors, opened
from crawlers.practice.site import Site
from crawlers.practice.tally import Tally
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
SITE = Site(Pages(market(7, 60)), mirrors())
HELLO, HELLO_NAMED = b"\x05\x01\x00", b"\x05\x02\x00\x02"
GRANTED, NOT_ALLOWED, UNREACHABLE, REFUSED, NO_SUCH_COMMAND, NO_SUCH_ADDRESS = 0, 2, 4, 5, 7, 8


def served(talk: Callable[[Ports], Awaitable[object]], report: Path | None = None) -> tuple[object, dict[str, object]]:
    """What the talk returns and what the market counted meanwhile."""

    async def held() -> tuple[object, dict[str, object]]:
        tally = Tally(report)
        async with opened(SITE, tally) as ports:
            said = await asyncio.wait_for(talk(ports), 10)
        return said, tally.report()

    return asyncio.run(held())


def said(data: bytes, *, http: bool = False) -> tuple[bytes, dict[str, object]]:
    """Everything the market says to these bytes until it hangs up."""

    async def talk(ports: Ports) -> bytes:
        reader, writer = await asyncio.open_connection(LOOPBACK, ports.http if http else ports.socks)
        writer.write(data)
        writer.write_eof()
        answer = b""
        with suppress(ConnectionResetError):
            answer = await reader.read()
        writer.close()
        return answer

    answer, report = served(talk)
    assert isinstance(answer, bytes)
    return answer, report


def wish(host: str, port: int = 80, command: int = 1) -> bytes:
    return b"\x05" + bytes([command]) + b"\x00\x03" + bytes([len(host)]) + host.encode() + struct.pack(">H", port)


def get(path: str, *headers: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: market", *headers, "", ""]).encode()


def test_a_mirror_is_reached_through_socks() -> None:
    answer, report = said(HELLO + wish(mirrors()[0]) + get("/"))
    assert answer.startswith(b"\x05\x00\x05\x00\x00\x01" + bytes(6) + b"HTTP/1.1 200 OK\r\n")
    assert report["requests"] == 1


def test_a_user_name_and_any_password_are_accepted_and_counted_as_a_lane() -> None:
    answer, report = said(HELLO_NAMED + b"\x01\x04lane\x01p" + wish(mirrors()[1]) + get("/rules"))
    assert answer.startswith(b"\x05\x02\x01\x00\x05\x00")
    assert b"200 OK" in answer
    assert report["lanes"] == 1


@pytest.mark.parametrize(
    ("asked", "reply", "leak"),
    [
        (wish("news.example"), UNREACHABLE, "name"),
        (wish("a" * 56 + ".onion"), UNREACHABLE, "name"),
        (wish(mirrors()[0], 443), REFUSED, "port"),
        (wish(mirrors()[0], command=2), NO_SUCH_COMMAND, "command"),
        (wish(mirrors()[0], command=0xF0), NO_SUCH_COMMAND, "command"),
        (b"\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x50", NOT_ALLOWED, "address"),
        (b"\x05\x01\x00\x04" + bytes(15) + b"\x01\x00\x50", NOT_ALLOWED, "address"),
    ],
)
def test_any_other_wish_is_refused_and_counted_as_a_leak(asked: bytes, reply: int, leak: str) -> None:
    answer, report = said(HELLO + asked)
    assert answer == bytes([5, 0, 5, reply, 0, 1]) + bytes(6)
    assert report["leaks"] == {"address": 0, "name": 0, "port": 0, "command": 0} | {leak: 1}
    assert report["wishes"]


def test_an_unknown_kind_of_address_is_refused() -> None:
    answer, _ = said(HELLO + b"\x05\x01\x00\x09")
    assert answer[3] == NO_SUCH_ADDRESS


def test_a_client_that_knows_no_method_of_ours_is_told_so() -> None:
    assert said(b"\x05\x01\x01")[0] == b"\x05\xff"


@given(st.binary(max_size=60))
@settings(max_examples=25)
def test_no_noise_upsets_the_socks_port(noise: bytes) -> None:
    _, report = said(noise)
    assert report["requests"] == 0


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (get("/"), b"200 OK"),
        (get("/listing/none"), b"404 Not Found"),
        (get("/orders"), b"302 Found"),
        (b"POST /login HTTP/1.1\r\nContent-Length: 4\r\n\r\nuser", b"303 See Other"),
        (b"BREW / HTTP/1.1\r\n\r\n", b"400 Bad Request"),
        (b"GET http://x.example/ HTTP/1.1\r\n\r\n", b"400 Bad Request"),
    ],
)
def test_a_request_gets_its_status(request_: bytes, status: bytes) -> None:
    assert said(request_, http=True)[0].startswith(b"HTTP/1.1 " + status)


def test_a_connection_serves_several_requests() -> None:
    answer, report = said(get("/") + get("/rules") + get("/mirrors", "Connection: close") + get("/"), http=True)
    assert answer.count(b"HTTP/1.1 200 OK") == 3
    assert report["requests"] == 3


def test_a_head_request_gets_no_body() -> None:
    answer, _ = said(b"HEAD / HTTP/1.1\r\n\r\n", http=True)
    assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"X" * 200_000,
    ],
)
def test_an_endless_request_is_hung_up_on(request_: bytes) -> None:
    assert said(request_, http=True)[0] == b""


def test_a_trap_is_in_the_report_as_soon_as_it_is_sprung(tmp_path: Path) -> None:
    file = tmp_path / "report.json"

    async def talk(ports: Ports) -> dict[str, int]:
        reader, writer = await asyncio.open_connection(LOOPBACK, ports.http)
        writer.write(get("/logout"))
        await reader.readline()
        writer.close()
        traps: dict[str, int] = json.loads(file.read_text())["traps"]
        return traps

    traps, _ = served(talk, file)
    assert isinstance(traps, dict)
    assert traps["logout"] == 1
    assert sum(traps.values()) == 1


def started(*words: str, under: str = "") -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "headstamp", "practice", "--listings", "60", *words]
    shell = [sys.executable, "-c", f"import subprocess, time; subprocess.Popen({command!r}); time.sleep(60)"]
    return subprocess.Popen(shell if under else command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_the_process_says_where_it_is_and_ends_cleanly(name: signal.Signals, tmp_path: Path) -> None:
    with started("--report", str(tmp_path / "report.json")) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        process.send_signal(name)
        assert process.wait(PATIENCE_S) == 0
    assert told["market"] == "practice"
    assert told["mirrors"] == list(mirrors())
    assert told["socks"].startswith("127.0.0.1:")
    assert json.loads((tmp_path / "report.json").read_text())["requests"] == 0


def test_the_process_ends_with_its_parent() -> None:
    with started(under="a parent") as parent:
        assert parent.stdout is not None
        told = json.loads(parent.stdout.readline())
        os.kill(parent.pid, signal.SIGKILL)
        assert select.select([parent.stdout], [], [], PATIENCE_S)[0], "the pipe closes when the market ends"
        assert parent.stdout.read() == ""
    assert told["market"] == "practice"


@pytest.mark.parametrize("words", [("--listings", "3"), ("--day", "-1"), ("--arms", "2"), ("--port", "70000")])
def test_a_wrong_figure_is_wrong_usage(words: tuple[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "headstamp", "practice", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert words[0] in done.stderr


def test_a_crawl_reads_every_listing_and_steps_into_no_trap(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    with started("--report", str(report)) as process:
        assert process.stdout is not None
        socks = json.loads(process.stdout.readline())["socks"]
        home = {"HEADSTAMP_HOME": str(tmp_path / "home"), "HEADSTAMP_CRAWL_SOCKS": socks}
        words = [sys.executable, "-m", "headstamp", "crawl", "practice", "--json"]
        done = subprocess.run(words, cwd=ROOT, env=os.environ | home, capture_output=True, text=True, check=True)
        process.terminate()
    counted = json.loads(report.read_text())
    assert json.loads(done.stdout)["listings"] == 59, "all but the one without a title"
    assert set(counted["traps"].values()) | set(counted["leaks"].values()) == {0}
    assert counted["lanes"] == 1

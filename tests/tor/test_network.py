"""The private Tor network: what it serves, what it survives, and that it outlives nobody."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crawlers.address import is_onion, onion
from crawlers.practice.network import Network, private_network
from crawlers.practice.network.node import Node
from crawlers.practice.network.reach import reply
from pipeline.errors import TorUnavailableError

ROOT = Path(__file__).parents[2]


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"here")

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_a_local_port_is_reached_at_two_onion_addresses(tor_network: Network, port: int) -> None:
    mirrors = tor_network.publish(port)
    assert all(map(is_onion, mirrors))
    assert [reply(tor_network.socks, mirror, 80, 20) for mirror in mirrors] == [0, 0]


def test_an_onion_service_that_is_not_there_is_not_found(tor_network: Network) -> None:
    nobody = onion(Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    assert reply(tor_network.socks, nobody, 80, 20) == 0xF0


def test_nothing_but_onion_services_can_be_asked_for(tor_network: Network) -> None:
    assert [reply(tor_network.socks, host, 80, 20) for host in ("news.example", "127.0.0.1")] == [2, 2]


def test_no_node_listens_or_connects_beyond_loopback(tor_network: Network) -> None:
    told = "\n".join((node.folder / "torrc").read_text() for node in tor_network.nodes.values())
    assert "TestingTorNetwork 1" in told
    ours = {line for name in tor_network.nodes for line in ends(tor_network.nodes[name].pid)}
    assert ours
    assert {end for end in ours if not end.startswith(("0100007F", "00000000:0000"))} == set()


def ends(pid: int | None) -> Iterator[str]:
    """Both ends of every TCP and UDP socket of a process, as /proc writes them."""
    mine = {str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir() if each.is_symlink()}
    for table in ("tcp", "udp"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if f"socket:[{words[9]}]" in mine:
                yield from words[1:3]


def test_a_network_ends_with_the_process_that_started_it_even_with_a_node_frozen(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys, time\nfrom pathlib import Path\nfrom crawlers.practice.network.node import Node\n"
        "node = Node('one', Path(sys.argv[1]))\nnode.clear()\n"
        "node.tell(['DisableNetwork 1', 'SocksPort 0', f'DataDirectory {node.folder}',\n"
        "  f'ControlSocket {node.folder}/control', 'CookieAuthentication 1'])\n"
        "node.start()\nnode.send(signal.SIGSTOP)\n"
        "time.sleep(0.3)  # all its threads have to stand still\n"
        "print(node.pid, flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    for _ in range(100):
        if not Path(f"/proc/{int(done.stdout)}/exe").exists():
            return
        time.sleep(0.05)
    pytest.fail("the frozen node lives on")


def test_a_missing_tor_says_how_to_install_it_safely(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom crawlers.practice.network import private_network\n"
        "with private_network(Path(sys.argv[1])): pass\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "TorUnavailableError: no program 'tor" in done.stderr
    assert "policy-rc.d that exits 101" in done.stderr


def test_a_node_that_ends_at_once_says_why(tmp_path: Path) -> None:
    node = Node("one", tmp_path)
    node.tell(["DisableNetwork 1", "NoSuchOption 1"])
    with pytest.raises(TorUnavailableError, match="NoSuchOption"):
        node.start()


def test_a_folder_too_long_for_a_socket_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(TorUnavailableError, match="choose a shorter folder"), private_network(tmp_path / ("a" * 90)):
        pass

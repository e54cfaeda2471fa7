"""The network as a whole: it starts in about twelve seconds, serves local ports as onion services, and ends with its block."""

import math
import os
import re
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from crawlers.practice.network import torrc
from crawlers.practice.network.control import Control
from crawlers.practice.network.keys import Authority, authorities
from crawlers.practice.network.node import NAP_S, Node
from crawlers.practice.network.reach import REACHED, reply
from crawlers.practice.network.torrc import DELAY_S, FIRST_INTERVAL_S, Service
from pipeline.errors import TorUnavailableError

AUTHORITIES = 5
"""Four relays are the least that reach an onion service; five did so in every start."""
CLIENT, HOST = "client", "host"
LEADS_S = (1.2, 4.0, 8.0, 12.0)
"""Seconds from the start to the first vote, at the first attempt and, where not all were ready for it, at later ones."""
START_S, PUBLISH_S, CONNECT_S = 90.0, 60.0, 20.0
KEY_ASKED = 0xF4
WHOLE = 100
FIRST_HOP = re.compile(r" BUILT \$[0-9A-F]{40}~(\w+),")
"""Of a circuit with more hops than one: a relay that is asked for the directory is no guard."""
RUNNING = re.compile(r"^s .*\bRunning\b", re.MULTILINE)


class Network:
    """A network that runs: where its client listens, and what can be done to its nodes (`nodes[name]`)."""

    def __init__(self, folder: Path, lines: Sequence[str], nodes: dict[str, Node]) -> None:
        self.folder, self.nodes = folder, nodes
        self.lines = tuple(lines)
        """What the torrc of any further client of this network says."""
        self._services: list[Service] = []
        self._numbers = count(1)

    @property
    def socks(self) -> str:
        """The address of the client's SOCKS port, as the setting `crawl.socks` takes it."""
        return f"unix:{self.nodes[CLIENT].folder / 'socks'}"

    @property
    def control(self) -> str:
        """The address of the client's control socket, as the setting `tor.control` takes it."""
        return f"unix:{self.nodes[CLIENT].folder / 'control'}"

    def publish(self, port: int, *, virtual: int = 80, clients: Sequence[str] = ()) -> tuple[str, str]:
        """Two onion services behind which the local port answers, reachable on return.

        Their keys are made for this network and lie in its folder. `clients` are public x25519 keys in base 32: then
        only who holds one of the private halves gets in.
        """
        names = [f"service{next(self._numbers)}" for _ in range(2)]
        services = [
            Service(folder=self.folder / HOST / "services" / name, port=port, virtual=virtual) for name in names
        ]
        for service in services:
            _admit(service.folder, clients)
        self._services += services
        first, second = self._announced(services)
        for mirror in (first, second):
            self._reached(mirror, virtual, KEY_ASKED if clients else REACHED)
        return first, second

    def guard(self) -> str:
        """The name of the relay behind which the client enters the network."""
        for line in self.nodes[CLIENT].ask("GETINFO circuit-status"):
            found = FIRST_HOP.search(line)
            if found:
                return found[1]
        raise TorUnavailableError("the client has built no circuit yet")

    def kill(self, name: str) -> None:
        """End a node as a crash would."""
        self.nodes[name].end(signal.SIGKILL)

    def start(self, name: str) -> None:
        """Start a node again, with the keys and services it had."""
        self.nodes[name].start()

    def freeze(self, name: str) -> None:
        """Stop a node where it stands; its connections stay open."""
        self.nodes[name].send(signal.SIGSTOP)

    def wake(self, name: str) -> None:
        """Let a frozen node go on."""
        self.nodes[name].send(signal.SIGCONT)

    def mend(self) -> None:
        """Start what is dead, wake what is frozen, and return once client and host are in the network again."""
        for node in self.nodes.values():
            if node.pid is None:
                node.start()
            node.send(signal.SIGCONT)
        self.await_ends()

    def await_ends(self) -> None:
        """Return once client and host have bootstrapped."""
        both = [self.nodes[name] for name in (CLIENT, HOST)]
        _until(
            lambda: all(node.progress() == WHOLE for node in both),
            lambda: _alive(both),
            START_S,
            "client and host do not bootstrap",
        )

    def _announced(self, services: Sequence[Service]) -> list[str]:
        """The addresses of services, once the host has told a relay of each."""
        host = self.nodes[HOST]
        host.tell(self.lines_of(HOST))
        with Control(host.folder) as control:
            control.ask("SETEVENTS HS_DESC")
            host.send(signal.SIGHUP)
            _until(
                lambda: all((one.folder / "hostname").exists() for one in services),
                host.check,
                PUBLISH_S,
                "the host made no keys",
            )
            names = [(one.folder / "hostname").read_text(encoding="ascii").strip() for one in services]
            _uploaded(control, {name.removesuffix(".onion") for name in names})
        return names

    def lines_of(self, name: str) -> list[str]:
        """What the torrc of the client or of the host says now."""
        node = self.nodes[name]
        own = torrc.client(node.folder) if name == CLIENT else torrc.host(self._services)
        return [*self.lines, *torrc.node(node.folder, os.getpid()), *own]

    def _reached(self, mirror: str, port: int, expected: int) -> None:
        def found() -> bool:
            try:
                return reply(self.socks, mirror, port, CONNECT_S) == expected
            except OSError:
                return False

        _until(found, self.nodes[CLIENT].check, PUBLISH_S, f"{mirror} cannot be reached")


@contextmanager
def private_network(folder: Path) -> Iterator[Network]:
    """A private network that lives in `folder` while the block runs; keys found there are used again.

    Each of its nodes knows the others only, and all of them listen and connect on loopback alone. It takes about twelve
    seconds and 120 MB.
    """
    nodes = [Node(f"authority{number}", folder / f"authority{number}") for number in range(AUTHORITIES)]
    others = {name: Node(name, folder / name) for name in (CLIENT, HOST)}
    for node in nodes:
        node.clear(keep="keys")
    for name, node in others.items():
        node.clear(keep="services" if name == HOST else "")
    members = authorities(nodes)
    network = Network(folder, torrc.common([one.line for one in members]), others | {node.name: node for node in nodes})
    try:
        _vote(network, members)
        _join(network)
        yield network
    finally:
        for node in network.nodes.values():
            node.send(signal.SIGTERM)
        for node in network.nodes.values():
            node.end()


def _vote(network: Network, members: Sequence[Authority]) -> None:
    """Start the authorities; return with a consensus of all of them, for less is not mended within five minutes.

    On a busy machine some start too late for the first vote: then all start again, with more time before it.
    """
    for lead_s in LEADS_S:
        _convene(network, members, lead_s)
        if _agreed(members):
            return
        for node, *_ in members:
            node.end()
            node.clear(keep="keys")
    raise TorUnavailableError("the private network: its authorities do not agree; is this machine very busy?")


def _convene(network: Network, members: Sequence[Authority], lead_s: float) -> None:
    valid_after = math.ceil(time.time() + lead_s + 2 * DELAY_S)
    before = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S")
    for node, orport, dirport, _ in members:
        own = torrc.authority(node.name, orport, dirport, valid_after % FIRST_INTERVAL_S)
        node.tell([*network.lines, *torrc.node(node.folder, os.getpid()), *own])
        (node.folder / "state").write_text(torrc.state(before), encoding="ascii")
        node.spawn()
    for node, *_ in members:
        node.own()


def _agreed(members: Sequence[Authority]) -> bool:
    """Whether the first consensus, once it is there, has all of them.

    It is looked for in a file: asking for it would be traffic, by which the relays would weigh one another.
    """
    file = members[0].node.folder / "cached-consensus"
    _until(file.exists, lambda: _alive([node for node, *_ in members]), START_S, "there is no consensus")
    return len(RUNNING.findall(file.read_text(encoding="utf-8"))) == len(members)


def _join(network: Network) -> None:
    """Start client and host, and return once both have bootstrapped."""
    both = [network.nodes[name] for name in (CLIENT, HOST)]
    for node in both:
        node.tell(network.lines_of(node.name))
        node.spawn()
    for node in both:
        node.own()
    network.await_ends()


def _uploaded(control: Control, waited: set[str]) -> None:
    """Return once a relay holds the descriptor of each of these services."""
    end = time.monotonic() + PUBLISH_S
    while waited:
        try:
            words = control.event(max(0.1, end - time.monotonic())).split()
        except TimeoutError:
            raise TorUnavailableError("no relay took the service's descriptor") from None
        if words[:2] == ["HS_DESC", "UPLOADED"]:
            waited.discard(words[2])


def _admit(folder: Path, clients: Sequence[str]) -> None:
    """Make the folder of a service that only these clients may reach."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    allowed = folder / "authorized_clients"
    shutil.rmtree(allowed, ignore_errors=True)
    allowed.mkdir(mode=0o700)
    for number, key in enumerate(clients):
        (allowed / f"client{number}.auth").write_text(f"descriptor:x25519:{key}\n", encoding="ascii")


def _alive(nodes: Sequence[Node]) -> None:
    for node in nodes:
        node.check()


def _until(done: Callable[[], bool], check: Callable[[], None], limit_s: float, otherwise: str) -> None:
    end = time.monotonic() + limit_s
    while not done():
        check()
        if time.monotonic() > end:
            raise TorUnavailableError(f"the private network: {otherwise} within {limit_s:.0f} seconds")
        time.sleep(NAP_S)

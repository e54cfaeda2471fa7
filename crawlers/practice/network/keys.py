"""Ports and keys for the authorities of a private network."""

import random
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from crawlers.daemon.binary import program
from crawlers.practice.network.node import Node
from crawlers.practice.network.torrc import LOOPBACK
from pipeline.errors import TorUnavailableError

PORTS = range(20_000, 32_000)
"""Below those that Linux gives to outgoing connections, which would take one between choice and use."""
MONTHS = 12
FRESH_S = 300 * 86_400
CERTIFICATE, IDENTITY, SIGNING = "authority_certificate", "authority_identity_key", "authority_signing_key"


class Authority(NamedTuple):
    """One authority: its node, its ports, and the line by which the others know it."""

    node: Node
    orport: int
    dirport: int
    line: str


def authorities(nodes: Sequence[Node]) -> list[Authority]:
    """The authorities of a network; keys that their folders hold already are kept."""
    ports = free_ports(2 * len(nodes))
    with ThreadPoolExecutor() as pool:
        prints = list(pool.map(_prints, nodes))
    return [
        Authority(node, orport, dirport, _line(node, orport, dirport, *both))
        for node, orport, dirport, both in zip(nodes, ports[::2], ports[1::2], prints, strict=True)
    ]


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens at."""
    found: list[int] = []
    for port in random.SystemRandom().sample(PORTS, len(PORTS)):
        with socket.socket() as tried:
            if tried.connect_ex((LOOPBACK, port)) and len(found) < count:
                found.append(port)
        if len(found) == count:
            return found
    raise TorUnavailableError("no free ports on loopback (is the interface lo up?)")


def _prints(node: Node) -> tuple[str, str]:
    """The fingerprints of an authority's identity and of its relay."""
    keys = node.folder / "keys"
    certificate = keys / CERTIFICATE
    if not certificate.exists() or certificate.stat().st_mtime < time.time() - FRESH_S:
        shutil.rmtree(keys, ignore_errors=True)
        keys.mkdir(mode=0o700)
        _make(keys)
    identity = re.search(r"^fingerprint ([0-9A-F]{40})$", certificate.read_text(encoding="ascii"), re.MULTILINE)
    relay = re.search(r"([0-9A-F]{40})\s*$", _asked(node).replace(" ", ""))
    if not identity or not relay:
        raise TorUnavailableError(f"node {node.name}: tor made no keys; is {node.folder} full or read-only?")
    return identity[1], relay[1]


def _make(keys: Path) -> None:
    """A new authority's keys. No address goes into the certificate (-a): it would overrule the authority's line."""
    words = [program("tor-gencert"), "--create-identity-key", "--passphrase-fd", "0", "-m", str(MONTHS)]
    files = ["-i", str(keys / IDENTITY), "-s", str(keys / SIGNING), "-c", str(keys / CERTIFICATE)]
    subprocess.run([*words, *files], input=b"practice\n", check=True, capture_output=True)


def _asked(node: Node) -> str:
    """What tor says of a relay's fingerprint. It opens no connection, and its only authority is none."""
    words = ["-f", "/dev/null", "--defaults-torrc", "/dev/null", "--ignore-missing-torrc", "--hush"]
    told = ["--orport", "1", "--datadirectory", str(node.folder), "--nickname", node.name]
    nobody = ["--dirauthority", f"nobody {LOOPBACK}:1 {'f' * 40}"]
    done = subprocess.run(
        [program("tor"), "--list-fingerprint", *told, *nobody, *words], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def _line(node: Node, orport: int, dirport: int, identity: str, relay: str) -> str:
    return f"DirAuthority {node.name} orport={orport} no-v2 v3ident={identity} {LOOPBACK}:{dirport} {relay}"

"""Counts what would have left the machine: in a namespace where every address is local, and answers."""

import socket
import struct
import subprocess
import threading
from collections import Counter
from contextlib import suppress
from ipaddress import ip_address

LURE = "203.0.113.7"
"""What every name resolves to here (TEST-NET-3, which is nobody's)."""
OUTGOING = 4
IPV4, IPV6 = 0x0800, 0x86DD
TCP, UDP, DNS = 6, 17, 53
DOORS = (21, 80, 443, 3128, 8080)
IP_PKTINFO, ALL_PROTOCOLS = 8, 3


def every_address_local() -> None:
    """Let this namespace have no way out, and answer at every address there is."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for version in ("-4", "-6"):
        subprocess.run(["ip", version, "route", "add", "local", "default", "dev", "lo"], check=True)
    # delayed acknowledgements between relays on one machine cost 40 ms a hop
    quick = ["local", "127.0.0.0/8", "dev", "lo", "table", "local", "quickack", "1"]
    subprocess.run(["ip", "route", "replace", *quick], check=True)


class Judge:
    """Packets to or from outside, questions to a resolver, and visitors of the canaries."""

    def __init__(self) -> None:
        self.outside: Counter[str] = Counter()
        self.dns: Counter[str] = Counter()
        self.hits: Counter[str] = Counter()

    def begin(self) -> None:
        """Count from here on, each kind in a thread of its own."""
        tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PROTOCOLS))
        tap.bind(("lo", 0))
        tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
        _thread(self._sniff, tap)
        for version in (socket.AF_INET, socket.AF_INET6):
            _thread(self._resolve, _resolver(version), version)
        for door in DOORS:
            _thread(self._welcome, socket.create_server(("", door), family=socket.AF_INET6, dualstack_ipv6=True))

    def take(self) -> dict[str, list[str]]:
        """What was counted since the last time, and begin anew."""
        counted = {name: list(getattr(self, name).elements()) for name in ("outside", "dns", "hits")}
        for counter in (self.outside, self.dns, self.hits):
            counter.clear()
        return counted

    def _sniff(self, tap: socket.socket) -> None:
        while True:
            frame, address = tap.recvfrom(65_536)
            if address[2] == OUTGOING:  # lo shows each packet twice
                self._see(struct.unpack("!H", frame[12:14])[0], frame[14:])

    def _see(self, kind: int, packet: bytes) -> None:
        if kind == IPV4:
            protocol, ends, rest = packet[9], (packet[12:16], packet[16:20]), packet[(packet[0] & 15) * 4 :]
        elif kind == IPV6:
            protocol, ends, rest = packet[6], (packet[8:24], packet[24:40]), packet[40:]
        else:
            return
        port = int.from_bytes(rest[2:4], "big") if protocol in {TCP, UDP} else 0
        source, target = map(ip_address, ends)
        if port == DNS:
            self.dns[str(target)] += 1
        if not (source.is_loopback and target.is_loopback):
            self.outside[f"{protocol}/{target}:{port}"] += 1

    def _resolve(self, server: socket.socket, version: socket.AddressFamily) -> None:
        while True:
            question, told, _, asker = server.recvmsg(2048, 256)
            self.hits[f"dns {_name(question)}"] += 1
            # answers come from the address that was asked
            here = [(level, kind, data if version == socket.AF_INET6 else _from(data)) for level, kind, data in told]
            server.sendmsg([_answer(question)], here, 0, asker)

    def _welcome(self, door: socket.socket) -> None:
        while True:
            talk, _ = door.accept()
            self.hits[f"http {talk.getsockname()[0]}:{talk.getsockname()[1]}"] += 1
            with talk, suppress(OSError):
                talk.settimeout(1)
                talk.recv(4096)
                talk.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nLEAKED")


def _resolver(version: socket.AddressFamily) -> socket.socket:
    server = socket.socket(version, socket.SOCK_DGRAM)
    if version == socket.AF_INET:
        server.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
    else:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    server.bind(("", DNS))
    return server


def _from(told: bytes) -> bytes:
    return bytes(4) + told[8:12] + bytes(4)


def _name(question: bytes) -> str:
    labels, place = [], 12
    while place < len(question) and question[place]:
        labels.append(question[place + 1 : place + 1 + question[place]].decode("latin-1"))
        place += 1 + question[place]
    return ".".join(labels)


def _answer(question: bytes) -> bytes:
    """The lure's address to whoever asks for one, nothing to what is no question."""
    asked = question[12 : question.find(b"\0", 12) + 5]
    found = asked[-4:-2] == b"\0\1"
    address = b"\xc0\x0c\0\1\0\1\0\0\0\5\0\4" + socket.inet_aton(LURE) if found else b""
    return question[:2] + b"\x81\x80\0\1" + struct.pack("!H", found) + bytes(4) + asked + address


def _thread(work: object, *arguments: object) -> None:
    threading.Thread(target=work, args=arguments, daemon=True).start()  # type: ignore[arg-type]  # any function

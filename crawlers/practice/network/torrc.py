"""What the nodes of a private network are told: nothing that they know lies outside loopback."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crawlers.daemon.torrc import SOCKS_FLAGS, quoted, socket

LOOPBACK = "127.0.0.1"
FIRST_INTERVAL_S, DELAY_S = 5, 2
"""The least that tor takes for the first votes: a vote each five seconds, two to exchange votes, two for signatures."""
LATER_INTERVAL_S, LATER_DELAY_S = 300, 20
"""Long, for a service's descriptor moves to other relays every 24 votes."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """One onion service: its folder, and which local port answers at which of its own."""

    folder: Path
    port: int
    virtual: int


def common(authorities: Sequence[str]) -> list[str]:
    """What every node is told, and any further client of the network."""
    return [
        "TestingTorNetwork 1",
        *authorities,
        "PathsNeededToBuildCircuits 0.25",
        "AvoidDiskWrites 1",
        "NumCPUs 1",
        "ShutdownWaitLength 0",
    ]


def node(folder: Path, owner: int) -> list[str]:
    """Where a node keeps its files and how it is spoken to; it ends with the process `owner`."""
    return [
        f"DataDirectory {quoted(folder)}",
        f"Log {quoted(f'notice file {folder}/notice.log')}",
        f"ControlPort {socket(folder / 'control')}",
        "CookieAuthentication 1",
        f"__OwningControllerProcess {owner}",
    ]


def authority(name: str, orport: int, dirport: int, offset_s: int) -> list[str]:
    """What makes a node an authority and a relay; votes fall on multiples of the interval plus the offset."""
    return [
        f"Nickname {name}",
        f"ContactInfo {name}@network.invalid",
        f"Address {LOOPBACK}",
        f"ORPort {LOOPBACK}:{orport}",
        f"DirPort {LOOPBACK}:{dirport}",
        "SocksPort 0",
        "AssumeReachable 1",
        "ExitRelay 0",
        "ExitPolicy reject *:*",
        "ServerDNSResolvConfFile /dev/null",
        "ServerDNSAllowBrokenConfig 1",
        "ServerDNSDetectHijacking 0",
        "DoSConnectionEnabled 0",
        "DoSCircuitCreationEnabled 0",
        "AuthoritativeDirectory 1",
        "V3AuthoritativeDirectory 1",
        "TestingDirAuthVoteGuard *",
        "TestingDirAuthVoteExit *",
        "TestingDirAuthVoteHSDir *",
        "TestingMinExitFlagThreshold 0",
        f"TestingV3AuthInitialVotingInterval {FIRST_INTERVAL_S}",
        f"TestingV3AuthInitialVoteDelay {DELAY_S}",
        f"TestingV3AuthInitialDistDelay {DELAY_S}",
        f"TestingV3AuthVotingStartOffset {offset_s}",
        f"V3AuthVotingInterval {LATER_INTERVAL_S}",
        f"V3AuthVoteDelay {LATER_DELAY_S}",
        f"V3AuthDistDelay {LATER_DELAY_S}",
    ]


def client(folder: Path) -> list[str]:
    """A client with a SOCKS port like that of `headstamp tor`."""
    return ["ClientOnly 1", f"SocksPort {socket(folder / 'socks', SOCKS_FLAGS)}", "SafeSocks 1"]


def host(services: Sequence[Service]) -> list[str]:
    """A client that no one may use, which announces these services."""
    lines = ["SocksPort 0"]
    for service in services:
        lines += [
            f"HiddenServiceDir {quoted(service.folder)}",
            f"HiddenServicePort {service.virtual} {LOOPBACK}:{service.port}",
        ]
    return lines


def state(end: str) -> str:
    """A state file with a day of equal traffic up to the time `end`.

    A fresh relay reports no bandwidth; once one measures 1 kB/s, paths are made of that one alone and none is found.
    """
    told = [
        f"BWHistory{way}Ends {end}\nBWHistory{way}Interval 86400\n"
        f"BWHistory{way}Values 8640000000\nBWHistory{way}Maxima 100000000\n"
        for way in ("Read", "Write")
    ]
    return "TorVersion Tor 0.4.9\n" + "".join(told)

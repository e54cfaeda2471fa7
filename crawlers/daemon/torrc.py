"""The torrc of a home's own tor: what makes it a client that reaches onion services only, and an operator's further lines."""

import re
from collections.abc import Iterator
from pathlib import Path

from crawlers.daemon.place import Place
from pipeline.errors import SettingsError

SOCKS_FLAGS = "IsolateSOCKSAuth OnionTrafficOnly ExtendedErrors"
"""Each isolation key gets circuits of its own; onion services only; replies that say why a service cannot be reached."""
LINE = re.compile(r"[+/]?(?P<option>\w+)(?:\s+(?P<value>.*))?")
LOOPBACK_AUTHORITY = re.compile(r"127\.0\.0\.1:\d{1,5}(?=\s)")
ADDRESSES = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}:\d+|\[[0-9a-fA-F:]+\]")

ALLOWED = (
    # ways into the network where it is blocked
    *("Bridge", "UseBridges", "ClientTransportPlugin", "ReachableAddresses", "FascistFirewall", "FirewallPorts"),
    *("HTTPSProxy", "HTTPSProxyAuthenticator", "Socks5Proxy", "Socks5ProxyUsername", "Socks5ProxyPassword"),
    *("ClientUseIPv4", "ClientUseIPv6", "OutboundBindAddress", "OutboundBindAddressOR"),
    # which relays, and how traffic is hidden among other traffic
    *("EntryNodes", "ExcludeNodes", "StrictNodes", "GeoIPFile", "GeoIPv6File", "ConnectionPadding", "CircuitPadding"),
    # patience and room
    *("CircuitBuildTimeout", "LearnCircuitBuildTimeout", "SocksTimeout", "MaxCircuitDirtiness", "KeepalivePeriod"),
    *("BandwidthRate", "BandwidthBurst", "MaxMemInQueues", "NumCPUs", "Sandbox", "AvoidDiskWrites", "DisableNetwork"),
    # a private network for tests
    *("TestingTorNetwork", "DirAuthority", "PathsNeededToBuildCircuits", "ShutdownWaitLength"),
)
"""All that an operator may add. tor takes any unambiguous beginning of an option's name, so a list of what is forbidden
would have holes; names are told apart by case nowhere."""


def lines(place: Place, further: str = "") -> list[str]:
    """What the torrc says, with an operator's file of further lines at its end."""
    return [
        "ClientOnly 1",
        f"SocksPort {socket(place.socks, SOCKS_FLAGS)}",
        "SafeSocks 1",
        f"ControlPort {socket(place.control)}",
        "CookieAuthentication 1",
        f"CookieAuthFile {quoted(place.data / 'control_auth_cookie')}",
        f"DataDirectory {quoted(place.data)}",
        f"ClientOnionAuthDir {quoted(place.keys)}",
        f"Log {quoted(f'notice file {place.log}')}",
        "TruncateLogFile 1",
        f"PidFile {quoted(place.pid)}",
        "AvoidDiskWrites 1",
        *(allowed(Path(further).expanduser()) if further else ()),
    ]


def allowed(file: Path) -> list[str]:
    """The lines of an operator's file; a `SettingsError` at the first that could weaken the rest."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"tor.torrc: {file} cannot be read ({error.strerror}); correct the setting") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"tor.torrc: {file} is no text ({error}); name a file of torrc lines") from error
    found = [(number, line.strip()) for number, line in enumerate(text.split("\n"), 1)]
    kept = [(number, line) for number, line in found if line and not line.startswith("#")]
    for number, line in kept:
        for fault in _faults(line):
            raise SettingsError(f"tor.torrc: {file}, line {number}: {fault}")
    return [line for _, line in kept]


def _faults(line: str) -> Iterator[str]:
    said = LINE.fullmatch(line)
    option = said["option"] if said else line.split(maxsplit=1)[0]
    if line.endswith("\\") or not line.isprintable():
        yield f"'{option}': a line goes over one line, in printable letters"
    if not said or option.lower() not in {name.lower() for name in ALLOWED}:
        yield f"'{option}' is not among the options that may be added (docs/tor.md lists them)"
    if option.lower() == "dirauthority" and not _on_loopback(line):
        yield "a DirAuthority of one's own is for a private network on 127.0.0.1 only"


def _on_loopback(line: str) -> bool:
    """Whether every address that an authority's line names is one of loopback."""
    return bool(LOOPBACK_AUTHORITY.search(line)) and all(
        found.startswith("127.0.0.1:") for found in ADDRESSES.findall(line)
    )


def socket(path: Path, flags: str = "") -> str:
    """A port at a socket's path; `ControlSocket` would take no path with a space."""
    return quoted(f"unix:{quoted(path)} {flags}".rstrip())


def quoted(value: object) -> str:
    """A value as tor reads it whatever letters it has: "#" would begin a comment."""
    text = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"'

"""The process of a home's own tor: it outlives the command that starts it, and only that process is ever ended."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import msgspec

from crawlers.daemon.binary import program
from crawlers.daemon.place import Place
from crawlers.daemon.torrc import lines
from pipeline.errors import SettingsError, TorUnavailableError
from pipeline.settings import Tor

READY_S, STOP_S, NAP_S = 20.0, 10.0, 0.05


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """One process, which no later one with the same number is taken for."""

    pid: int
    began: int
    """When it began, in the kernel's ticks since the machine did."""


def running(place: Place) -> Process | None:
    """The home's own tor, if it runs."""
    try:
        noted = msgspec.json.decode(place.process.read_bytes(), type=Process)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return noted if _began(noted.pid) == noted.began else None


def start(place: Place, tor: Tor) -> Process:
    """The home's own tor, started and ready to be asked; it has yet to find its way into the network."""
    place.make()
    place.torrc.write_text("".join(f"{line}\n" for line in lines(place, tor.torrc)), encoding="utf-8")
    words = [program(tor.binary), "-f", str(place.torrc), "--defaults-torrc", "/dev/null", "--ignore-missing-torrc"]
    _verify(words)
    for path in (place.control, place.pid):
        path.unlink(missing_ok=True)
    done = subprocess.run(
        [*words, "--hush", "--RunAsDaemon", "1"], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    end = time.monotonic() + READY_S
    while done.returncode or not (pid := _noted(place)) or not place.control.is_socket():
        if done.returncode or time.monotonic() > end:
            raise TorUnavailableError(
                f"tor did not start: {last_warning(place.log) or 'it says nothing'} ({place.log})"
            )
        time.sleep(NAP_S)
    process = Process(pid=pid, began=_began(pid))
    place.process.write_bytes(msgspec.json.encode(process))
    return process


def stop(place: Place, process: Process) -> None:
    """End this very process, and return once it is gone."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if _began(process.pid) == process.began:
            with suppress(ProcessLookupError):
                os.kill(process.pid, number)
                os.kill(process.pid, signal.SIGCONT)
        end = time.monotonic() + STOP_S
        while _began(process.pid) == process.began and time.monotonic() < end:
            time.sleep(NAP_S)
    for path in (place.process, place.pid, place.control, place.socks):
        path.unlink(missing_ok=True)


def last_warning(log: Path) -> str:
    """The last warning or error in a log of tor's, without its time; "" where there is none but about the user root."""
    with suppress(FileNotFoundError):
        for line in reversed(log.read_text(encoding="utf-8", errors="replace").splitlines()):
            for mark in ("[warn] ", "[err] "):
                if mark in line and "running Tor as root" not in line:
                    return line.partition(mark)[2]
    return ""


def _verify(words: list[str]) -> None:
    """Have tor read its torrc without starting; a `SettingsError` with what it says where it does not take it."""
    done = subprocess.run([*words, "--verify-config"], capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stdout.splitlines() if "[warn]" in line or "[err]" in line]
        raise SettingsError(f"tor does not take the torrc: {' | '.join(said[-2:]) or done.stderr.strip()}")


def _noted(place: Place) -> int:
    """The number that tor wrote down; 0 while the file is not there, or not written to its end."""
    with suppress(FileNotFoundError):
        text = place.pid.read_text(encoding="ascii")
        return int(text) if text.endswith("\n") else 0
    return 0


def _began(pid: int) -> int:
    """When a process began; -1 where there is none, or it is only left to be buried."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return -1
    return -1 if words[0] == "Z" else int(words[19])

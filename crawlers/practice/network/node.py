"""One tor of a private network: a process that can be started, killed, frozen and asked."""

import re
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from crawlers.daemon.binary import program
from crawlers.practice.network.control import Control
from pipeline.errors import TorUnavailableError

READY_S, STOP_S, NAP_S = 20.0, 10.0, 0.05
LONGEST_PATH = 100
"""Linux takes 107 octets for the path of a unix socket."""


class Node:
    """A tor with a folder of its own. It ends with this process, even where that is killed: its control talk owns it."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self._process: subprocess.Popen[bytes] | None = None
        self._control: Control | None = None
        if len(str(folder / "control")) > LONGEST_PATH:
            raise TorUnavailableError(f"{folder}: too long for the path of a socket; choose a shorter folder")

    def clear(self, *, keep: str = "") -> None:
        """An empty folder of the node's own, but for what `keep` names."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)  # or tor refuses to put its control socket there
        for path in self.folder.iterdir():
            if path.name != keep:
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def tell(self, lines: Sequence[str]) -> None:
        """Write what it reads when it starts, and at SIGHUP."""
        (self.folder / "torrc").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def spawn(self) -> None:
        """Start it; it may not answer yet.

        Its process group is its own, so that the kernel wakes a frozen node whose parent has ended.
        """
        for stale in ("control", "control_auth_cookie"):
            (self.folder / stale).unlink(missing_ok=True)
        torrc = str(self.folder / "torrc")
        with (self.folder / "said").open("ab") as said:
            self._process = subprocess.Popen(
                [program("tor"), "-f", torrc, "--defaults-torrc", "/dev/null", "--ignore-missing-torrc", "--hush"],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                process_group=0,
            )

    def own(self) -> None:
        """Return once it answers; from now on it ends with this process."""
        end = time.monotonic() + READY_S
        while self._control is None:
            self.check()
            with suppress(OSError):
                self._control = Control(self.folder)
            if time.monotonic() > end:
                raise TorUnavailableError(f"node {self.name} does not answer; {self.folder / 'notice.log'} says why")
            time.sleep(NAP_S)
        self._control.ask("TAKEOWNERSHIP")

    def start(self) -> None:
        """Start it and return once it answers."""
        self.spawn()
        self.own()

    def check(self) -> None:
        """Return if it lives; a `TorUnavailableError` with its last words if it does not."""
        status = self._process.poll() if self._process else 0
        if status is not None:
            raise TorUnavailableError(f"node {self.name} ended with status {status}: {self._last_words()}")

    def ask(self, command: str) -> list[str]:
        """What it answers to a command of the control protocol."""
        if self._control is None:
            raise TorUnavailableError(f"node {self.name} is not running")
        return self._control.ask(command)

    def progress(self) -> int:
        """How far it has bootstrapped, in percent."""
        found = re.search(r"PROGRESS=(\d+)", self.ask("GETINFO status/bootstrap-phase")[0])
        return int(found[1]) if found else 0

    def send(self, number: signal.Signals) -> None:
        """Send it a signal: SIGSTOP freezes it, SIGCONT wakes it, SIGHUP has it read its torrc again."""
        if self._process:
            self._process.send_signal(number)

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it, with SIGKILL as hard as a crash, and return once it is gone."""
        process, control = self._process, self._control
        self._process = self._control = None
        if control:
            control.close()
        if process is None:
            return
        process.send_signal(number)
        process.send_signal(signal.SIGCONT)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    @property
    def pid(self) -> int | None:
        """The number of its process; None while it is down."""
        return self._process.pid if self._process else None

    def _last_words(self) -> str:
        said = (self.folder / "said").read_text(encoding="utf-8", errors="replace")
        with suppress(OSError):
            said += (self.folder / "notice.log").read_text(encoding="utf-8", errors="replace")
        return " | ".join(said.splitlines()[-3:]) or "nothing"

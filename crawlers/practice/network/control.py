"""A line to the control socket of a node, which ends with the process that holds it."""

import socket
from pathlib import Path
from typing import Self

from pipeline.errors import TorUnavailableError

ANSWER_S = 10.0
OK, EVENT = "250", "650"


class Control:
    """A talk with one tor over its control socket (control-spec, version 1)."""

    def __init__(self, folder: Path) -> None:
        """An authenticated talk with the tor whose sockets and cookie are in this folder."""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(ANSWER_S)
        try:
            self._socket.connect(str(folder / "control"))
            self._stream = self._socket.makefile("rb")
            self.ask(f"AUTHENTICATE {(folder / 'control_auth_cookie').read_bytes().hex()}")
        except BaseException:
            self._socket.close()
            raise

    def ask(self, command: str) -> list[str]:
        """The lines of tor's answer, without their status; events that come in between are dropped."""
        self._socket.sendall(f"{command}\r\n".encode())
        while (lines := self._reply())[0].startswith(EVENT):
            pass
        if not lines[0].startswith(OK):
            raise TorUnavailableError(f"tor's control port answers '{lines[-1]}' to {command.split(maxsplit=1)[0]}")
        return [line[4:] if line[:3] == OK else line for line in lines]

    def event(self, timeout_s: float) -> str:
        """The next event that was asked for with SETEVENTS; a `TimeoutError` where none comes."""
        self._socket.settimeout(timeout_s)
        try:
            return self._reply()[0][4:]
        finally:
            self._socket.settimeout(ANSWER_S)

    def close(self) -> None:
        """End the talk; a tor that is owned by it ends too."""
        self._stream.close()
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _reply(self) -> list[str]:
        """One whole reply: its lines, those of a data block included."""
        lines = [self._line()]
        while lines[-1][3:4] != " ":
            if lines[-1][3:4] == "+":
                while (line := self._line()) != ".":
                    lines.append(line)
                lines.append(self._line())
            else:
                lines.append(self._line())
        return lines

    def _line(self) -> str:
        line = self._stream.readline()
        if not line:
            raise ConnectionError("tor closed its control socket")
        return line.decode("utf-8", "replace").rstrip("\r\n")

"""The one door to stem: what a running tor says of itself at its control port."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from crawlers.route.socks import port
from pipeline.errors import TorUnavailableError

if TYPE_CHECKING:
    from stem.control import Controller

ANSWER_S = 10.0
"""Seconds after which a tor that does not answer is taken for dead."""
TO_SERVICES = "HS_CLIENT_REND"
"""The purpose of a circuit over which pages of an onion service come."""
Failed = Callable[[str, str], None]


class Phase(NamedTuple):
    """How far a tor has come into the network."""

    percent: int
    tag: str
    summary: str


class Talk:
    """Questions to a tor; each is answered within `ANSWER_S` seconds, or a `TorUnavailableError`."""

    def __init__(self, controller: "Controller") -> None:
        self._controller = controller

    def version(self) -> str:
        """The version of this tor."""
        return self._asked("version").split()[0]

    def pid(self) -> int:
        """The number of its process."""
        return int(self._asked("process/pid"))

    def uptime_s(self) -> int:
        """Seconds since it started."""
        return int(self._asked("uptime"))

    def phase(self) -> Phase:
        """How far it has bootstrapped."""
        words = self._asked("status/bootstrap-phase")
        found = dict(word.split("=", 1) for word in words.partition(" SUMMARY=")[0].split() if "=" in word)
        summary = words.partition(" SUMMARY=")[2].split('"')[1:2]
        return Phase(int(found.get("PROGRESS", 0)), found.get("TAG", ""), (summary or [""])[0])

    def circuits(self) -> dict[str, int]:
        """How many circuits to onion services each isolation key's market has; "" for those of others."""
        with _minding():
            found = self._controller.get_circuits()
        ours = [(one.socks_password or "").partition(".")[0] for one in found if one.purpose == TO_SERVICES]
        return dict(sorted(Counter(ours).items()))

    def admit(self, service: str, key: str) -> None:
        """Give it the private x25519 key (base 64) by which a service lets us in; it keeps it until it ends."""
        with _minding():
            answer = self._controller.msg(f"ONION_CLIENT_AUTH_ADD {service} x25519:{key}")
        if not answer.is_ok():
            raise TorUnavailableError(f"tor takes no client authorisation key for {service}.onion: {answer}")

    def on_failure(self, failed: Failed) -> None:
        """Call `failed` with address and reason, on a thread of its own, whenever a descriptor cannot be fetched."""

        def told(event: Any) -> None:  # Any: stem has no types
            if event.action == "FAILED":
                failed(f"{event.address}.onion", event.reason or "UNKNOWN")

        with _minding():
            self._controller.add_event_listener(told, "HS_DESC")

    def _asked(self, what: str) -> str:
        with _minding():
            answer: str = self._controller.get_info(what)
        return answer


@contextmanager
def talk(address: str, *, lasting: bool = False) -> Iterator[Talk]:
    """A talk with the tor whose control port is at this address; a `TorUnavailableError` where there is none.

    A lasting one may be silent for as long as nothing happens, for it waits for events.
    """
    with _minding(address):
        line = _line(address)
        controller = _controller(line)
    with closing(controller):
        with _minding(address):
            controller.authenticate(protocolinfo_response=controller.get_protocolinfo())
        if lasting:
            line._socket.settimeout(None)  # noqa: SLF001  # stem has no word for it
        yield Talk(controller)


def _controller(line: Any) -> "Controller":
    from stem.control import Controller  # noqa: PLC0415  # costs 0.2 s, which most commands need not pay

    class Watcher(Controller):  # type: ignore[misc]  # stem has no types
        def is_localhost(self) -> bool:
            return False  # else stem owns a tor that this process has started, which then ends with the talk

    return Watcher(line)


def _line(address: str) -> Any:  # Any: stem has no types
    from stem.socket import ControlPort, ControlSocketFile  # noqa: PLC0415  # as above

    logging.getLogger("stem").setLevel(logging.WARNING)  # the import sets the least, at which cookies and keys are told

    class Port(ControlPort):  # type: ignore[misc]  # stem has no types
        def _make_socket(self) -> Any:
            return _bounded(super()._make_socket())

    class File(ControlSocketFile):  # type: ignore[misc]  # as above
        def _make_socket(self) -> Any:
            return _bounded(super()._make_socket())

    host, number = port(address, "tor.control")
    return Port(host, number) if number else File(host)


def _bounded(made: Any) -> Any:
    made.settimeout(ANSWER_S)
    return made


@contextmanager
def _minding(address: str = "") -> Iterator[None]:
    import stem  # noqa: PLC0415  # as above
    from stem.connection import AuthenticationFailure  # noqa: PLC0415  # as above

    try:
        yield
    except AuthenticationFailure as error:
        raise TorUnavailableError(
            f"tor's control port {address} lets us in neither without authentication nor with its cookie; "
            "let this user read the cookie (CookieAuthFileGroupReadable 1), or clear tor.control"
        ) from error
    except (stem.ControllerError, ValueError) as error:
        where = f"port {address} does" if address else "port did"
        raise TorUnavailableError(f"tor's control {where} not answer: {error}") from error

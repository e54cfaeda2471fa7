"""How the tor that crawls go through is."""

from collections.abc import Mapping

import msgspec

from crawlers.daemon import process
from crawlers.daemon.controller import Talk, talk
from crawlers.daemon.place import control, own
from crawlers.daemon.watch import Failures, failures
from pipeline.errors import TorUnavailableError
from pipeline.settings import Settings

WHOLE = 100


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a tor; where it has no control port, little."""

    whose: str
    """`home`: the home's own; `settings`: one that the settings name."""
    running: bool
    socks: str
    control: str
    detail: str = ""
    """Why nothing more is known."""
    pid: int | None = None
    version: str = ""
    uptime_s: int = 0
    bootstrap: int = 0
    """How far it has come into the network, in percent."""
    phase: str = ""
    circuits: Mapping[str, int] = msgspec.field(default_factory=dict)
    """Circuits to onion services by market; "" counts those of others."""
    descriptor_failures: Mapping[str, Failures] = msgspec.field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """Whether it runs and is in the network."""
        return self.running and self.bootstrap == WHOLE


def status(settings: Settings) -> Status:
    """How the tor of these settings is now."""
    place, address = own(settings), control(settings)
    ours = process.running(place)
    blank = Status(
        whose="settings" if settings.tor.control else "home",
        running=bool(ours),
        socks=settings.socks,
        control=address,
        pid=ours.pid if ours else None,
        descriptor_failures=failures(place),
    )
    if not address:
        return msgspec.structs.replace(blank, detail="no control port: start the home's own tor, or set tor.control")
    try:
        with talk(address) as found:
            return _asked(found, blank)
    except TorUnavailableError as error:
        return msgspec.structs.replace(blank, detail=str(error))


def _asked(found: Talk, blank: Status) -> Status:
    phase = found.phase()
    return msgspec.structs.replace(
        blank,
        running=True,
        pid=found.pid(),
        version=found.version(),
        uptime_s=found.uptime_s(),
        bootstrap=phase.percent,
        phase=f"{phase.tag}: {phase.summary}",
        circuits=found.circuits(),
    )

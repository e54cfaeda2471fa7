"""`headstamp tor`: start, stop and look at the tor that crawls go through."""

import argparse
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from pipeline.deployment import Deployment
from pipeline.errors import SettingsError, TorUnavailableError
from pipeline.settings import Settings
from pipeline.sqlite import lock
from pipeline.terminal import progress, show_facts, show_json

WAIT_S, MOST_WAIT_S, NAP_S = 120, 3600, 0.2


def tor_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp tor`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    begin = actions.add_parser("start", help="start the home's own tor and wait until it is in the network")
    begin.add_argument(
        "--wait",
        type=int,
        default=WAIT_S,
        metavar="SECONDS",
        help=f"how long to wait (default: {WAIT_S}; 0: not at all)",
    )
    actions.add_parser("stop", help="end the home's own tor")
    show = actions.add_parser("status", help="say how tor is; exit status 1 where it is not in the network")
    show.add_argument("--json", action="store_true", help="print the facts as JSON")


def tor(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Do one of the three."""
    settings = deployment.settings
    match arguments.action:
        case "start":
            return start(settings, arguments.wait)
        case "stop":
            return stop(settings)
        case _:
            return status(settings, as_json=arguments.json)


def start(settings: Settings, wait_s: int) -> int:
    """Start the home's own tor, unless it runs already, and wait until it is in the network."""
    from crawlers.daemon import process  # noqa: PLC0415  # `--help` needs none of it
    from crawlers.daemon.place import own  # noqa: PLC0415

    _refuse_another(settings)
    if not 0 <= wait_s <= MOST_WAIT_S:
        raise SettingsError(f"--wait: {wait_s} is not between 0 and {MOST_WAIT_S}")
    place = own(settings)
    with _changing(settings):
        before = process.running(place)
        running = before or process.start(place, settings.tor)
    facts = {
        "tor": f"{'runs already' if before else 'started'} as process {running.pid}",
        "socks": f"unix:{place.socks}",
    }
    show_facts(facts)
    with progress("tor", total=100) as moved:
        _await(settings, wait_s, moved)
    return 0


def stop(settings: Settings) -> int:
    """End the home's own tor."""
    from crawlers.daemon import process  # noqa: PLC0415  # as above
    from crawlers.daemon.place import own  # noqa: PLC0415

    place = own(settings)
    with _changing(settings):
        running = process.running(place)
        if running:
            process.stop(place, running)
    show_facts({"tor": f"process {running.pid} has ended" if running else "the home's own tor does not run"})
    return 0


def status(settings: Settings, *, as_json: bool) -> int:
    """Show how tor is; 1 where it is not in the network."""
    from crawlers.daemon.status import status as found  # noqa: PLC0415  # as above

    told = found(settings)
    if as_json:
        show_json(told)
        return int(not told.ready)
    facts: dict[str, object] = {
        "tor": f"{'runs' if told.running else 'does not run'} ({_WHOSE[told.whose]})",
        "socks": told.socks,
        "control": told.control or "none",
    }
    if told.detail:
        facts["detail"] = told.detail
    if told.version:
        facts |= {"process": told.pid, "version": told.version, "uptime": f"{told.uptime_s} s"}
        facts |= {"bootstrap": f"{told.bootstrap} % ({told.phase})"}
    for market, number in told.circuits.items():
        facts[f"circuits of {market or 'others'}"] = number
    for onion, failed in told.descriptor_failures.items():
        facts[onion] = (
            f"descriptor not fetched {failed.count} times, last {failed.last:%Y-%m-%d %H:%M}: {failed.reason}"
        )
    show_facts(facts)
    return int(not told.ready)


_WHOSE = {"home": "the home's own", "settings": "named by tor.control"}


def _refuse_another(settings: Settings) -> None:
    for name, value in (("tor.control", settings.tor.control), ("crawl.socks", settings.crawl.socks)):
        if value:
            raise SettingsError(f"{name}: names another tor ({value}); clear it so that the home's own is used")


def _changing(settings: Settings) -> AbstractContextManager[None]:
    return lock(settings.root / "locks" / "tor.lock", "`headstamp tor`")


def _await(settings: Settings, wait_s: int, moved: Callable[[int], None]) -> None:
    """Return once tor is in the network; a `TorUnavailableError` that names where it is stuck."""
    from crawlers.daemon.controller import talk  # noqa: PLC0415  # as above
    from crawlers.daemon.place import control, own  # noqa: PLC0415
    from crawlers.daemon.process import last_warning  # noqa: PLC0415

    if not wait_s:
        return
    end, shown = time.monotonic() + wait_s, 0
    with talk(control(settings)) as found:
        while (phase := found.phase()).percent < 100:  # noqa: PLR2004
            if time.monotonic() > end:
                said = last_warning(own(settings).log)
                raise TorUnavailableError(
                    f"tor is at {phase.percent} % after {wait_s} seconds ({phase.tag}: {phase.summary})"
                    f"{f'; it says: {said}' if said else ''}; it goes on trying: "
                    "`headstamp tor status` shows how far it is, `headstamp tor stop` ends it"
                )
            moved(phase.percent - shown)
            shown = phase.percent
            time.sleep(NAP_S)
        moved(phase.percent - shown)

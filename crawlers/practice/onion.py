"""The practice market as two real onion services, in a private Tor network of its own."""

import asyncio
import json
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from crawlers.authority.register import SHIPPED
from crawlers.practice.network import private_network
from crawlers.practice.pages import Pages
from crawlers.practice.server import LOOPBACK, NAME, Conversation, browsing, ended, stopped, told
from crawlers.practice.site import Site
from crawlers.practice.tally import Tally
from pipeline.errors import SettingsError

MADE = "# Made by `headstamp practice --tor`; the addresses are gone when it ends.\n"
PREFIX = "headstamp-tor-"
"""A folder of the system's for temporary files, because a home's path may be too long for a socket."""


def serve_onions(
    pages: Pages, tally: Tally, *, gated: int, profiles: Path | None, parent: int, ready: Callable[[str], None]
) -> None:
    """Serve until SIGTERM, SIGINT or the end of the parent process; the network ends with this process."""
    with (
        TemporaryDirectory(prefix=PREFIX) as folder,
        private_network(Path(folder)) as network,
        socket.create_server((LOOPBACK, 0)) as http,
    ):
        port = http.getsockname()[1]
        site = Site(pages, network.publish(port), gated)
        more = {"authorities": str(write_profile(profiles, site.mirrors))} if profiles else {}
        line = told(site, network.socks, port, control=network.control, **more)
        asyncio.run(_serve(http, browsing(site, tally), parent, lambda: ready(line)))
    tally.write()


async def _serve(http: socket.socket, talk: Conversation, parent: int, ready: Callable[[], None]) -> None:
    stop = stopped()
    async with await asyncio.start_server(talk, sock=http):
        ready()
        await ended(stop, parent)


def write_profile(folder: Path, mirrors: Sequence[str]) -> Path:
    """Write the shipped profile with other mirrors, which someone else's profile is left alone for; the file of the authority that covers them."""
    file = folder / f"{NAME}.yaml"
    if file.exists() and not file.read_text(encoding="utf-8", errors="replace").startswith(MADE):
        raise SettingsError(f"--profiles: {file} was not made here; name another folder")
    authorities = folder / "authority" / "authorities.yaml"
    authorities.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{MADE}extends: {NAME}\nmirrors: {json.dumps(list(mirrors))}\n", encoding="utf-8")
    authorities.write_text(MADE + yaml.safe_dump(_covering(mirrors), sort_keys=False), encoding="utf-8")
    return authorities


def _covering(mirrors: Sequence[str]) -> object:
    """The shipped authority, for these mirrors."""
    return [record | {"mirrors": list(mirrors)} for record in yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))]

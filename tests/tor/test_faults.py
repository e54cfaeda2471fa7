"""What a crawl through tor lives through without losing a page."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from crawlers.practice.network import Network
from tests.tor.conftest import LISTINGS
from tests.tor.tiny import Origin, crawl, write_profile

Fault = Callable[[Network, Origin], None]


def reload(network: Network, _: Origin) -> None:
    network.nodes["client"].send(signal.SIGHUP)


def new_circuits(network: Network, _: Origin) -> None:
    network.nodes["client"].ask("SIGNAL NEWNYM")


def stop_tor(network: Network, _: Origin) -> None:
    network.freeze("client")
    time.sleep(4)
    network.wake("client")


def kill_tor(network: Network, _: Origin) -> None:
    network.kill("client")
    time.sleep(2)
    network.start("client")


def kill_guard(network: Network, _: Origin) -> None:
    guard = network.guard()
    network.kill(guard)
    time.sleep(3)
    network.start(guard)


def kill_service(network: Network, _: Origin) -> None:
    network.kill("host")
    time.sleep(4)
    network.start("host")


def freeze_service(network: Network, _: Origin) -> None:
    network.freeze("host")
    time.sleep(8)
    network.wake("host")


def origin_down(_: Network, origin: Origin) -> None:
    origin.leave()
    time.sleep(4)
    origin.come_back()


FAULTS = {
    "tor reads its torrc again": reload,
    "tor takes new circuits": new_circuits,
    "tor stands still for 4 s": stop_tor,
    "tor is killed and comes back": kill_tor,
    "the guard relay is killed": kill_guard,
    "the service is killed for 4 s": kill_service,
    "the service stands still for 8 s": freeze_service,
    "the web server is down for 4 s": origin_down,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FAULTS)
def test_no_page_is_lost_when(
    name: str, tor_network: Network, origin: Origin, mirrors: tuple[str, str], tmp_path: Path
) -> None:
    write_profile(tmp_path, mirrors)
    with crawl(tmp_path, CRAWL_SOCKS=tor_network.socks) as crawling:
        crawling.await_pages(origin, LISTINGS // 4)
        FAULTS[name](tor_network, origin)
        said = crawling.ended(reached=False)
    listings = said["listings"]
    if said["unreachable"]:  # tor may take longer than a crawl waits for it: the next visit goes on
        with crawl(tmp_path, CRAWL_SOCKS=tor_network.socks) as crawling:
            said = crawling.ended()
        listings += said["listings"]
    assert (listings, said["waiting"], said["rejected"]) == (LISTINGS, 0, {})
    assert len(set(origin.asked)) == LISTINGS + 1

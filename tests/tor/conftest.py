"""The tiny market behind the private network."""

from collections.abc import Iterator

import pytest

from crawlers.practice.network import Network
from tests.tor.tiny import Origin

LISTINGS = 30


@pytest.fixture(scope="session")
def _tiny(_network: Network) -> Iterator[tuple[Origin, tuple[str, str]]]:
    with Origin(LISTINGS) as server:
        yield server, _network.publish(server.server_address[1])
        server.shutdown()


@pytest.fixture
def origin(_tiny: tuple[Origin, tuple[str, str]]) -> Origin:
    """The tiny market's web server, with nothing asked of it yet."""
    server, _ = _tiny
    server.asked.clear()
    return server


@pytest.fixture
def mirrors(_tiny: tuple[Origin, tuple[str, str]]) -> tuple[str, str]:
    """The onion addresses of the tiny market."""
    return _tiny[1]

"""What every test may ask for."""

import os
import signal
from collections.abc import Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

from crawlers.daemon.binary import program
from crawlers.practice.network import Network, private_network
from pipeline.errors import TorUnavailableError
from pipeline.settings import Settings

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that starts the tests in the background lets them ignore Ctrl-C, and with them all that they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)

LONGEST = (
    *("test_journey", "test_index", "test_faults", "test_elastic_servers", "test_chaos_servers", "test_kafka_outage"),
    *("test_compose_services", "test_leaks", "test_reproduce", "test_growing_up", "test_forward_kafka"),
    *("test_kafka_journey", "test_parity", "test_image", "test_broker", "test_copy_kafka", "test_kafka_security"),
    *("test_practice_tor", "test_demo_tor", "test_kafka_broker", "test_daemon", "test_network"),
)
"""Files of tests that take longest, in this order: one that came last would keep all but one worker waiting."""

SHARED = Path(__file__).parents[2] / "shared"

os.environ.setdefault("HEADSTAMP_ASSESS_SCREEN", "on")
"""Commands that tests start read most listings with the linear models alone: the encoder has tests of its own."""

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
"""There is a worker a core: two that compute with as many threads as there are cores wait for each other, at full speed."""

for _variable in ("ES_JAVA_OPTS", "JAVA_TOOL_OPTIONS"):  # Elasticsearch's scripts read the one, all else the other
    os.environ.setdefault(_variable, "-XX:TieredStopAtLevel=1")
"""Servers that tests start live for a minute: Java's second compiler would take half of their time and give none back."""

hypothesis.settings.register_profile("slow", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("slow")
"""A slow machine is no fault of what is tested."""


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The research data beside the project, which is never committed."""
    if not (SHARED / "data").is_dir():
        pytest.skip("../shared/data is absent: tests on the research data do not run")
    return SHARED / "data"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The default settings in a home of the test's own."""
    return Settings(home=str(tmp_path / "home"))


@pytest.fixture(scope="session")
def _network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """The one private Tor network of a test run, up when the first test asks for it."""
    need_tor()
    with private_network(tmp_path_factory.mktemp("tor")) as network:
        yield network


def need_tor() -> None:
    """Skip where tor is not installed; in CI, fail."""
    try:
        program("tor-gencert")
        program("tor")
    except TorUnavailableError as error:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(error))


@pytest.fixture
def tor_network(_network: Network) -> Iterator[Network]:
    """The private Tor network, whole again after a test that broke it."""
    yield _network
    _network.mend()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that goes through the private network, and begin with the files that take long."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(LONGEST)))
    for item in items:
        if "_network" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.tor)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a test that is skipped for a missing system part has failed; only absent research data and servers excuse it."""
    report = yield
    excused = "../shared" in str(report.longrepr) or "HEADSTAMP_TEST_" in str(report.longrepr)
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail") and not excused:
        report.outcome = "failed"
        report.longrepr = f"CI must run this: {report.longrepr}"
    return report

"""The compose file of the distributed deployment: what it promises, without a Docker engine."""

import importlib.metadata
import json
import re
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

import headstamp
from crawlers.daemon.binary import program
from pipeline.settings import load
from tests.compose_file import ROOT, SCHEMA, composed, credentials, faults, ours
from tests.conftest import need_tor
from tests.leak.rooms import room

DOCUMENT = composed()
SERVICES: dict[str, Any] = DOCUMENT["services"]
OURS = ours(SERVICES)
STAGES = ("forward", "assess", "index", "settle", "console")
WAY_OUT = {"out": {"tor"}, "front": {"door"}}
"""The networks that are not internal, and who is on them."""


def checked(document: dict[str, Any]) -> list[str]:
    """Where the file breaks the schema, which is older than the name of a project."""
    schema = json.loads(SCHEMA.read_text())
    return list(faults({key: value for key, value in document.items() if key != "name"}, schema, schema))


def test_it_follows_the_compose_specification() -> None:
    assert checked(DOCUMENT) == []
    assert DOCUMENT["name"] == "headstamp"


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("readonly",), True, "'readonly' is not known"),
        (("mem_limit",), True, "True"),
        (("depends_on", "kafka"), {"condition": "healthy"}, "healthy"),
        (("cap_drop",), ["ALL", "ALL"], "twice"),
    ],
)
def test_a_slip_in_it_would_be_told(path: tuple[str, ...], value: object, told: str) -> None:
    document = deepcopy(DOCUMENT)
    place = document["services"]["topics"]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert any(told in fault for fault in checked(document))


def test_all_services_are_there() -> None:
    assert {"tor", "kafka", "elasticsearch", "kibana", "crawler", *STAGES} <= set(SERVICES)
    assert {"crawler", "topics", "dashboards", "credentials", *STAGES} == set(OURS), "one image runs all that is ours"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_hardened(name: str) -> None:
    service = SERVICES[name]
    user, _, group = service["user"].partition(":")
    assert (service["read_only"], service["cap_drop"], service["security_opt"]) == (
        True,
        ["ALL"],
        ["no-new-privileges:true"],
    )
    assert int(user) > 0
    assert group.isdigit()
    assert re.fullmatch(r"\d+[mg]", str(service["mem_limit"]))
    assert 0 < service["pids_limit"] <= 2048
    assert not {"privileged", "cap_add", "devices", "pid", "ipc", "userns_mode", "env_file"} & set(service)
    assert "host" not in service.get("network_mode", "")
    assert not any("docker.sock" in volume for volume in service.get("volumes", ()))


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_of_a_stated_version(name: str) -> None:
    _, _, tag = SERVICES[name]["image"].rpartition(":")
    assert re.fullmatch(r"\d+\.\d+\.\d+", tag)


def test_nothing_is_published_but_the_console_on_loopback() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if service.get("ports")}
    assert published == {"door": ["127.0.0.1:8600:8600"]}
    assert SERVICES["console"]["environment"]["HEADSTAMP_SERVE_PORT"] == "8600", "the address that browsers name"


def test_the_crawler_has_no_network_and_only_tor_has_a_way_out() -> None:
    assert SERVICES["crawler"]["network_mode"] == "none"
    members = {
        network: {name for name, one in SERVICES.items() if network in one.get("networks", ())}
        for network in DOCUMENT["networks"]
    }
    for network, stated in DOCUMENT["networks"].items():
        assert stated == {"internal": True} or members[network] == WAY_OUT[network]
    assert DOCUMENT["networks"]["front"]["driver_opts"] == {"com.docker.network.bridge.enable_ip_masquerade": "false"}
    alone = {name for name, one in SERVICES.items() if "networks" not in one}
    assert alone == {"crawler", "credentials"}
    assert all(SERVICES[name]["network_mode"] == "none" for name in alone)


def test_no_market_is_visited_until_somebody_names_one() -> None:
    assert SERVICES["crawler"]["profiles"] == ["crawl"]
    assert SERVICES["crawler"]["command"] == ["crawl", ""]
    assert not any("crawler" in service.get("depends_on", {}) for service in SERVICES.values())


def test_the_crawler_and_tor_share_a_socket_and_nothing_else() -> None:
    def volumes(name: str) -> dict[str, str]:
        return dict(volume.split(":", 1) for volume in SERVICES[name]["volumes"])

    crawler, tor = volumes("crawler"), volumes("tor")
    assert set(crawler) & set(tor) == {"tor-socket"}
    assert crawler["tor-socket"] == f"{tor['tor-socket']}:ro"
    torrc = (ROOT / "compose" / "tor" / "torrc").read_text()
    assert f"unix:{tor['tor-socket']}/socks " in torrc
    assert SERVICES["crawler"]["environment"]["HEADSTAMP_CRAWL_SOCKS"] == f"unix:{tor['tor-socket']}/socks"
    assert set(volumes("forward")) & set(crawler) == {"crawl"}, "forward sees neither archive nor keys"
    assert volumes("forward")["crawl"] == crawler["crawl"]


def test_tor_takes_our_torrc_and_opens_the_socket_to_the_crawlers_group() -> None:
    need_tor()
    with tempfile.TemporaryDirectory(prefix="hs", dir="/tmp") as folder:  # a socket's path is short
        place = Path(folder)
        text = (ROOT / "compose" / "tor" / "torrc").read_text()
        text = text.replace("/tmp/notice.log", str(place / "notice.log")).replace("/var/lib/tor", str(place / "data"))
        (place / "torrc").write_text(text.replace("/run/tor", str(place / "run")))
        (place / "run").mkdir(mode=0o750)
        # in a namespace without network, so that nothing is dialled
        words = [*room(), program("tor"), "--defaults-torrc", "/dev/null", "-f", str(place / "torrc")]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as tor:
            assert tor.stdout is not None
            said = next((line for line in tor.stdout if "Opened Socks listener" in line), "")
            mode = (place / "run" / "socks").stat().st_mode if said else 0
            tor.kill()
    assert oct(mode & 0o777) == "0o660"


def test_secrets_are_files_that_only_their_service_sees() -> None:
    for name, service in SERVICES.items():
        for key, value in service.get("environment", {}).items():
            assert not re.search("PASSWORD|SECRET|TOKEN|KEY", key) or str(value).startswith("/run/secrets/"), (
                name,
                key,
            )
        secret = [volume for volume in service.get("volumes", ()) if volume.startswith("secrets-")]
        if name != "credentials":
            assert all(volume.endswith(":/run/secrets:ro") for volume in secret)
            assert len(secret) <= 1
    seen = [volume for name in SERVICES if name != "credentials" for volume in SERVICES[name].get("volumes", ())]
    assert not any(volume.startswith(("secrets-authority", "secrets-operator")) for volume in seen)


def test_every_volume_is_named_and_used() -> None:
    used = {volume.partition(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())}
    assert {volume for volume in used if not volume.startswith("./")} == set(DOCUMENT["volumes"])
    assert all((ROOT / folder).is_dir() for folder in used if folder.startswith("./"))


def test_what_runs_on_is_looked_after_and_started_in_order() -> None:
    for name, service in SERVICES.items():
        once = service["restart"] == "no" and name != "crawler"
        assert once or service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
        for other, stated in service.get("depends_on", {}).items():
            ended = SERVICES[other]["restart"] == "no"
            assert stated == {"condition": "service_completed_successfully" if ended else "service_healthy"}
    assert [before("console").index(name) for name in ("credentials", "kafka", "topics", "index")] == sorted(
        before("console").index(name) for name in ("credentials", "kafka", "topics", "index")
    )


def before(name: str) -> list[str]:
    """The services that are up before this one, the first ones first."""
    found: list[str] = []
    for other in SERVICES[name].get("depends_on", {}):
        found += [one for one in [*before(other), other] if one not in found]
    return found


@pytest.mark.parametrize("name", [name for name in OURS if "entrypoint" not in OURS[name]])
def test_a_service_of_ours_is_a_command_with_settings_that_load(name: str) -> None:
    service = OURS[name]
    word, *_ = service["command"]
    assert headstamp.parser(word).parse_args(service["command"]).command == word
    settings = load({key: str(value) for key, value in service.get("environment", {}).items()})
    assert settings.broker == ("sqlite:///log.db" if name == "crawler" else "kafka://kafka:9092")


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return credentials(tmp_path_factory.mktemp("secrets"))


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "credentials"])
def test_the_secrets_that_a_service_names_are_made_for_it(name: str, secret: Path) -> None:
    (volume,) = [each for each in SERVICES[name].get("volumes", ()) if each.startswith("secrets-")] or [""]
    folder = secret / volume.partition(":")[0].removeprefix("secrets-")
    told = [json.dumps(SERVICES[name]), *(path.read_text() for path in configuration(name))]
    for file in re.findall(r"/run/secrets/([\w.]+)", " ".join(told)):
        assert (folder / file).is_file(), file


def configuration(name: str) -> list[Path]:
    """The committed files that a service of somebody else's reads."""
    return [path for path in (ROOT / "compose" / name).glob("*") if path.suffix in {".yml", ".properties"}]


def test_what_credentials_made_stays_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    credentials(tmp_path)
    kept = {path: path.read_bytes() for path in files(tmp_path)}
    credentials(tmp_path)
    salted = {"users", "service_tokens"}
    assert {path: path.read_bytes() for path in files(tmp_path) if path.name not in salted} == {
        path: text for path, text in kept.items() if path.name not in salted
    }
    assert {oct(path.stat().st_mode & 0o777) for path in files(tmp_path)} == {"0o400"}
    mounted = {volume.split("/")[-1] for volume in SERVICES["credentials"]["volumes"]}
    assert {path.name for path in tmp_path.iterdir()} == mounted


def files(root: Path) -> Iterator[Path]:
    return (path for path in root.rglob("*") if path.is_file())


def test_every_user_has_a_role_that_is_defined() -> None:
    text = (ROOT / "compose" / "credentials.py").read_text()
    defined = set(yaml.safe_load((ROOT / "compose" / "elasticsearch" / "roles.yml").read_text()))
    given = set(re.findall(r'"(headstamp-\w+)"', text))
    assert given <= defined
    users = {one["environment"].get("HEADSTAMP_ELASTIC_USER") for one in OURS.values() if "environment" in one}
    assert users - {None} <= set(re.findall(r'^    "(\w+)": ', text, re.MULTILINE))


def test_the_image_is_pinned_to_versions_that_the_project_allows() -> None:
    lines = (ROOT / "compose" / "constraints.txt").read_text().split()
    pinned = dict(line.split("==") for line in lines)
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    for requirement in map(Requirement, wanted):
        assert pinned[requirement.name] in requirement.specifier
    assert {name for name in needed(wanted) if name not in pinned} == set()


def needed(wanted: list[str]) -> set[str]:
    """Every package that these need, by what is installed here."""
    found: set[str] = set()
    todo = [Requirement(one) for one in wanted]
    while todo:
        one = todo.pop()
        name = re.sub(r"[-_.]+", "-", one.name).lower()
        if name in found:
            continue
        found.add(name)
        for text in importlib.metadata.requires(one.name) or ():
            inner = Requirement(text)
            if not inner.marker or any(inner.marker.evaluate({"extra": extra}) for extra in one.extras or {""}):
                todo.append(inner)
    return found

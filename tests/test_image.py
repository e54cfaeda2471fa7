"""The steps of the Dockerfile in an empty virtual environment, without a Docker engine."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.compose_file import ROOT, composed

TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8")
STAGES = dict(re.findall(r"^FROM \S+ AS (\w+)\n(.*?)(?=^FROM|\Z)", TEXT, re.MULTILINE | re.DOTALL))
MOUNT = "--mount=from=wheel,source=/wheels,target=/wheels "


def copied(stage: str) -> list[str]:
    """What a stage takes from the checkout."""
    lines = re.findall(r"^COPY (?!--from)(.+)$", STAGES[stage], re.MULTILINE)
    return [source for line in lines for source in line.split()[:-1]]


def step(stage: str, beginning: str) -> str:
    """The words of the one `RUN` of a stage that begins so."""
    runs = re.findall(r"^RUN (.*(?:(?<=\\)\n.*)*)", STAGES[stage], re.MULTILINE)
    (found,) = [run for run in runs if re.sub(rf"{MOUNT}|\\\n\s*", "", run).startswith(beginning)]
    return re.sub(rf"{MOUNT}|\\\n\s*", "", found)


def run(words: str, folder: Path, places: Mapping[str, Path]) -> None:
    """Do a step with the image's places in a folder; unlike in an image, downloads are kept and nothing is compiled."""
    for place, here in places.items():
        words = re.sub(rf"(?<![\w/]){place}(?=[/ ]|$)", str(here), words)
    words = words.replace("--no-cache-dir ", "")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["PIP_NO_COMPILE"] = "1"
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    done = subprocess.run(
        ["sh", "-ec", words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_only_what_the_dockerfile_copies_goes_to_the_builder() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = {line.removeprefix("!") for line in lines if line.startswith("!")}
    assert "*" in lines
    assert {source for stage in STAGES for source in copied(stage)} == let_in


def test_each_image_of_the_compose_file_is_a_stage_that_ends_as_a_user() -> None:
    services = composed()["services"].values()
    targets = {service["build"]["target"]: service["user"] for service in services if "build" in service}
    assert set(targets) == {"headstamp", "tor", "door"}
    for target, user in targets.items():
        assert re.findall(r"^USER (\S+)$", STAGES[target], re.MULTILINE) == [user]
    assert "tor" not in re.findall(r"apt-get install [^&]*", STAGES["headstamp"]), "tor is not in the image of ours"
    assert "apt-get" not in STAGES["headstamp"]


def test_every_folder_that_a_volume_of_ours_is_first_mounted_on_belongs_to_its_user() -> None:
    made = set(
        re.findall(r"(/[\w/]+)(?=[ ;\\])", STAGES["headstamp"].partition("for folder in")[2].partition("; do")[0] + " ")
    )
    mounted = {
        volume.split(":")[1]
        for service in composed()["services"].values()
        if service["image"].startswith("headstamp:")
        for volume in service.get("volumes", ())
        if not volume.startswith(("./", "tor-socket:")) and "/run/secrets" not in volume
    }
    assert mounted <= made


@pytest.mark.slow
def test_the_wheel_of_the_image_holds_model_and_pages_and_runs_on_the_pinned_packages_alone(tmp_path: Path) -> None:
    source = tmp_path / "src"
    source.mkdir()
    for name in copied("wheel"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, source / name)
    run(step("wheel", "pip wheel"), source, {"/wheels": tmp_path / "wheels"})
    places = {"/wheels": tmp_path / "wheels", "/opt/headstamp": tmp_path / "headstamp"}
    shutil.copy(ROOT / "compose" / "constraints.txt", tmp_path / "constraints.txt")
    run(step("environment", "python -m venv"), tmp_path, places | {"/constraints.txt": tmp_path / "constraints.txt"})
    packages = next((tmp_path / "headstamp" / "lib").glob("python*")) / "site-packages"
    assert (packages / "models" / "stack-1" / "manifest.json").is_file()
    assert list((packages / "dashboards" / "web" / "templates").glob("*.html"))
    assert not (packages / "pip").exists()
    assert said(tmp_path, "--version").startswith("headstamp ")
    assert "model" in said(tmp_path, "check")
    score = tmp_path / "rows.csv"
    score.write_text("market,listing_id,title\nm,1,Glock 17 9mm pistol with two mags\n")
    assert ",flagged" in said(tmp_path, "score", str(score))


def said(place: Path, *words: str) -> str:
    environment = {"HEADSTAMP_HOME": str(place / "home"), "PATH": os.environ["PATH"]}
    command = [str(place / "headstamp" / "bin" / "headstamp"), *words]
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout

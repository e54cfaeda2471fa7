"""`headstamp train` and `models`: make a model, put it in force."""

import argparse
import sys
from contextlib import closing
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.deployment import Deployment
from pipeline.errors import SettingsError
from pipeline.terminal import show_facts, show_json, show_table

if TYPE_CHECKING:
    from classifier.tuning.workshop import Workshop

DATA = Path("../shared/data")
OUT = Path("models/stack-1")
SEED = 1
BASE = "multilingual"
NEEDED = ("sklearn", "torch", "transformers", "onnx", "safetensors")
EPOCHS = 2
"""Rounds in which an encoder is fine-tuned."""


def train_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp train`."""
    learning(parser)
    parser.add_argument(
        "--out", type=Path, default=OUT, metavar="DIR", help=f"the model directory to write (default: {OUT})"
    )


def train(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Train on the research data and write a model directory; the same data, base and seed give the same bytes on one machine."""
    need_training()
    from classifier.training.lesson import lesson  # noqa: PLC0415  # loads scikit-learn, which only training needs
    from classifier.training.making import written  # noqa: PLC0415

    taught = lesson(arguments.data, arguments.seed)
    facts = written(taught, workshop(arguments, deployment), arguments.data, arguments.out)
    show_json(facts) if arguments.json else show_facts(facts)
    return 0


def models_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp models`."""
    actions = parser.add_subparsers(dest="action", required=True)
    listed = actions.add_parser("list", help="list what was put in force in this home, oldest first")
    listed.add_argument("--json", action="store_true", help="print JSON")
    put = actions.add_parser("activate", help="copy a model directory into this home and put it in force")
    put.add_argument("directory", type=Path, metavar="DIR", help="a model directory")
    put.add_argument("--json", action="store_true", help="print JSON")
    fetched = actions.add_parser("fetch-base", help="fetch and check the pre-trained encoder that training begins from")
    fetched.add_argument(
        "--name", choices=("multilingual", "english"), default=BASE, help=f"which one (default: {BASE})"
    )
    fetched.add_argument("--out", type=Path, metavar="DIR", help="where to write it (default: base/NAME of the home)")
    fetched.add_argument("--json", action="store_true", help="print JSON")


def models(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """List the models of this home, put one in force, or fetch what training begins from."""
    if arguments.action == "fetch-base":
        return _fetch(arguments, deployment)
    from classifier.store import KIND, activate  # noqa: PLC0415  # loads numpy

    with closing(deployment.activations()) as activations:
        if arguments.action == "activate":
            activate(arguments.directory, deployment.settings.root, activations)
        found = activations.all(KIND)
    head = ("number", "digest", "since")
    if arguments.json:
        show_json([dict(zip(head, line, strict=True)) for line in found])
    else:
        show_table(head, found)
    return 0


def _fetch(arguments: argparse.Namespace, deployment: Deployment) -> int:
    need_training()
    from classifier.bases.fetch import fetch  # noqa: PLC0415  # loads numpy

    directory = arguments.out or _base(deployment, arguments.name)
    origin = fetch(arguments.name, directory) | {"directory": str(directory)}
    show_json(origin) if arguments.json else show_facts(origin)
    return 0


def workshop(arguments: argparse.Namespace, deployment: Deployment) -> "Workshop":
    """Where the models that the arguments ask for are made; a `SettingsError` where their base is not there."""
    from classifier.bases.fetch import layers  # noqa: PLC0415  # loads numpy
    from classifier.tuning.workshop import Workshop  # noqa: PLC0415  # loads torch

    base = None if arguments.linear else arguments.base or _base(deployment, BASE)
    if base is not None and not (base / "config.json").is_file():
        raise SettingsError(
            f"{base}: no encoder to begin from; fetch one with `headstamp models fetch-base`, "
            "name a Hugging Face directory with --base, or train without one with --linear"
        )
    return Workshop(
        base=base,
        layers=layers(base) if base else (),
        folder=arguments.work or deployment.settings.root / "training",
        epochs=EPOCHS,
        seed=arguments.seed,
        say=_say,
    )


def _base(deployment: Deployment, name: str) -> Path:
    return deployment.settings.root / "base" / name


def _say(step: str) -> None:
    sys.stderr.write(f"{datetime.now(UTC):%H:%M:%S} {step}\n")
    sys.stderr.flush()


def learning(parser: argparse.ArgumentParser) -> None:
    """The arguments of everything that learns from the research data."""
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help=f"folder of the research data (default: {DATA})"
    )
    parser.add_argument("--seed", type=int, default=SEED, help=f"seed of all draws (default: {SEED})")
    parser.add_argument(
        "--base", type=Path, metavar="DIR", help="Hugging Face directory to begin from (default: what fetch-base wrote)"
    )
    parser.add_argument("--linear", action="store_true", help="train the linear models alone, which takes minutes")
    parser.add_argument(
        "--work", type=Path, metavar="DIR", help="keeps what is made on the way (default: training of the home)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def need_training() -> None:
    """Raise where what training needs is not installed."""
    absent = [name for name in NEEDED if find_spec(name) is None]
    if absent:
        raise SettingsError(
            f"{', '.join(absent)} absent: install the extra `train` from the checkout (.venv/bin/pip install -e '.[train]'; "
            "on a machine without a GPU first .venv/bin/pip install torch==2.13.0)"
        )

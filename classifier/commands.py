"""`headstamp train` and `models`: make a model, put it in force."""

import argparse
from contextlib import closing
from pathlib import Path

from pipeline.deployment import Deployment
from pipeline.errors import SettingsError
from pipeline.terminal import show_facts, show_json, show_table

DATA = Path("../shared/data")
SEED = 1


def train_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp train`."""
    learning(parser)
    parser.add_argument(
        "--out", type=Path, default=Path("models/linear-1"), metavar="DIR", help="the model directory to write"
    )


def train(arguments: argparse.Namespace, _deployment: Deployment) -> int:
    """Train on the research data and write a model directory; the same data and seed give the same bytes."""
    need_training()
    from classifier.lesson import lesson  # noqa: PLC0415
    from classifier.remember import remember  # noqa: PLC0415
    from classifier.store import load, save  # noqa: PLC0415  # loads scikit-learn, which only training needs
    from classifier.train import train as trained  # noqa: PLC0415

    taught = lesson(arguments.data, arguments.seed)
    model = trained(taught, taught.rows, arguments.seed)
    digest = save(model, arguments.out, seed=arguments.seed, trained_on=taught.origins)
    remember(taught, load(arguments.out, activation=0), arguments.data, arguments.out)
    facts = {"digest": digest, "n-grams": len(model.weights.grams), "flag_at": model.thresholds.flag_at}
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


def models(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """List the models of this home, or put one in force."""
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


def learning(parser: argparse.ArgumentParser) -> None:
    """The arguments of everything that learns from the research data."""
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help=f"folder of the research data (default: {DATA})"
    )
    parser.add_argument("--seed", type=int, default=SEED, help=f"seed of all draws (default: {SEED})")
    parser.add_argument("--json", action="store_true", help="print JSON")


def need_training() -> None:
    """Raise where what training needs is not installed."""
    try:
        import sklearn  # noqa: F401, PLC0415  # asks whether it is there
    except ImportError:
        raise SettingsError(
            "scikit-learn is absent: install the extra `train` from the checkout (.venv/bin/pip install -e '.[train]')"
        ) from None

"""`headstamp topics`: create the topics that are missing, and say what differs."""

import argparse
import sys
from contextlib import closing

from pipeline.deployment import Deployment
from pipeline.terminal import show_json, show_table


def topics_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp topics`."""
    parser.add_argument("--json", action="store_true", help="print one JSON list: how each topic stands")


def topics(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Create what is missing; what is there is compared, never altered."""
    with closing(deployment.broker()) as broker:
        found = broker.topics(create=True)
    if arguments.json:
        show_json(found)
    elif found:
        rows = [(each.topic, each.state, each.partitions, each.detail) for each in found]
        show_table(("topic", "state", "partitions", "detail"), rows)
    else:
        sys.stdout.write(f"{deployment.settings.broker}: nothing needs creating\n")
    return 0

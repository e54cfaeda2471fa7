"""`headstamp serve`: the console; `headstamp dashboards`: what Kibana shows."""

import argparse
import sys
from collections.abc import Callable
from contextlib import closing

from pipeline.deployment import Deployment
from pipeline.errors import SettingsError
from pipeline.settings import file_of
from pipeline.terminal import show_json, show_table


def serve_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp serve`."""
    parser.add_argument(
        "--port", type=int, metavar="N", help="port to listen on, 0 for a free one (default: the setting serve.port)"
    )
    parser.add_argument(
        "--host", metavar="H", help="loopback address or unix:/PATH to listen on (default: the setting serve.host)"
    )


def serve(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Serve the console, and settle reviews, until Ctrl-C or SIGTERM."""
    chosen = deployment.settings.serve
    try:
        serve_console(
            deployment,
            host=chosen.host if arguments.host is None else arguments.host,
            port=chosen.port if arguments.port is None else arguments.port,
            ready=_say,
        )
    except KeyboardInterrupt:
        return 0
    return 0


def serve_console(deployment: Deployment, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve the console until a signal ends it; `ready` gets its address once it answers."""
    from dashboards.web.server import listening, server  # noqa: PLC0415  # `--help` needs no web server
    from dashboards.web.settling import settling  # noqa: PLC0415
    from pipeline.metrics.at_work import at_work, meters  # noqa: PLC0415

    stages = meters(["settle"])
    with (
        listening(host, port) as door,
        at_work(deployment, stages, crawls=True),
        settling(deployment, stages["settle"]),
    ):
        server(deployment, door, ready, port).run(sockets=[door])


def _say(address: str) -> None:
    sys.stdout.write(f"console: {address}\n")
    sys.stdout.flush()


def dashboards_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp dashboards`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    install = actions.add_parser(
        "install", help="make the indexes, then put spaces, roles, dashboards and alert rules into Kibana"
    )
    install.add_argument(
        "--index-only",
        action="store_true",
        help="only make the indexes, where there is no Kibana; setting `index` must name an Elasticsearch",
    )
    install.add_argument("--json", action="store_true", help="print one JSON array: what became of each thing")


def dashboards(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Make the indexes and fill Kibana; it may be repeated, and says what that changed."""
    from dashboards.kibana.access import kibana  # noqa: PLC0415  # `--help` needs no TLS
    from dashboards.kibana.indexes import make_indexes  # noqa: PLC0415
    from dashboards.kibana.install import install  # noqa: PLC0415
    from pipeline.index.elastic import ElasticIndex  # noqa: PLC0415

    if file_of(deployment.settings.index):
        raise SettingsError("index: Kibana shows an index in Elasticsearch; write index = https://HOST:PORT")
    chosen = None if arguments.index_only else kibana(deployment.settings.kibana)
    with closing(deployment.index()) as index:
        assert isinstance(index, ElasticIndex), "what is no file is an Elasticsearch"
        changes = make_indexes(index, deployment.settings.elastic)
    changes += install(chosen, deployment.settings) if chosen else []
    if arguments.json:
        show_json(changes)
    else:
        show_table(("space", "kind", "name", "what"), [(one.space, one.kind, one.name, one.what) for one in changes])
    return 0

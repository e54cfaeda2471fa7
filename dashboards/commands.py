"""`headstamp serve`: the console."""

import argparse
import sys
from collections.abc import Callable

from pipeline.deployment import Deployment


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

    with listening(host, port) as door, settling(deployment):
        server(deployment, door, ready, port).run(sockets=[door])


def _say(address: str) -> None:
    sys.stdout.write(f"console: {address}\n")
    sys.stdout.flush()

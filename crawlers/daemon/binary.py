"""Where the programs of Debian's package `tor` are."""

import shutil

from pipeline.errors import TorUnavailableError

INSTALL = (
    "no program '{program}': install Debian's package with `apt-get install --no-install-recommends tor`, and put a "
    "/usr/sbin/policy-rc.d that exits 101 in place first, or the package starts a tor that dials out (docs/tor.md)"
)


def program(name: str) -> str:
    """The path of a program; a `TorUnavailableError` that says how to install it."""
    found = shutil.which(name)
    if not found:
        raise TorUnavailableError(INSTALL.format(program=name))
    return found

"""Network namespaces for tests: as root, or as anyone where user namespaces are on."""

import subprocess
from collections.abc import Sequence

import pytest

WAYS = (["unshare", "-n"], ["unshare", "-Urn"])


def room() -> Sequence[str]:
    """The words that start a program in a network namespace of its own, whose only interface, lo, is down."""
    for words in WAYS:
        if subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0:
            return words
    pytest.skip("no network namespace can be made here (unshare -n as root, or unshare -Urn): NO LEAK IS TESTED")

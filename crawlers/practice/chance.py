"""Chance that is the same in every process and at any time."""

from random import Random


def draws(*seed: object) -> Random:
    """A stream of draws that depends on these parts alone."""
    return Random("/".join(map(str, seed)))  # noqa: S311  # nothing secret hangs on it

"""What the encoder reads of a listing: one lower-case line in which disguises are undone, title first."""

from classifier.features import keyless
from pipeline.text import deobfuscated

LETTERS = 900
"""Letters of the line; the encoder reads its first tokens only."""


def line(title: str, description: str) -> str:
    """The text of a listing as the encoder reads it."""
    head = deobfuscated(title[:LETTERS])
    rest = deobfuscated(keyless(description[: 4 * LETTERS])[:LETTERS])
    return " ".join(f"{head}. {rest}".lower().split())[:LETTERS]

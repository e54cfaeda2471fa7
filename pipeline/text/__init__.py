"""Text as a reader understands it, however it was spelt: bounded, normalised, de-obfuscated, and cut into search words."""

from pipeline.text.bounds import LIMIT, bounded
from pipeline.text.normal import Normalised, normalised
from pipeline.text.reveal import deobfuscated, uncovered
from pipeline.text.traced import Traced, traced, untangled
from pipeline.text.words import folded, runs, search_text, tokens

__all__ = [
    "LIMIT",
    "Normalised",
    "Traced",
    "bounded",
    "deobfuscated",
    "folded",
    "normalised",
    "runs",
    "search_text",
    "tokens",
    "traced",
    "uncovered",
    "untangled",
]

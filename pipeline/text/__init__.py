"""Text as a reader understands it, however it was spelt: bounded, normalised, de-obfuscated, and cut into search words."""

from pipeline.text.bounds import LIMIT, bounded
from pipeline.text.normal import Normalised, normalised
from pipeline.text.reveal import deobfuscated, uncovered
from pipeline.text.trace import Traced, normalised_traced, revealed_traced
from pipeline.text.traced import traced, untangled
from pipeline.text.words import folded, runs, tokens

__all__ = [
    "LIMIT",
    "Normalised",
    "Traced",
    "bounded",
    "deobfuscated",
    "folded",
    "normalised",
    "normalised_traced",
    "revealed_traced",
    "runs",
    "tokens",
    "traced",
    "uncovered",
    "untangled",
]

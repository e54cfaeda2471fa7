"""What is known around a listing: the section of the market it stands in, and the vendor's other listings."""

from collections.abc import Sequence

import numpy as np

from classifier.linear import Floats
from pipeline.policy.scores import ARMS_SECTION, LONGEST_STEP
from pipeline.records import Context

ARMS, ELSEWHERE, HITS, CLEAN = "arms section", "another section", "vendor with hits", "vendor without hits"
INPUTS = (ARMS, ELSEWHERE, HITS, CLEAN)
MANY = 5
"""Listings of a vendor, none of them flagged, from which the vendor counts as one without hits."""


def around(paths: Sequence[Sequence[str]], contexts: Sequence[Context]) -> Floats:
    """One row a listing, one column for each of `INPUTS`: 1 where it holds, 0 where it does not or is not known."""
    rows = [(*_section(path), *_vendor(context)) for path, context in zip(paths, contexts, strict=True)]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(INPUTS))


def _section(path: Sequence[str]) -> tuple[bool, bool]:
    arms = any(ARMS_SECTION.search(name[:LONGEST_STEP]) for name in path)
    return arms, bool(path) and not arms


def _vendor(context: Context) -> tuple[bool, bool]:
    hits = context.vendor_flagged > 0
    return hits, not hits and context.vendor_listings >= MANY

"""Which code this is, by version and by digest of its text."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("classifier", "crawlers", "pipeline")
"""What fields, scores and verdicts are made by."""


@cache
def software() -> str:
    """The version of Headstamp and the digest of its code: "headstamp 1.4.0 5f0c…"."""
    found = hashlib.sha256()
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            content = path.read_bytes()
            found.update(f"{path.relative_to(ROOT).as_posix()}\0{len(content)}\0".encode() + content)
    return f"headstamp {version('headstamp')} {found.hexdigest()[:32]}"

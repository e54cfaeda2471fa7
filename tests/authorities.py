"""The authority under which the invented markets of tests are read."""

import json
from collections.abc import Collection
from pathlib import Path

RECORD = """
- id: test
  basis: none; the markets are invented
  issuer: the tests
  scope: inside_session
  opened_by: the tests
  opened_at: 2020-01-01
  markets: {markets}
  valid_from: 2020-01-01
  valid_until: 2099-12-31
"""


def write_authorities(file: Path, markets: Collection[str]) -> Path:
    """A file of authorities that cover these markets."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(RECORD.format(markets=json.dumps(list(markets))))
    return file

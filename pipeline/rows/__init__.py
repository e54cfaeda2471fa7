"""Rows of CSV and JSONL files, gzipped or not, as listings."""

from pipeline.rows.batches import batches
from pipeline.rows.mapping import Mapping, chosen
from pipeline.rows.reading import Row, rows
from pipeline.rows.source import line_count

__all__ = ["Mapping", "Row", "batches", "chosen", "line_count", "rows"]

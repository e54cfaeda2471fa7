"""Rows of CSV and JSONL files, gzipped or not, as listings."""

from pipeline.rows.batches import batches
from pipeline.rows.mapping import Mapping, chosen
from pipeline.rows.reading import Row, rows
from pipeline.rows.rejections import Rejections, by_name
from pipeline.rows.source import digest_of, line_count

__all__ = ["Mapping", "Rejections", "Row", "batches", "by_name", "chosen", "digest_of", "line_count", "rows"]

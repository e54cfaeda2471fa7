"""Evidence: every answer kept as WARC records, chained, signed, and checked by anyone offline."""

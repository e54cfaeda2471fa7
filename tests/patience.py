"""How long a test waits for what has to come."""

PATIENCE_S = 300.0
"""Longer than the slowest machine takes: a test that waits so long has failed, and one that passes has not waited for it."""

"""A synthetic, seeded market on loopback, for trying and testing."""

SEED, LISTINGS = 79, 600
"""The market that `headstamp demo` shows."""

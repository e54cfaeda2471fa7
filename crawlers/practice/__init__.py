"""A synthetic, seeded market on loopback, for trying and testing."""

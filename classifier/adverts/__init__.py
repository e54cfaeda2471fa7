"""Adverts that nobody posted, to learn from: drawn from phrases in twelve languages, and spelt as vendors spell."""

"""Listings become scores."""

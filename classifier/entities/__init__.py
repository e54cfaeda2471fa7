"""Finds what a listing's text names: arms, amounts, prices, places, ways to reach a vendor, and claims."""

from classifier.entities.find import entities

__all__ = ["entities"]

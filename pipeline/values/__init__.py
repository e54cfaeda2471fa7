"""Prices, places, dates and counts, as markets write them; what is not readable is None or nothing, never an error."""

from pipeline.values.amounts import amounts, whole
from pipeline.values.dates import date
from pipeline.values.money import money
from pipeline.values.places import countries

__all__ = ["amounts", "countries", "date", "money", "whole"]

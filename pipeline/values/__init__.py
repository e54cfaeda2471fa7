"""Prices, places, dates, counts and ratings, as markets write them; what is not readable is None or nothing, never an error."""

from pipeline.values.amounts import amounts, lot, quantity, whole
from pipeline.values.armour import is_fingerprint, keys
from pipeline.values.bulk import bulk, per
from pipeline.values.dates import date
from pipeline.values.money import money
from pipeline.values.payment import payment
from pipeline.values.places import countries, exclusions
from pipeline.values.ratings import score
from pipeline.values.stock import stock

__all__ = [
    "amounts",
    "bulk",
    "countries",
    "date",
    "exclusions",
    "is_fingerprint",
    "keys",
    "lot",
    "money",
    "payment",
    "per",
    "quantity",
    "score",
    "stock",
    "whole",
]

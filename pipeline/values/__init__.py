"""Prices, places, dates, counts, ratings, addresses and handles, as markets write them; what is not readable is None or nothing, never an error."""

from pipeline.values.amounts import amounts, lot, quantity, whole
from pipeline.values.armour import fingerprint, is_fingerprint, keys
from pipeline.values.bulk import bulk, per
from pipeline.values.coins import coin
from pipeline.values.dates import date
from pipeline.values.handles import handles
from pipeline.values.measures import measures
from pipeline.values.money import money, prices
from pipeline.values.payment import payment
from pipeline.values.places import countries, exclusions
from pipeline.values.ratings import score
from pipeline.values.routes import routes
from pipeline.values.stock import stock

__all__ = [
    "amounts",
    "bulk",
    "coin",
    "countries",
    "date",
    "exclusions",
    "fingerprint",
    "handles",
    "is_fingerprint",
    "keys",
    "lot",
    "measures",
    "money",
    "payment",
    "per",
    "prices",
    "quantity",
    "routes",
    "score",
    "stock",
    "whole",
]

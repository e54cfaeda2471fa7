"""Which gate a saved page is."""

from pathlib import Path

from crawlers.extract import extract
from crawlers.gate import gate, unforeseen
from crawlers.profile import Gate, MarketProfile
from crawlers.saved import page_of


def recognised(path: Path, profile: MarketProfile, address: str = "") -> Gate | None:
    """The gate that a saved page is, by the profile's rules, else by general signs; None where there is none."""
    page = page_of(path, profile, address)
    return gate(page, profile) or unforeseen(page, profile, extract(page, profile))

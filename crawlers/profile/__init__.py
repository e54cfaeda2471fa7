"""What is known of a market: its addresses, which links to follow, where a page shows what, how often to ask."""

from crawlers.profile.faults import NAME
from crawlers.profile.loading import load, names, read
from crawlers.profile.shape import (
    Fields,
    Gate,
    MarketProfile,
    MirrorKey,
    Pace,
    Pick,
    Selector,
    gate_entries,
    is_address,
    select,
)

__all__ = [
    "NAME",
    "Fields",
    "Gate",
    "MarketProfile",
    "MirrorKey",
    "Pace",
    "Pick",
    "Selector",
    "gate_entries",
    "is_address",
    "load",
    "names",
    "read",
    "select",
]

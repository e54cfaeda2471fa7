"""Says on a page what the action before it did."""

from typing import NamedTuple

from dashboards.web.choices import Choices, Rule, pair
from dashboards.web.desk import filed
from pipeline.index import Index
from pipeline.records import Review

DONE = {"done": Rule(pair)}
"""In an address: the listing and the review that the action before it filed."""


class Notice(NamedTuple):
    """What an action did."""

    listing_id: str
    title: str
    review: Review | None
    """None until the settle stage has run."""
    standing: bool
    """Whether it is the review that counts, so that it can be taken back."""


def notice(index: Index, choices: Choices) -> Notice | None:
    """What the action before this page did, where there was one."""
    listing_id, _, review_id = choices.one("done").partition(".")
    hit = index.get(listing_id) if listing_id else None
    if hit is None or hit.document.current is None:
        return None
    review = filed(index, listing_id, review_id)
    standing = review is not None and hit.document.review == review
    return Notice(listing_id, hit.document.current.listing.title, review, standing)

"""Pages of no known kind: no listing, no gate, not gone, and no link that the profile means."""

from datetime import datetime, timedelta

import parsel

from crawlers.outcome import REDIRECTED, Outcome, State
from crawlers.page import Page
from crawlers.profile import MarketProfile
from crawlers.reason import Reason
from crawlers.shown import first
from pipeline.records import Task, digest

MOST_IN_A_ROW = 3
REST = timedelta(days=1)
"""How long a market waits after them, unless its profile changes."""
SAVED = 2_000
"""Characters of a page's text that go into the task."""
KIND = "unknown_pages"
UNREADABLE = (Reason.EMPTY, Reason.NOT_HTML, Reason.HOSTILE, Reason.NO_TITLE, Reason.NO_KEY)


def strange(page: Page, outcome: Outcome) -> str:
    """What a page of no known kind says, cut; "" for every other page."""
    known = outcome.said or outcome.gate or outcome.mirror_list or any(link.refusal is None for link in outcome.links)
    read = outcome.state is State.DONE and not outcome.reason
    if known or page.status >= REDIRECTED or not (read or outcome.reason in UNREADABLE):
        return ""
    text = first(page.document, "body") if isinstance(page.document, parsel.Selector) else ""
    return text[:SAVED] or f"no text ({len(page.body):,} bytes, {page.content_type[:100] or 'no type'})"


def task(profile: MarketProfile, visit: str, url: str, text: str, now: datetime) -> Task:
    """What an operator must do about a market whose pages are not known any more."""
    return Task(
        id=digest(KIND, profile.market, visit),
        market=profile.market,
        kind=KIND,
        time=now,
        url=url,
        detail=f"{MOST_IN_A_ROW} pages in a row show no listing, no gate and no link that the profile means: look at the market by hand,"
        f" and mend the profile (`profile check`); until then it waits a day. The last page says:\n{text}",
    )

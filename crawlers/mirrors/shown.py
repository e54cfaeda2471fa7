"""What comes of the page on which a market shows its signed list of mirrors."""

from dataclasses import replace
from datetime import datetime

from crawlers.mirrors.signed import MirrorList
from crawlers.mirrors.store import Mirrors, task
from crawlers.outcome import Outcome
from crawlers.reason import Reason
from pipeline.topics import TASKS


def verified(outcome: Outcome, mirrors: Mirrors, url: str, now: datetime) -> Outcome:
    """The outcome as it is where it shows no list, or one that is believed and kept; else with a task that says why not."""
    if not outcome.mirror_list:
        return outcome
    found = mirrors.accept(outcome.mirror_list, now)
    if isinstance(found, MirrorList):
        return outcome
    told = task(mirrors.profile, outcome.mirror_list, found.reason, now, url)
    return replace(outcome, reason=Reason.MIRROR_LIST, detail=found.reason[:200], publish=[(TASKS, told)])

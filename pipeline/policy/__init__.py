"""The rule from scores to verdict."""

from pipeline.policy.cut import NEVER, USUAL, Cut
from pipeline.policy.force import in_force
from pipeline.policy.rule import URGENT, Policy, verdicts
from pipeline.policy.scores import UNFINISHED, by_track, counted, lead, scores

__all__ = [
    "NEVER",
    "UNFINISHED",
    "URGENT",
    "USUAL",
    "Cut",
    "Policy",
    "by_track",
    "counted",
    "in_force",
    "lead",
    "scores",
    "verdicts",
]

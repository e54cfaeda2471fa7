"""Which addresses act when they are fetched: on many markets a plain link buys, reports, votes or logs out."""

import re
from urllib.parse import unquote

ACTION = re.compile(
    "add|bid|block|bookmark|buy|cancel|cart|checkout|claim|clear|confirm|delete|deposit|dislike|dispute|downvote|edit"
    "|favou?rites?|finali[sz]e|flag|follow|invite|like|log(in|off|out)|mark|messages?|msg|orders?|pay|purchase|rate"
    "|redeem|refund|register|release|remove|reply|report|reset|save|send|sign(in|out|up)|submit|subscribe|switch"
    "|tickets?|toggle|un(block|favou?rite|follow|subscribe|watch)|update|upload|upvote|vote|wallet|watch(list)?"
    "|wishlist|withdraw"
)
"""Verbs, and places that belong to an account."""
OPENER = re.compile("add|create|do|go|leave|new|place|remove|send|set")
PHRASE = 3
"""Words up to which "add_to_cart" is a command; "order-in-bulk-and-save" is a title."""
APART = re.compile(r"[^a-z0-9]+")


def acts(address: str) -> bool:
    """Whether a path segment, query key or query value of the address reads as a command."""
    return any(_commands(unquote(part).lower()) for part in re.split(r"[/?&=]", address))


def _commands(part: str) -> bool:
    words = [word for word in APART.split(part) if word]
    if not words or len(words) > PHRASE:
        return False
    if ACTION.fullmatch(words[0]):
        return True
    return bool(OPENER.fullmatch(words[0])) and any(ACTION.fullmatch(word) for word in words[1:])

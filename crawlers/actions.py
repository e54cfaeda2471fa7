"""Which addresses act when they are fetched: on many markets a plain link buys, reports, votes or logs out."""

import re
import unicodedata
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
PARTS = re.compile(r"[/\\?&=;#:,]")


def acts(address: str) -> bool:
    """Whether a path segment, parameter, query key or query value of the address reads as a command, however it is escaped."""
    return any(_commands(part) for part in PARTS.split(_plain(address)))


def _plain(address: str) -> str:
    """The address in plain letters: every layer of escapes taken off, wide letters folded, unseen ones dropped."""
    while (bare := unquote(address)) != address:
        address = bare
    if address.isascii():
        return address.lower()
    seen = "".join(letter for letter in address if unicodedata.category(letter) != "Cf")
    return unicodedata.normalize("NFKC", seen).lower()


def _commands(part: str) -> bool:
    words = [word for word in APART.split(part) if word]
    if not words or len(words) > PHRASE:
        return False
    if ACTION.fullmatch(words[0]) or ACTION.fullmatch("".join(words[:2])):
        return True
    return bool(OPENER.fullmatch(words[0])) and any(ACTION.fullmatch(word) for word in words[1:])

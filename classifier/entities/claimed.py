"""Claims about condition, serial numbers, origin, delivery and concealment in one field."""

import re
from collections.abc import Iterator, Sequence

from classifier.entities.claims import Claims, claims
from classifier.entities.postage import Sold
from classifier.entities.scene import Field
from pipeline.values.found import Found
from pipeline.values.places import names

BOUGHT = 16
AROUND = 70
"""Characters around a word of the kind in which its claim is looked for."""
_ANYWHERE = ("delivery", "concealment")
"""Claims of adverts for anything; the others are made of arms."""
_OF_ARMS = ("condition", "serial", "origin")
_TIME = re.compile(r"\d.*(?:h|d|j|g|t|w|week|ч|д)")
_CARRIED = re.compile(
    r"ship|(?<![^\W_])(?:sen[dt]|post|mail)|deliver|dispatch|arriv|receiv|track|courier|versand|liefer|livr|envoi|expedi|envio|entrega|достав|отправ|kargo|teslim|sous|spedi|conseg|wysyl|dostaw|verzend"
)
_OTHER_TIME = re.compile(
    r"(?<![^\W_])(?:final\w*|fe|refund\w*|repl(?:y|ies|ied)|respon[ds]\w*|answer\w*|contact\w*|disput\w*|messages?|claims?|complain\w*|lasts?|lasting|effects?|flower\w*|cured?|warranty|cancel\w*|pay(?:ment)?s?|paid|expires?|valid|open|notify|inform|tell|leave|let us know|back to you|accept(?:ed)?)(?![^\W_])"
    r"|(?<![^\W_])(?:not|never|nothing|\w{2,6}n'?t)(?![^\W_])[^.;!\n]{0,16}(?:receiv|got|get|arriv|show)\w{0,6}"
)
"""Words of whose clause a time is none of delivery."""
_TIME_OF = re.compile(
    r" ?(?:warranty|guarantee|trial|supply|old|high|trip|refund|curing|of (?:use|arrival|receiv\w+|receipt)|with a reply|for a (?:refund|reship|reply|response)|to (?:final\w*|pay|respond|dispute|reply|claim|contact))(?![^\W_])"
)
"""What a time is told of that is no delivery's."""
_LOOSE = re.compile(
    r"promptly|overnight|(?:\w+ )?(?:1st|first|2nd|second) class|(?:same|next)(?: business| working)? day"
)
"""Claims that are of delivery only beside a word of carrying."""
_REFUSED = re.compile(r"(?<![^\W_])(?:no|not|never|without|(?:do not|don'?t) (?:offer|do|provide|use))(?: any| the)? $")
_OTHER = re.compile(
    r"(?:(?:our|top|my|one|main|highest|first|number|#1) priority|(?:pop|start|push|pick|follow|pin)[ -]?ups|(?:american|ali|polar|orient|mango|thai|vpn|\w*appl?e) ?express)$"
)
"""Words of delivery in names and sayings that mean something else."""
_OF_GUIDES = re.compile(r"instant|auto|immediate|fast|quick|free|express|\d")
"""How a claim begins that a guide makes of itself."""
_CLAUSE = re.compile(r"[.;!?\n]")
_MADE = re.compile(r"(?<![^\W_])(?:in|in the|by|en|au|aux|в) $")
_NAME_AFTER = re.compile(
    r"[ -]?(?:eagle|arms|do\b|underground|express|style|rimfire|tactical|predator|ranch|gunner|whitetail|derringer|compact|classic|mauser ammo)"
)
_BOUGHT = re.compile(r"(?:purchased|bought|bought it|purchased it) $")
_MAYBE = re.compile(r"(?<![^\W_])(?:may|might|could)(?: also)?(?: have| be| show)? $")
"""What makes a claim a caution ("box may show wear")."""
_GOES_ON = re.compile(r" [a-z]")


def claimed(field: Field, sold: Sold, *, arms: bool, goods: bool) -> Iterator[tuple[str, Found]]:
    """The claims of a field, of all kinds where it speaks of `arms`; the value is the claim in small letters with single spaces.

    A listing of postage claims nothing of it, and a guide only what it says of itself.
    """
    for kind in _ANYWHERE:
        windows = _windows(field, kind)
        if not windows:
            continue
        every = _looked_for(claims()[kind], field.small, windows)
        told = (found for found in every if _is_claim(kind, found, field))
        yield from ((kind, found) for found in told if not _is_goods(kind, found, sold))
    for kind in _OF_ARMS if arms else ("condition",) if goods else ():
        every = _looked_for(claims()[kind], field.small, [(0, len(field.small))])
        yield from ((kind, found) for found in every if _is_claim(kind, found, field))


def _is_goods(kind: str, found: Found, sold: Sold) -> bool:
    """Whether what is claimed is what the listing sells: postage, or a guide to it."""
    return sold.postage or (sold.guide and (kind != "delivery" or not _OF_GUIDES.match(found.value)))


def _is_claim(kind: str, found: Found, field: Field) -> bool:
    """Whether a phrase says what its kind says, by what stands around it."""
    match kind:
        case "origin":
            return _is_origin(found, field)
        case "condition" if _MAYBE.search(field.small, max(0, found.start - BOUGHT), found.start):
            return False
        case "condition":
            return found.value != "new" or _is_new(found, field)
        case "delivery":
            return _is_delivery(found, field.small)
        case _:
            return True


def _is_delivery(found: Found, text: str) -> bool:
    """Whether a time, or a word of more meanings, is told of carrying, and a service is not refused."""
    before = text[max(0, found.start - AROUND) : found.start]
    if _OTHER.search(before + found.value) or (_REFUSED.search(before) and "track" not in found.value):
        return False
    if _LOOSE.fullmatch(found.value):
        return _CARRIED.search(before + text[found.end : found.end + AROUND]) is not None
    if not _TIME.search(found.value) or _CARRIED.search(found.value):
        return True
    return _is_time_of_carrying(found, text, before)


def _is_time_of_carrying(found: Found, text: str, before: str) -> bool:
    """Whether carrying is what the clause before a time tells of last, or else what is told around it."""
    clause = _CLAUSE.split(before)[-1]
    others = [other.end() for other in _OTHER_TIME.finditer(clause)]
    carried = [each.end() for each in _CARRIED.finditer(clause)]
    if _TIME_OF.match(text, found.end) or (others and (not carried or carried[-1] < others[-1])):
        return False
    return bool(carried) or _CARRIED.search(before + text[found.end : found.end + AROUND]) is not None


def _is_origin(found: Found, field: Field) -> bool:
    """What follows "made in" must be a place's name, and a nationality no part of a maker's or model's ("Ruger American")."""
    if _MADE.search(field.small, max(0, found.start - BOUGHT), found.start):
        return bool({found.value, found.value.split(" ")[0]} & names().keys())
    after_make = found.start - 1 in field.ended
    return not after_make and not _NAME_AFTER.match(field.small, found.end)


def _is_new(found: Found, field: Field) -> bool:
    """A "new" in small letters is a claim before a maker's name, after "bought", or where no further word follows."""
    if field.view.text[found.start : found.end] != "new":
        return True
    made = found.end + 1 in field.begun
    bought = _BOUGHT.search(field.small, max(0, found.start - BOUGHT), found.start)
    return made or bool(bought) or not _GOES_ON.match(field.view.text, found.end)


def _windows(field: Field, kind: str) -> list[tuple[int, int]]:
    """The stretches around the kind's words, those that overlap as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted((hit.start, hit.end) for hit in field.hits if hit.term.kind == kind):
        first, last = max(0, start - AROUND), end + AROUND
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def _looked_for(kind: Claims, text: str, windows: Sequence[tuple[int, int]]) -> Iterator[Found]:
    for first, last in windows:
        for match in kind.found(text, first, last):
            start, end = match.span("place") if match.groupdict().get("place") else match.span()
            bare = text[start:end].strip(" -+&,./*")
            start += text[start:end].index(bare)
            if bare:
                yield Found(" ".join(bare.split()), start, start + len(bare))

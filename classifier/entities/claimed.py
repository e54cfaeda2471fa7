"""Claims about condition, serial numbers, origin, delivery and concealment in one field."""

import re
from collections.abc import Iterator, Sequence

from classifier.entities.claims import Claims, claims
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
    r"ship|sent|send|deliver|dispatch|arriv|post|mail|receiv|versand|liefer|livr|envoi|expedi|envio|entrega|достав|отправ|kargo|teslim|sous|spedi|conseg|wysyl|dostaw|verzend"
)
_MADE = re.compile(r"(?<![^\W_])(?:in|in the|by|en|au|aux|в) $")
_NAME_AFTER = re.compile(
    r"[ -]?(?:eagle|arms|do\b|underground|express|style|rimfire|tactical|predator|ranch|gunner|whitetail|derringer|compact|classic|mauser ammo)"
)
_BOUGHT = re.compile(r"(?:purchased|bought|bought it|purchased it) $")
_MAYBE = re.compile(r"(?<![^\W_])(?:may|might|could)(?: also)?(?: have| be| show)? $")
"""What makes a claim a caution ("box may show wear")."""
_GOES_ON = re.compile(r" [a-z]")


def claimed(field: Field, *, arms: bool, goods: bool) -> Iterator[tuple[str, Found]]:
    """The claims of a field, of all kinds where it speaks of `arms`; the value is the claim in small letters with single spaces."""
    for kind in _ANYWHERE:
        windows = _windows(field, kind)
        every = _looked_for(claims()[kind], field.small, windows)
        yield from ((kind, found) for found in every if _is_claim(kind, found, field))
    for kind in _OF_ARMS if arms else ("condition",) if goods else ():
        every = _looked_for(claims()[kind], field.small, [(0, len(field.small))])
        yield from ((kind, found) for found in every if _is_claim(kind, found, field))


def _is_claim(kind: str, found: Found, field: Field) -> bool:
    """Whether a phrase says what its kind says, by what stands around it."""
    match kind:
        case "origin":
            return _is_origin(found, field)
        case "condition" if _MAYBE.search(field.small, max(0, found.start - BOUGHT), found.start):
            return False
        case "condition":
            return found.value != "new" or _is_new(found, field)
        case "delivery" if _TIME.search(found.value) and not _CARRIED.search(found.value):
            around = field.small[max(0, found.start - AROUND) : found.end + AROUND]
            return _CARRIED.search(around) is not None
        case _:
            return True


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

"""Claims about condition, serial numbers, origin, delivery and concealment in one field."""

import re
from collections.abc import Iterator, Sequence

from classifier.entities.claims import Claims, claims
from classifier.entities.scene import Field
from pipeline.values.found import Found

BOUGHT = 16
AROUND = 70
"""Characters around a word of the kind in which its claim is looked for."""
_ANYWHERE = ("delivery", "concealment")
"""Claims of adverts for anything; the others are made of arms."""
_OF_ARMS = ("condition", "serial", "origin")
_NO_PLACE = frozenset(["the", "metal", "steel", "a", "r", "my", "small", "large"])
_NAME_AFTER = re.compile(r" ?(?:eagle|arms|do\b|underground|express|style|mauser ammo)")
_BOUGHT = re.compile(r"(?:purchased|bought|bought it|purchased it) $")
_GOES_ON = re.compile(r" [a-z]")


def claimed(field: Field, *, arms: bool, goods: bool) -> Iterator[tuple[str, Found]]:
    """The claims of a field, of all kinds where it speaks of `arms`; the value is the claim in small letters with single spaces."""
    for kind in _ANYWHERE:
        windows = _windows(field, kind)
        yield from ((kind, found) for found in _looked_for(claims()[kind], field.small, windows))
    for kind in _OF_ARMS if arms else ("condition",) if goods else ():
        every = _looked_for(claims()[kind], field.small, [(0, len(field.small))])
        yield from ((kind, found) for found in every if _is_claim(kind, found, field))


def _is_claim(kind: str, found: Found, field: Field) -> bool:
    """Whether "made in" has a place after it, a nationality stands for no name, and a "new" in small letters is no word before another."""
    if kind == "origin":
        return found.value not in _NO_PLACE and not _NAME_AFTER.match(field.small, found.end)
    if found.value != "new" or field.view.text[found.start : found.end] != "new":
        return True
    made = any(hit.term.kind == "make" and hit.start == found.end + 1 for hit in field.hits)
    return (
        made
        or bool(_BOUGHT.search(field.small, max(0, found.start - BOUGHT), found.start))
        or not _GOES_ON.match(field.view.text, found.end)
    )


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

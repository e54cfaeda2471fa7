"""Claims about condition, serial numbers, origin, delivery and concealment in one field."""

from collections.abc import Iterator, Sequence

from classifier.entities.claims import Claims, claims
from classifier.entities.scene import Field
from pipeline.values.found import Found

AROUND = 70
"""Characters around a word of the kind in which its claim is looked for."""
_ANYWHERE = ("delivery", "concealment")
"""Claims of adverts for anything; the others are made of arms."""
_OF_ARMS = ("condition", "serial", "origin")


def claimed(field: Field, *, arms: bool) -> Iterator[tuple[str, Found]]:
    """The claims of a field; the value is the claim in small letters with single spaces."""
    for kind in _ANYWHERE:
        windows = _windows(field, kind)
        yield from ((kind, found) for found in _looked_for(claims()[kind], field.small, windows))
    if arms:
        for kind in _OF_ARMS:
            yield from ((kind, found) for found in _looked_for(claims()[kind], field.small, [(0, len(field.small))]))


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

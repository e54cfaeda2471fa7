"""In what two readings of one thing differ, field by field."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

TOLERANCE = 1e-6
"""Numbers that differ by less are the same: the last bits of another processor's arithmetic."""
SHOWN, BEFORE = 200, 20
"""Characters of a text that are shown, and how many of them before the first difference."""
NOTHING = "nothing"


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One field that was recorded otherwise than it is recomputed."""

    field: str
    recorded: str
    recomputed: str


def differences(recorded: object, recomputed: object, field: str = "") -> Iterator[Difference]:
    """Every field of two records, or values, that is not the same."""
    yield from _differences(msgspec.to_builtins(recorded), msgspec.to_builtins(recomputed), field)


def _differences(one: object, other: object, field: str) -> Iterator[Difference]:
    match one, other:
        case dict(), dict():
            for name in dict.fromkeys((*one, *other)):
                yield from _differences(one.get(name), other.get(name), f"{field}.{name}".removeprefix("."))
        case list() | tuple(), list() | tuple() if len(one) == len(other):
            for number, (each, its) in enumerate(zip(one, other, strict=True)):
                yield from _differences(each, its, f"{field}[{number}]")
        case float() | int(), float() | int() if abs(one - other) <= TOLERANCE:
            return
        case _ if one != other:
            yield _difference(field, _text(one), _text(other))


def _difference(field: str, one: str, other: str) -> Difference:
    same = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    begin = max(0, same - BEFORE)
    return Difference(field=field, recorded=_cut(one, begin), recomputed=_cut(other, begin))


def _cut(text: str, begin: int) -> str:
    return "…" * (begin > 0) + text[begin : begin + SHOWN] + "…" * (len(text) > begin + SHOWN)


def _text(value: object) -> str:
    match value:
        case None:
            return NOTHING
        case str():
            return value
        case Mapping() | Sequence():
            return msgspec.json.encode(value, order="deterministic").decode()
        case _:
            return str(value)

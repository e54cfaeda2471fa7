"""Claims of an advert about condition, serial numbers, origin, delivery and concealment: longest phrases of a list."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from classifier.entities.gazetteer import sections
from pipeline.text import traced

_NAME = re.compile(r"\{([a-z]+)\}")
_GAP = r"(?:[\s\-–—/+&*]|&amp;){1,3}"
_SPACE = re.compile(r" (?![?*{])")
_END = r"(?:(?![^\W_])|(?=type(?![^\W_])))"
"""A French site of classified adverts joins the next label to a word: "NeufType"."""
_REST = r"[^\W_]{0,12}"


class Claims(NamedTuple):
    """The phrases of one kind."""

    any: re.Pattern[str]
    each: tuple[re.Pattern[str], ...]

    def found(self, text: str, first: int, last: int) -> Iterator[re.Match[str]]:
        """The phrases in a stretch of a lower-case text, at each place the longest, none within another."""
        place = first
        while begin := self.any.search(text, place, last):
            matches = (pattern.match(text, begin.start()) for pattern in self.each)
            longest = max((match for match in matches if match), key=lambda match: match.end(), default=None)
            if longest:  # none where the stretch ends inside a word
                yield longest
            place = max(longest.end() if longest else 0, begin.start() + 1)


@cache
def claims() -> dict[str, Claims]:
    """The phrases of each kind."""
    named: dict[str, str] = {}
    patterns: dict[str, list[str]] = defaultdict(list)
    for section, spelt in sections("claims.txt"):
        line = traced(spelt).text
        name, _, meaning = line.partition(" = ")
        if section == "names":
            named[name] = meaning
        else:
            patterns[section].append(_pattern(_NAME.sub(lambda found: f"(?:{named[found[1]]})", line)))
    return {kind: _compiled(found) for kind, found in patterns.items()}


def _pattern(line: str) -> str:
    """A line as a regular expression; what may be repeated is at most five times, for each try costs as much."""
    return _SPACE.sub(lambda _: _GAP, line).replace("~", _REST).replace(")*", "){0,5}")


def _compiled(patterns: list[str]) -> Claims:
    whole = [rf"(?<![^\W_])(?:{pattern}){_END}" for pattern in patterns]
    bare = "|".join(re.sub(r"\(\?P<\w+>", "(?:", pattern) for pattern in patterns)
    return Claims(re.compile(rf"(?<![^\W_])(?:{bare}){_END}"), tuple(map(re.compile, whole)))

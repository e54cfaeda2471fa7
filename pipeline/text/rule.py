"""A rule that rewrites a text, and costs little where it has nothing to say."""

import re
from collections.abc import Callable
from typing import NamedTuple


class Rule(NamedTuple):
    """Puts `read` for what `whole` matches; `hint` is in every text that `whole` matches, and begins with a rare character.

    Python's search for one character of a set takes 5 ns a place, for anything else 40 ns.
    """

    hint: re.Pattern[str]
    whole: re.Pattern[str]
    read: Callable[[re.Match[str]], str]

    def __call__(self, text: str) -> str:
        """The text rewritten."""
        return self.whole.sub(self.read, text) if self.hint.search(text) else text

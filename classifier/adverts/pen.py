"""The hand that writes an invented advert: it fills phrases, and draws them from one language's book."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from classifier.adverts.phrasebook import Book, told

SLOT = re.compile(r"\{(\w+)\}")
NAMED = 0.1
"""Part of the makers and models that come from the gazetteer."""
MODELS = ("pistol", "rifle")
"""Slots that a name of the gazetteer may fill, whatever is sold: a holster as much as a pistol."""


@dataclass(frozen=True, kw_only=True)
class Pen:
    """A writer of one language."""

    language: str
    book: Book
    rng: random.Random
    names: Sequence[str] = ()

    def lucky(self, chance: float) -> bool:
        """True in so large a part of the cases."""
        return self.rng.random() < chance

    def filled(self, phrase: str, item: str = "") -> str:
        """The phrase with a draw in every slot."""
        return SLOT.sub(lambda slot: item if slot[1] == "item" else self._drawn(slot[1]), phrase)

    def line(self, section: str, item: str = "") -> str:
        """A filled phrase of the section; "" where the language has none."""
        lines = self.book.get(section, ())
        return self.filled(self.rng.choice(lines), item) if lines else ""

    def lines(self, section: str, most: int, item: str = "") -> list[str]:
        """So many different filled phrases of the section, fewer if it has fewer."""
        return self._some(self.book.get(section, ()), most, item)

    def about(self, kind: str, most: int) -> list[str]:
        """So many sentences about such goods."""
        return self._some(told(self.language, kind), most, "")

    def plain(self, most: int) -> str:
        """Everyday words of the language, so that none of them tells anything by itself."""
        return " ".join(self.rng.sample(self.book["word"], k=self.rng.randint(1, most)))

    def _drawn(self, slot: str) -> str:
        if self.names and slot in MODELS and self.lucky(NAMED):
            return self.rng.choice(self.names)
        drawn = self.rng.choice(self.book[slot])
        return self.filled(drawn) if "{" in drawn else drawn

    def _some(self, lines: Sequence[str], most: int, item: str) -> list[str]:
        return [self.filled(line, item) for line in self.rng.sample(lines, k=min(most, len(lines)))]

"""Which words of the invented adverts give an offer in scope away, how many texts are twins, and how long they are."""

import re
import sys
from collections import Counter
from collections.abc import Sequence

from classifier.adverts.generate import generated
from classifier.truth.examples import Example

WORD = re.compile(r"[^\W\d_]{3,}")
RARE = 10
"""A word must stand in more adverts than this to be a sign."""
TELLING = 0.75
"""Part of a word's adverts that are in scope from which it is printed: none of them should be an everyday word."""


def main(count: int, seed: int) -> None:
    """Print the figures of so many adverts."""
    adverts = generated(count, seed)
    distinct = len({each.text for each in adverts})
    lengths = sorted(len(each.description) for each in adverts)
    print(f"{count} adverts, {1 - distinct / count:.1%} twins, {sum(each.in_scope for each in adverts)} in scope")
    print("description letters at 25, 50, 75, 95 %:", [lengths[count * part // 100] for part in (25, 50, 75, 95)])
    for language in sorted({each.market for each in adverts}):
        print(language, *telling([each for each in adverts if each.market == language]))


def telling(adverts: Sequence[Example]) -> list[str]:
    """The words of which most adverts are in scope, the most frequent first."""
    within, anywhere = Counter[str](), Counter[str]()
    for each in adverts:
        words = set(WORD.findall(f"{each.title} {each.description}".lower()))
        anywhere.update(words)
        within.update(words if each.in_scope else ())
    found = [word for word, number in within.most_common() if number > RARE and number > TELLING * anywhere[word]]
    return [f"{word}:{within[word]}/{anywhere[word]}" for word in found]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30_000, seed=5)

"""Labels at the beginnings of lines of text that its author set by hand: "Price - $40", "From - Poland"."""

from collections.abc import Iterator

from crawlers.draft.labels import LONGEST, label
from crawlers.draft.quoting import quoted
from crawlers.draft.sample import Sample
from crawlers.profile import Pick

FEWEST = 2
"""Lines with a label in a text that is set so."""
MOST_LINES = 80


def lined(sample: Sample) -> Iterator[tuple[tuple[str, ...], bool, Pick]]:
    """The rest of each line that begins with a label and its mark."""
    for text in sample.node.root.xpath("descendant-or-self::pre/text()")[:MOST_LINES]:
        lines = [line.strip() for line in text.splitlines()[:MOST_LINES]]
        told = [found for line in lines if len(line) <= LONGEST and (found := label(line)) and found.rest]
        for one in told if len(told) >= FEWEST else ():
            select = f"{sample.prefix}pre/text()[contains(., {quoted(one.written)})]"
            yield one.fields, one.weak, Pick(select=select, after=one.written, before="\n")

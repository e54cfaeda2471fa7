"""Which listings the linear screen may keep from the encoder: only those whose text it can be trusted with."""

from classifier.features import View, view
from classifier.language import language as language_of
from classifier.linear import Linear
from pipeline.records import Context, Listing

SCREENED = frozenset({"", "en"})
"""Languages of the real listings that the screen's recall was measured on; "" is a text too short to tell."""
FEWEST = 4
"""Known n-grams below which the screen cannot judge a text."""
CHECKED = 0.01
"""Part of the listings kept back that go on all the same, so that the screen's misses are counted."""


def bypassed(listing: Listing, context: Context, seen: View, language: str, linear: Linear) -> bool:
    """Whether a listing goes on to the encoder whatever the screen says.

    Because of its language, of mixed scripts or hidden characters, of an earlier hit of its vendor, or of too few known words.
    """
    return (
        language not in SCREENED
        or bool(seen.mixed or seen.invisible)
        or context.vendor_flagged > 0
        or (not (listing.title + listing.description).isascii() and _foreign(seen))
        or not _known(seen, linear)
    )


def abroad(seen: View, language: str) -> bool:
    """Whether a text is in a language that no real listing taught, by its name or by its alphabet; letters mixed into words are a disguise."""
    return language not in SCREENED or (not seen.mixed and _foreign(seen))


def told_abroad(title: str, description: str) -> bool:
    """The same of a title and a description."""
    return abroad(view(title, description), language_of(f"{title}\n{description}"))


def drawn(listing: Listing) -> bool:
    """Whether a listing is among the hundredth that is checked; the same for every reading of one version."""
    return int(listing.version[:8], 16) < CHECKED * 16**8


def _foreign(seen: View) -> bool:
    """Whether a word has letters of another alphabet than the Latin one."""
    return any(word and max(word) >= "\u0250" for part in (seen.title, seen.rest) for word in part.words)


def _known(seen: View, linear: Linear) -> bool:
    found = 0
    for part in (seen.title, seen.rest):
        for word in part.words:
            found += linear.known(word)
            if found >= FEWEST:
                return True
    return False

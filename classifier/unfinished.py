"""Whether an offer of a frame or receiver says that it is still to be finished."""

import re

from pipeline.text import normalised

LOOKED_AT = 2_000
"""Characters of title and description that are looked at."""
WORDS = re.compile(
    r"\b80 ?(?:%|percent\b|prozent\b|lower\b|frame\b)|\b(?:un|half-|half |semi-|semi |partly |partially )finished\b"
    r"|\bunfertig|\bunvollendet|\brohling|\bhalbfertig|\bébauche|\binachevé|\bnon finie?s?\b|\bsin (?:terminar|acabar)\b|\binacabad"
    r"|\bnon finit[aeio]\b|\bнедоделан|\bнезаверш[её]н|\bзаготовк|\bbitmemiş|\byarı mamul|\bniedokończon|\bnieukończon",
    re.IGNORECASE,
)
"""In English, German, French, Spanish, Italian, Portuguese, Russian, Turkish and Polish."""


def unfinished(title: str, description: str) -> bool:
    """Whether the text says so; asked of offers of frames and receivers, of others it means nothing."""
    return any(WORDS.search(normalised(text[:LOOKED_AT]).text) for text in (title, description))

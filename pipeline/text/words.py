"""Cuts text into search words that any index can keep whole: SQLite's FTS5 and Elasticsearch's whitespace analyser alike."""

import re
from collections.abc import Iterator
from unicodedata import category, normalize

from pipeline.text.normal import normalised
from pipeline.text.reveal import revealed
from pipeline.text.rule import Rule

LONGEST = 128
"""Most characters of one word; a Monero address has 106."""
KNOWN = 65_536
"""Most runs whose words are remembered, so that no page can fill the memory; longer ones than `LONGEST_KNOWN` never are."""
LONGEST_KNOWN = 24

_FLAT = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th", "ĸ": "k"}
)
_ANY_FLAT = re.compile(f"[{''.join(map(chr, _FLAT))}]")
_MARK = re.compile("[\u0300-\u036f]")
_CALIBRE_HINT = re.compile(r"[x×х*] ?\d\d")
_CALIBRE = re.compile(
    r"(?<![\w.,])(?:(\d{1,2})[.,](\d{1,3}) ?[x×х*] ?|(\d{1,2})[x×х*])(\d\d)(?: ?mm\b|(?![\w]|[.,]\d))"
)
_WHOLE_BORE_HINT = re.compile(r"[x×х*] [1-6]\d")
_WHOLE_BORE = re.compile(
    r"(?<![\w.,])(?:(7) ?[x×х*] (57|64)|(8) ?[x×х*] (57)|(9) ?[x×х*] (17|18|19|21|23|39)|(10) ?[x×х*] (25))(?: ?mm\b|(?!\w|[.,]\d))"
)
"""Calibres without a fraction are known by name where they are written apart: most of "10 x 20" are quantities."""
_A_UNIT = "(?:mm|lr|acp|ga|gr?|mg|kg|ml|cal(?!\\.? ?\\.?[0-9]))(?![^\\W_])"
_UNIT_HINT = re.compile(f"[0-9][ -] ?{_A_UNIT}")
_UNIT = re.compile(rf"(?<![^\W_])(?<![^\W\d_]-)([0-9]+)(?:  ?|-)({_A_UNIT})")
"""A number and its unit written apart; in "AK-47 cal" and "Glock 17 cal. 9mm" the number is a model's."""
_OUTER_DOT = re.compile(r"(?<![0-9])\.|\.(?![0-9])")
_RAGGED = re.compile(
    "([\u3040-\u30ff\u3105-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff々〇]+)"
)
_AFTER_ES = ("ches", "shes", "sses", "xes", "zzes")
_WITH_NUMBER = re.compile(r"([^\W\d_]{1,12})(\d{1,4})")


class _Separators(dict[int, int]):
    """Which characters words are made of, learnt as they come: letters, digits, marks and dots stay, anything else is a space."""

    def __missing__(self, code: int) -> int:
        kept = code if code == ord(".") or category(chr(code))[0] in "LNM" else ord(" ")
        if code < 0x3000:  # noqa: PLR2004  # so that no page can fill the memory
            self[code] = kept
        return kept


class _Known(dict[str, str]):
    """The search words, parted by spaces, of what stands between two spaces, learnt as they come: most of a text's runs stood in others before."""

    def __missing__(self, run: str) -> str:
        words = _words(run)
        if len(run) <= LONGEST_KNOWN:
            if len(self) >= KNOWN:
                self.clear()
            self[run] = words
        return words


_SEPARATORS = _Separators()
_KNOWN = _Known()


def tokens(text: str) -> list[str]:
    """The search words of a text, in its order; equal for all spellings of a word that a reader takes as the same.

    Case and diacritics are folded, disguises undone, plurals cut. A word is letters, digits and marks, with dots between
    digits (7.62x39, 0.5; .45 is 45), at most 128 characters. Letters and a number glued together are two words, so that
    AK-47, AK 47 and AK47 agree, while a calibre or an amount is one word (9mm and 9 mm, 22lr and 22-lr, 7.62x39 and
    7.62 x 39). Chinese, Japanese and Korean runs are pairs of characters.
    """
    return search_text(text).split()


def search_text(text: str) -> str:
    """The same search words, parted by spaces, as both indexes take them."""
    return " ".join(filter(None, _runs(text)))


def runs(text: str) -> list[tuple[str, ...]]:
    """The same search words, those apart that stand together: what was between two spaces, or was joined across some."""
    return [tuple(words.split()) for words in _runs(text)]


def folded(text: str) -> str:
    """The text in small letters without diacritics; its length may change."""
    if text.isascii():
        return text.lower()
    bare = normalize("NFC", _MARK.sub("", normalize("NFD", text.casefold())))
    return bare.translate(_FLAT) if _ANY_FLAT.search(bare) else bare


def _runs(text: str) -> Iterator[str]:
    return map(_KNOWN.__getitem__, _plain(folded(normalised(text).text)).split())


def _plain(folded: str) -> str:
    text = revealed(folded).lower()
    if _CALIBRE_HINT.search(text):  # what hints at a whole bore hints at a calibre
        text = _whole_bores(_calibres(text))
    return _units(text)


def _words(run: str) -> str:
    if run.isascii() and run.isalnum():
        return _singulars(run[:LONGEST])
    spaced = _OUTER_DOT.sub(" ", run.translate(_SEPARATORS))
    return " ".join(_singulars(part[:LONGEST]) for whole in spaced.split() for part in _parts(whole))


def _calibre(found: re.Match[str]) -> str:
    whole, fraction, bore, length = found.groups()
    return f"{bore or whole + '.' + fraction}x{length}"


def _whole_bore(found: re.Match[str]) -> str:
    return "x".join(part for part in found.groups() if part)


def _together(found: re.Match[str]) -> str:
    return found[1] + found[2]


def _parts(word: str) -> list[str]:
    if word.isascii():
        return [word]
    return [each for part in _RAGGED.split(word) if part for each in _pairs(part)]


def _pairs(part: str) -> list[str]:
    if len(part) == 1 or not _RAGGED.match(part):
        return [part]
    return [part[place : place + 2] for place in range(len(part) - 1)]


def _singulars(word: str) -> str:
    if word[-1] != "s" and (word[0].isdigit() or not word[-1].isdigit()):
        return word
    singular = _singular(word)
    found = _WITH_NUMBER.fullmatch(singular)
    return f"{_singular(found[1])} {found[2]}" if found else singular


def _singular(word: str) -> str:
    """The word without a plural s, where that is safe to say of Latin words in general; doing it again changes nothing."""
    if len(word) < 3 or word[-1] != "s" or word.endswith(("ss", "us", "is")):  # noqa: PLR2004  # "5s"
        return word
    if word[-2].isdigit():
        return word[:-1]
    if len(word) == 3 or not word[-2].isalpha():  # noqa: PLR2004  # "gas", "was"
        return word
    if word.endswith("ies") and len(word) > 4:  # noqa: PLR2004  # "ties"
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(_AFTER_ES) else word[:-1]


_calibres = Rule(_CALIBRE_HINT, _CALIBRE, _calibre)
_whole_bores = Rule(_WHOLE_BORE_HINT, _WHOLE_BORE, _whole_bore)
_units = Rule(_UNIT_HINT, _UNIT, _together)

"""The second view of a text: spelt-out words joined, digits and signs that stand for letters read as letters.

What is no disguise stays: a number before, after or beside a word (9mm, .45, 7.62x39, AK-47, M4, G17, 12ga, 50bmg, x10pcs,
$50), and a word in which the digits read as a number (AR15A2, SW40VE) or begin like no word (MP5SD).
"""

import re
from functools import lru_cache

from pipeline.text.normal import normalised
from pipeline.text.rule import Rule
from pipeline.text.scripts import unmixed

REMEMBERED, LONGEST_REMEMBERED = 2_048, 1_500
"""Texts whose reading is remembered, some batches of listings, and the letters beyond which none is: 12 MB at most."""
LONGEST = 20
"""A longer word is a key, an address or a digest, and no disguise."""

_SIGNS = {
    "$": "s", "@": "a", "€": "e", "§": "s", "₳": "a", "₵": "c", "₲": "g", "₭": "k", "₥": "m", "₦": "n", "₱": "p",
    "₴": "s", "₮": "t", "₩": "w",
}  # fmt: skip
_DIGITS = {"0": "o", "3": "e", "4": "a", "5": "s", "7": "t"}
_VOWELS = frozenset("aeiouyàáâäåæèéêëìíîïòóôöøùúûüýœ")
_BEFORE_L = frozenset("bcfgkps")
"""Consonants that a word may have before l and a vowel, so that 1 reads as l there."""
_ONSET = re.compile("[bcfgkps]l|[bcdfgkptw]r|[cgprstw]h|s[ckmnptw]|[dt]w|kn|chr|sch|s[cpt]r|shr|spl|thr")
"""Two or three consonants that a word may begin with."""
_NUMBERLESS = frozenset(["0", "00", "000", "1", "11", "3", "33", "4", "44", "5", "55", "7", "77"])
"""Digit runs that may stand for letters; any other run is a number."""
_TIMES = re.compile("[xX][0-9]")
_CURRENCY = re.compile("a|au|aud|c|ca|cad|can|hk|hkd|mx|nz|nzd|r|s|sg|sgd|us|usd", re.IGNORECASE)
"""What stands before $ in a price."""

_A = "A-Za-z\u00c0-\u024f"
_SIGN = "".join(_SIGNS)
_PART = "(?:[^\\W\\d_]|[013457$@])"
_POINT = r"[.\-_*|/·•~+:,'^=]"
_BETWEEN = f" ?{_POINT}{{1,3}} ?"
_MARK = re.compile("[\u0300-\u036f]")
_REPEATED_HINT = re.compile(r"([\x00-\x08\x0e-\x1b!-#%-/:-?\[-^`{-\U0010ffff])\1")
_REPEATED = re.compile(r"([^\w\s$@])\1+(?:(?<![.,])|(?!\d))")
_SPACED_HINT = re.compile(r"[ \t]\S[ \t]\S[ \t]")
_SPACED = re.compile(rf"(?<![^\W_])[^\W\d_]([ \t]){_PART}(?:\1{_PART})+\1[^\W\d_](?![^\W_])")
_DOTTED_HINT = re.compile(rf"{_POINT}(?<![^\W_][^\W_].) ?[\w$@] ?{_POINT}")
_DOTTED = re.compile(
    rf"(?<![^\W_])(?<![^\W_]{_POINT})[^\W\d_]({_BETWEEN})(?:{_PART}\1)+[^\W\d_](?![^\W_])(?!\1[^\W\d_])"
)
_WORD_HINT = re.compile(f"[0-9{_SIGN}](?:(?<=[{_A}].)|(?<=[{_SIGN}])[{_A}{_SIGN}])")
_WORD = re.compile(rf"(?<![{_A}0-9_])(?:[{_SIGN.replace('@', '')}][{_A}{_SIGN}]|[{_A}]+[0-9{_SIGN}])[{_A}0-9{_SIGN}]*")
_RUN = re.compile(r"\d+")
_BAR_HINT = re.compile(r"[!|][^\W\d_]")
_BAR = re.compile(r"(?<![\w!|])([b-df-hj-np-tv-z]{1,2})([!|])(?=([a-z])[a-z])", re.IGNORECASE)
_NEW_WORD = re.compile("[0-9][A-Z].*[a-z]|[a-z].*[0-9][A-Z]|^\\W(?:\\W|[A-Z][a-z])")


def deobfuscated(text: str) -> str:
    """The text as it reads once disguises are undone; for a screen, a gazetteer or a search, beside the original."""
    return uncovered(normalised(text).text)


def uncovered(normal: str) -> str:
    """The same for a text that is normalised already; short ones are remembered, for several readers ask for the same one."""
    return _remembered(normal) if len(normal) <= LONGEST_REMEMBERED else _uncovered(normal)


def _uncovered(normal: str) -> str:
    return revealed(normal if normal.isascii() else _MARK.sub("", normal))


_remembered = lru_cache(maxsize=REMEMBERED)(_uncovered)


def revealed(text: str) -> str:
    """A normalised text with repeated punctuation made single and its disguises undone."""
    return undone(_single(text))


def undone(text: str) -> str:
    """A normalised text with spelt-out words joined, and letters put for look-alike digits and signs."""
    for step in STEPS:
        before = text
        for rule in step:
            text = rule(text)
        text = again(text, before)
    return text


def again(text: str, before: str) -> str:
    """The text with scripts unmixed again, where a step changed it; as many code points."""
    return text if text.isascii() or text == before else unmixed(text)[0]


def _once(found: re.Match[str]) -> str:
    return found[0][0]


def _joined(found: re.Match[str]) -> str:
    parts = found[0].split(found[1])
    digits = sum(map(str.isdigit, parts))
    return found[0] if 3 * digits > len(parts) else "".join(parts)


def _unbarred(found: re.Match[str]) -> str:
    onset, _, after = found.groups()
    return onset + _one(onset[-1].lower(), after.lower()) if _begins_a_word(onset.lower()) else found[0]


def _read(found: re.Match[str]) -> str:
    word = found[0]
    core = word.rstrip("0123456789")
    after = found.string[found.end() : found.end() + 2]
    if core + "0" == word and core.isalpha() and not (after[:1] in {".", ","} and after[1:].isdigit()):
        core = word
    if core[-1] in "$@€" and not _is_plural(core, word, after):
        return word
    if "@" in core and after[:1] == "." and after[1:].isalpha():
        return word
    read = _letters(core) if _is_disguise(core) else core
    return word if _VOWELS.isdisjoint(read.lower()) else read + word[len(core) :]


def _is_plural(core: str, word: str, after: str) -> bool:
    """Whether the sign that ends a word is an s, and no currency."""
    price = core != word or after.strip()[:1].isdigit() or bool(_CURRENCY.fullmatch(core[:-1]))
    return core[-1] == "$" and not price


def _is_disguise(core: str) -> bool:
    runs = _RUN.findall(core)
    digits = sum(map(len, runs))
    letters = len(core) - digits
    if not 3 <= letters <= LONGEST or 2 * digits > letters or not _NUMBERLESS.issuperset(runs):  # noqa: PLR2004  # a word
        return False
    if _NEW_WORD.search(core):
        return False
    if not "".join(runs).strip("0"):
        return True
    if letters == 3 or _TIMES.match(core):  # noqa: PLR2004  # "M4A", "SR5"
        return False
    small = core.lower()
    return _begins_a_word(small[: small.index(runs[0])])


def _begins_a_word(start: str) -> bool:
    return len(start) == 1 or _ONSET.fullmatch(start) is not None or not _VOWELS.isdisjoint(start)


def _letters(core: str) -> str:
    small = core.lower()

    def letter(found: re.Match[str]) -> str:
        sign = found[0][0]
        if sign == "1":
            return len(found[0]) * _one(small[found.start() - 1], small[found.end()])
        return len(found[0]) * _DIGITS[sign]

    read = _RUN.sub(letter, "".join(_SIGNS.get(each, each) for each in core))
    return read.upper() if core.isupper() else read


def _one(before: str, after: str) -> str:
    """What 1 stands for between two letters: l after a vowel or in an onset such as "gl", else i."""
    return "l" if before in _VOWELS or (before in _BEFORE_L and after in _VOWELS) else "i"


_spaced = Rule(_SPACED_HINT, _SPACED, _joined)
_dotted = Rule(_DOTTED_HINT, _DOTTED, _joined)
_barred = Rule(_BAR_HINT, _BAR, _unbarred)
_lettered = Rule(_WORD_HINT, _WORD, _read)
_single = Rule(_REPEATED_HINT, _REPEATED, _once)
STEPS = ((_spaced, _dotted), (_barred, _lettered))
"""What undoes a disguise, in this order: first characters are taken out, then letters put for signs; scripts are unmixed after each step."""

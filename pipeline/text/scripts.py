"""Letters drawn like letters of another script, and words that mix scripts.

The tables are our own: twins look the same in common typefaces; likenesses are what people decorate Latin words with.
"""

import re

_TWINS = {
    "A": "АΑᎪ", "B": "ВΒᏴ", "C": "СᏟ", "D": "Ꭰ", "E": "ЕΕᎬ", "G": "ԌᏀ", "H": "НΗᎻ", "I": "ІӀΙ", "J": "ЈᎫ",
    "K": "КΚᏦ", "L": "ԼᏞ", "M": "МΜᎷ", "N": "Ν", "O": "ОΟՕ", "P": "РΡᏢ", "Q": "Ԛ", "R": "Ꭱ", "S": "ЅՏᏚ",
    "T": "ТΤᎢ", "U": "Ս", "V": "ѴᏙ", "W": "ԜᎳ", "X": "ХΧ", "Y": "УҮΥ", "Z": "ΖᏃ",
    "a": "а", "c": "с", "d": "ԁ", "e": "е", "g": "ց", "h": "һհ", "i": "іιᎥ", "j": "јյ", "k": "кκ", "l": "ӏ",
    "n": "ոη", "o": "оοօ", "p": "рρ", "q": "ԛզ", "s": "ѕ", "u": "սυ", "v": "ѵν", "w": "ԝ", "x": "хχ", "y": "уүγ",
}  # fmt: skip
_LIKENESSES = {
    "A": "ДΛΔ", "E": "ЭЄΣ", "N": "ИЙП", "O": "ФΘΩ", "R": "ЯГΓ", "U": "Ц", "W": "ШЩ", "B": "БЬЪ",
    "a": "αд", "b": "вьъбβ", "d": "δ", "e": "єэзёεξ", "f": "ғ", "h": "нңћђ", "k": "қҝ", "l": "λ", "m": "м",
    "n": "ипйлπ", "o": "фθσөφ", "r": "яг", "s": "ς", "t": "тτ", "u": "цμ", "w": "шщωψ", "y": "чў",
}  # fmt: skip
_DRAWN = {
    "a": "ᴀɑ", "b": "ʙ", "c": "ᴄ", "d": "ᴅ", "e": "ᴇɇ", "f": "ꜰƒ", "g": "ɢɡ", "h": "ʜⱨ", "i": "ɪ", "j": "ᴊȷ", "k": "ᴋⱪ",
    "l": "ʟⱡ", "m": "ᴍ", "n": "ɴ", "o": "ᴏ", "p": "ᴘ", "q": "ꞯ", "r": "ʀɽ", "s": "ꜱ", "t": "ᴛ", "u": "ᴜʉ", "v": "ᴠ",
    "w": "ᴡ", "y": "ʏɏ", "z": "ᴢⱬ", "E": "Ɇ", "H": "Ⱨ", "K": "Ⱪ", "L": "Ⱡ", "R": "Ɽ", "U": "Ʉ", "Y": "Ɏ", "Z": "Ⱬ",
}  # fmt: skip
"""Small capitals and barred letters, which are Latin and yet of no everyday spelling."""


def _table(letters: dict[str, str]) -> dict[int, str]:
    return {ord(like): letter for letter, likes in letters.items() for like in likes}


_TO_LATIN = _table(_LIKENESSES) | _table(_TWINS)
_TWIN_CODES = frozenset(_table(_TWINS))
_TO_CYRILLIC = str.maketrans("ABCEHIKMOPTXYaceikopxy", "АВСЕНІКМОРТХУасеікорху")
_BADGES = {start + number: chr(ord("A") + number) for start in (0x1F150, 0x1F170) for number in range(26)}
_FROM_DRAWN = _table(_DRAWN) | _BADGES
_ANY_DRAWN = re.compile(f"[{''.join(_DRAWN.values())}\U0001f150-\U0001f169\U0001f170-\U0001f189]")

_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_GREEK = re.compile("[\u0370-\u03ff\u1f00-\u1fff]")
_ARMENIAN_OR_CHEROKEE = re.compile("[\u0531-\u0587\u13a0-\u13fd\uab70-\uabbf]")
_SCRIPTS = (_LATIN, _CYRILLIC, _GREEK, _ARMENIAN_OR_CHEROKEE)
_FOREIGN = re.compile("[\u0370-\u052f\u0531-\u0587\u13a0-\u13fd\u1f00-\u1fff\uab70-\uabbf]")
_WORD = re.compile("(?:[^\\W_][\u0300-\u036f]*)+")


def drawn(text: str) -> str:
    """The text with small capitals, barred letters and lettered badges as plain letters."""
    return text.translate(_FROM_DRAWN) if _ANY_DRAWN.search(text) else text


def unmixed(text: str) -> tuple[str, int]:
    """The text with each word that mixes scripts in one script, and how many such words there were."""
    if not _FOREIGN.search(text):
        return text, 0
    mixed = 0

    def one(found: re.Match[str]) -> str:
        nonlocal mixed
        word = found[0]
        if sum(bool(script.search(word)) for script in _SCRIPTS) < 2:  # noqa: PLR2004  # two scripts make a mixture
            return word
        mixed += 1
        return word.translate(_TO_CYRILLIC if _is_cyrillic(word) else _TO_LATIN)

    return _WORD.sub(one, text), mixed


def _is_cyrillic(word: str) -> bool:
    """Whether a mixed word is Cyrillic with Latin twins in it: some letter must be Cyrillic, and no letter must be Latin."""
    codes = {ord(letter) for letter in word}
    own = any(0x400 <= code <= 0x52F and code not in _TWIN_CODES for code in codes)  # noqa: PLR2004  # the Cyrillic block
    return own and all(code in _TO_CYRILLIC for code in codes if _LATIN.match(chr(code)))

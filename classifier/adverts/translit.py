"""Russian, Ukrainian and Serbian words in the other alphabet, as people type them."""

PAIRS = dict(
    zip(
        "абвгдезийклмнопрстуфхцыэіїґєё",
        (*"abvgdeziiklmnoprstufh", "c", "y", "e", "i", "yi", "g", "ye", "e"),
        strict=True,
    )
)
LATIN = PAIRS | {"ж": "zh", "ч": "ch", "ш": "sh", "щ": "sch", "ю": "yu", "я": "ya", "ъ": "", "ь": ""}
SERBIAN = {
    "dž": "џ", "lj": "љ", "nj": "њ", "a": "а", "b": "б", "v": "в", "g": "г", "d": "д", "đ": "ђ", "e": "е", "ž": "ж",
    "z": "з", "i": "и", "j": "ј", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "r": "р", "s": "с",
    "t": "т", "ć": "ћ", "u": "у", "f": "ф", "h": "х", "c": "ц", "č": "ч", "š": "ш",
}  # fmt: skip
FOREIGN = frozenset("qwxyQWXY0123456789")
"""Signs of a word that is a name, a calibre or English: it stays as it is."""


def latin(text: str) -> str:
    """Cyrillic text in Latin letters ("pistolet makarova")."""
    return "".join(_cased(letter, LATIN.get(letter.lower(), letter)) for letter in text)


def cyrillic(text: str) -> str:
    """Serbian text in Cyrillic letters; names with foreign letters and calibres stay."""
    return " ".join(word if FOREIGN & set(word) else _serbian(word) for word in text.split(" "))


def _serbian(word: str) -> str:
    for found, letters in SERBIAN.items():
        word = (
            word.replace(found, letters)
            .replace(found.capitalize(), letters.upper())
            .replace(found.upper(), letters.upper())
        )
    return word


def _cased(letter: str, found: str) -> str:
    return found.capitalize() if letter.isupper() else found

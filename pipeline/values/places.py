"""Countries and regions as markets write them."""

import re
from functools import cache, lru_cache
from unicodedata import normalize

from pipeline.values.numbers import readable
from pipeline.values.translated import translated

LONGEST_NAME = 6
"""Most words of a name that is looked for inside a text."""

_NAMES = {
    "WW": "worldwide|world wide|world|whole world|ww|global|globally|international|internationally|everywhere|anywhere|all countries"
    "|earth|any country|anywhere in the world|all over the world|around the world|wordwide|worlwide|wolrdwide|worldwid|weltweit|mondial|monde entier|mundial|весь мир|по всему миру|全球|全世界",
    "EU": "eu|european union|europe|e u|europa|евросоюз|европа|европе|европы|европу|欧洲|欧盟",
    "GB": "uk|u k|great britain|britain|england|scotland|wales|northern ireland|united kingdom|великобритания|英国",
    "US": "usa|all states|all 50 states|50 states|lower 48|lower 48 states|continental us|continental usa|conus|u s a|u s|america|new jersey|new mexico|united states of america|états unis|estados unidos|vereinigte staaten|сша|美国",
    "DE": "german|deutschland|allemagne|alemania|германия|германии|германию|德国",
    "NL": "holland|the netherlands|nederland|niederlande|нидерланды|голландия",
    "CH": "swiss|schweiz|suisse|svizzera|швейцария",
    "AT": "österreich|австрия",
    "BE": "belgien|belgique|belgië",
    "FR": "frankreich|франция|法国",
    "ES": "españa|spanien|espagne|испания",
    "IT": "italia|italien|italie|италия",
    "PL": "polska|polen|польша|польши|польше",
    "SE": "sverige|schweden",
    "NO": "norge|norwegen",
    "DK": "danmark|dänemark",
    "FI": "suomi|finnland",
    "CZ": "czech republic|česko|tschechien|чехия",
    "IE": "republic of ireland|roi|eire",
    "PT": "portogallo|португалия",
    "RU": "russia|russian federation|россия|россии|россию|рф|俄罗斯",
    "UA": "україна|украина|украине|украины|україні|україни",
    "BY": "беларусь|белоруссия|беларуси",
    "KZ": "казахстан|казахстану|казахстане",
    "CN": "china|mainland china|китай|中国",
    "HK": "hongkong|香港",
    "TW": "台湾",
    "JP": "日本",
    "KR": "korea|republic of korea",
    "AU": "aus|aussie",
    "NZ": "n z",
    "AE": "uae|emirates|dubai",
    "TR": "turkey|türkei|турция",
    "BR": "brasil",
    "MX": "méxico",
    "MK": "macedonia",
    "CI": "ivory coast",
    "CV": "cape verde",
    "SZ": "swaziland",
    "PS": "palestine",
    "MO": "macau",
    "VA": "vatican",
    "BN": "brunei",
    "": "north america|south america|latin america|central america",
}
"""What ISO 3166 does not list: short names, other languages, regions, and frequent misspellings of the widest one; "" is a region without a code."""

_CODE_ALIASES = {"UK": "GB", "EU": "EU", "WW": "WW", "PM": ""}
"""PM is Saint Pierre and Miquelon's code, and on a market "send a private message"."""
_SMALL_CODES = frozenset(["us", "uk", "eu", "ww"])
"""Codes that are understood in small letters; "in", "it", "no" and "me" are words."""

LONGEST = 4_000
"""Characters of a list of places that are read."""

_EXCEPTION = re.compile(
    r"(?i:\b(?:ex?cept\w*|exe?pt\w*|exclu\w*|excl|but|not|outside|without|w/o|kein\w*|außer|ohne|sauf|excepto|кроме)\b)"
    r"|\b[Nn]o (?=[^\W\d_])|(?:^|(?<=[,;/(\[-])|(?<=[,;/(\[-] ))NO (?=[^\W\d_])"
)
"""What begins an exception. In capitals, "NO" is Norway where no comma stands before it."""
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_TO = re.compile(r"^[ :]*(?:(?:ship\w*|send\w*|deliver\w*|available|to|in|for|from) )*", re.IGNORECASE)
"""What may stand between an exception's word and its places."""
_END = re.compile(r"[;.](?:\s|$)")
_EVERY = frozenset({"all", "any", "anyone", "every country", "any country"})
"""The whole world, where an exception follows."""
_PARTS = re.compile(r"[,;/|()\[\]*]+|\s[-–—+]\s|\+")
_AND = re.compile(r"&|\band\b|\bund\b", re.IGNORECASE)
_ONLY = re.compile(r"\b(?:only|countries|free)\b|!", re.IGNORECASE)
_WORDS = re.compile(r"[^\W_]+")
_MARKS = re.compile("[\u0300-\u036f]+")


def countries(text: str) -> tuple[str, ...]:
    """The places named in a text, in its order: ISO 3166-1 alpha-2 codes, "EU" (also for Europe), "WW" for the whole world.

    What a text excepts ("worldwide except …") is left out, and so is anything that is no place.
    """
    return _read(readable(text, longest=LONGEST))[0]


def exclusions(text: str) -> tuple[str, ...]:
    """The places that a text excepts: "worldwide except US, AU", "EU (no UK)"."""
    return _read(readable(text, longest=LONGEST))[1]


@lru_cache(maxsize=4096)
def _read(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The places offered, and those excepted."""
    if (found := _place(text)) is not None:
        return (found,) if found else (), ()
    offered, excepted = _apart(text)
    without = tuple(dict.fromkeys(code for part in excepted for code in _listed(_TO.sub("", part))))
    if without and _ONLY.sub(" ", offered).strip(" ,:-").lower() in _EVERY:
        return ("WW",), without
    return tuple(code for code in _listed(offered) if code not in without), without


def _apart(text: str) -> tuple[str, list[str]]:
    """What a text offers and what it excepts: an exception ends with its brackets, or else with its sentence."""
    excepted: list[str] = []

    def bracket(found: re.Match[str]) -> str:
        begin = _EXCEPTION.search(found[1])
        if begin is None:
            return found[0]
        excepted.append(found[1][begin.end() :])
        return f" , {found[1][: begin.start()]} , "

    offered = _BRACKETS.sub(bracket, text)
    if begin := _EXCEPTION.search(offered):
        end = _END.search(offered, begin.end())
        stop = end.end() if end else len(offered)
        excepted.append(offered[begin.end() : stop])
        offered = f"{offered[: begin.start()]} , {offered[stop:]}"
    return offered, excepted


def _listed(text: str) -> tuple[str, ...]:
    bare = _ONLY.sub(" ", text)
    return tuple(dict.fromkeys(code for part in _PARTS.split(bare) for code in _places(part) if code))


def _places(part: str) -> list[str]:
    """The places of one part of a list: all of it, or what stands between "and", or else the longest names inside."""
    if (found := _place(part)) is not None:
        return [found]
    if codes := _codes(part.split()):
        return codes
    joined = _AND.split(part)
    return [code for each in joined for code in _places(each)] if len(joined) > 1 else _inside(part)


def _codes(words: list[str]) -> list[str]:
    """The places of a row of codes ("US CA NZ"); nothing where one of the words is none."""
    written = all(len(word) in {2, 3} and word.isupper() for word in words)
    codes = [code(word) for word in words] if len(words) > 1 and written else []
    return [code for code in codes if code] if all(codes) else []


def _inside(text: str) -> list[str]:
    words, known = _words(text), names()
    found: list[str] = []
    place = 0
    while place < len(words):
        sizes = range(min(LONGEST_NAME, len(words) - place), 0, -1)
        size = next((size for size in sizes if " ".join(words[place : place + size]) in known), 0)
        if size:
            found.append(known[" ".join(words[place : place + size])])
        place += size or 1
    return found


def _place(text: str) -> str | None:
    bare = text.strip(" .:!")
    if len(bare) in {2, 3} and (bare.isupper() or bare in _SMALL_CODES):
        return code(bare.upper())
    return names().get(" ".join(_words(bare)))


@lru_cache(maxsize=4096)
def code(letters: str) -> str | None:
    """The place of a code in large letters: ISO 3166-1 alpha-2 or alpha-3, "UK", "EU", "WW"; "" for one that is no place's on a market."""
    import pycountry  # noqa: PLC0415  # 90 ms, paid only where places are read

    country = pycountry.countries.get(alpha_2=letters) or pycountry.countries.get(alpha_3=letters)
    if letters in _CODE_ALIASES:
        return _CODE_ALIASES[letters]
    return country.alpha_2 if country else names().get(letters.lower())


@cache
def names() -> dict[str, str]:
    """The code of each name of a place; names are words in small letters without diacritics."""
    import pycountry  # noqa: PLC0415  # as above

    found: dict[str, str] = {}
    for country in pycountry.countries:
        for kind in ("name", "common_name", "official_name"):
            if name := getattr(country, kind, None):
                found[" ".join(_words(name))] = country.alpha_2
    for code, spelt in _NAMES.items():
        found |= {" ".join(_words(name)): code for name in spelt.split("|")}
    return {" ".join(_words(readable(name))): code for name, code in translated().items()} | found


def _words(text: str) -> list[str]:
    plain = text.casefold().replace("&", " and ").replace("'", "")
    return _WORDS.findall(plain if plain.isascii() else _MARKS.sub("", normalize("NFD", plain)))

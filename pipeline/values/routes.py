"""Where a text says that parcels start, and where they may go."""

import re
from collections.abc import Iterator
from itertools import pairwise, takewhile
from typing import NamedTuple

from pipeline.values.found import Found
from pipeline.values.places import code, names

MOST = 16
"""Places of one list that are read."""
WORDS = 6
"""Most words of a place's name."""
SPAN = 60
"""Most characters of a place's name."""

_ON = r"\w{0,24}"
"""What a verb may go on with; without a bound, words joined by underscores would cost the square of their length."""
_VERB = (
    r"(?:ship(?:s|ped|ping|pings|ments?)?|send(?:s|ing)?|sent|post(?:ed|ing|age)?|mail(?:ed|ing)?|deliver(?:y|ed|s|ing|ies)?|dispatch(?:ed|es)?"
    rf"|shippping|versand|versende{_ON}|versendet|verschick{_ON}|liefer{_ON}|expedi{_ON}|livr{_ON}|envoi{_ON}|envoyons|envio|envios|enviamos|enviado"
    rf"|spedi{_ON}|verzend{_ON}|wysylka|отправк{_ON}|отправля{_ON}|доставк{_ON}|gonder{_ON}|kargo)"
)
_FILL = r"(?:[ ,]{1,2}[^\W\d_]{1,12}){0,3}?"
_FROM = re.compile(
    rf"(?<![^\W_])(?:{_VERB}{_FILL}[ :]{{1,3}}(?:only )?(?:from|out of|aus|von|depuis|de|desde|из|от|da|vanuit|z|ze)|ships? from|shipping from"
    r"|stealth from|parcels? from|orders? from)(?: the| inside| within)?[ :]{1,3}"
)
_IN = r"(?:to|nach|innerhalb|in|inside|within|vers|hacia|dentro de|throughout|across|all over|around|anywhere in|naar|для|по|в|за|into|a|en|till|until|for)"
_TO = re.compile(
    rf"(?<![^\W_])(?:{_VERB}{_FILL}[ :]{{1,3}}(?:only )?{_IN}(?: only| everyone in| buyers in| customers in| your location in| your| any)?(?: the| der| die| la| l')?[ :]{{1,3}}"
    rf"|{_VERB}(?: is| are| only| nur| available| free| cost| costs| included| prices?)?[ :(-]{{1,3}}"
    r"|(?:inside|within|innerhalb|only (?:to|in|for|within))(?: the| der| of)?[ ]|domestic[ :(-]{1,2}|(?<!inter)national[ :(-]{1,2}|nur (?:nach|in|innerhalb)[ ]"
    r"|free (?:shipping )?(?:to|in|within)[ ])"
)
_AFTER = re.compile(
    r"[ ]?[(]?(?:(?:family |customers? |buyers? |orders? |shipping |domestic )?only|domestic(?:ally)?|customers?|buyers|residents|orders|shipping|ship(?:s|ped)?|post(?:age)?|delivery|nur|uniquement|seulement|solo|только)(?![^\W_])"
)
"""What makes the place before it one to which parcels go."""
_BOTH = re.compile(r" ?(?:to|->|→|>|2|-|–|»|=>|-->) ?")
_WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")
_BETWEEN = re.compile(
    r"[ ,/&+|()\[\]-]{0,4}(?:(?:and|or|und|oder|et|ou|y|o|the|all|of|и|или|ve)[ ]){0,2}", re.IGNORECASE
)
_WORLD = re.compile(
    r"(?<![^\W_])(?:world ?-?wide|worldwid|wordwide|worlwide|ww|weltweit|(?:to )?(?P<phrase>any country|anywhere in the world|all over the world|around the world|whole world|all countries)"
    r"|(?:dans le )?monde entier|todo el mundo|mundial|wereldwijd|по всему миру|весь мир|dunya capinda|tum dunya)(?![^\W_])"
)
_NO_PARCEL = re.compile(
    r"(?:works?|working|used|use|from|valid|accepted|known|bestsell\w*|popular|famous|members|users|access|subscribers|active|travel)(?: [a-z]{2,9})? $"
)
_EXCEPT = re.compile(
    r"(?<![^\W_])(?:except|not|no|excluding|outside|kein|nicht|don't|dont|do not|never|sauf|excepto|кроме)(?![^\W_])[^.;!]{0,20}$"
)
_NOT = re.compile(r"(?<![^\W_])(?:not|no|never|don'?t|cannot|can'?t|nicht|kein\w*|outside)(?![^\W_])")
_NO_PLACES = frozenset(
    [
        "international",
        "internationally",
        "global",
        "globally",
        "earth",
        "world",
        "everywhere",
        "anywhere",
        "mundial",
        "aus",
        "man",
        "island",
        "swiss",
        "german",
        "dutch",
    ]
)
"""Names in `pipeline.values.places` that in a running text are other words, or no place."""
_CODES = frozenset(
    [
        "US",
        "USA",
        "UK",
        "GB",
        "EU",
        "CA",
        "CAN",
        "AU",
        "AUS",
        "NZ",
        "DE",
        "GER",
        "FR",
        "NL",
        "CH",
        "SE",
        "PL",
        "RU",
        "UA",
        "WW",
        "HK",
        "CN",
        "JP",
        "ZA",
        "FI",
        "DK",
        "AT",
        "BE",
        "CZ",
        "UAE",
    ]
)
"""Codes that are read in capitals; in a running text others are words in capitals (TO, IN, IT, NO, ME)."""
_SMALL_CODES = frozenset(["us", "uk", "eu", "usa", "Uk", "Us", "Eu", "Usa"])


class Place(NamedTuple):
    """A place of a text, and whether parcels come from there or go there."""

    start: bool
    found: Found


def routes(text: str) -> Iterator[Place]:
    """The places that a text of plain letters names as where parcels start or may go, by code: ISO 3166-1, "EU", "WW".

    What it excepts ("no shipping to …", "worldwide except …") is left out.
    """
    small = text.lower()
    if len(small) != len(text):
        return
    yield from _told(text, small, _FROM, start=True)
    yield from _told(text, small, _TO, start=False)
    yield from _said(text, small)
    for world in _WORLD.finditer(small):
        at = world.start("phrase") if world["phrase"] else world.start()
        if not _NO_PARCEL.search(small, max(0, at - 24), at) and not _EXCEPT.search(small, max(0, at - 24), at):
            yield Place(False, Found("WW", at, world.end()))


def _told(text: str, small: str, pattern: re.Pattern[str], *, start: bool) -> Iterator[Place]:
    for verb in pattern.finditer(small):
        if _NOT.search(verb[0]) or _EXCEPT.search(small, max(0, verb.start() - 12), verb.start()):
            continue
        for found in _listed(text, verb.end()):
            yield Place(start, found)


def _said(text: str, small: str) -> Iterator[Place]:
    """Places before a word that makes them a destination, and pairs of places ("US to US")."""
    for after in _AFTER.finditer(small):
        if found := _ending(text, after.start()):
            yield Place(False, found)
    for both in _BOTH.finditer(small):
        first = _ending(text, both.start())
        second = first and next(_listed(text, both.end()), None)
        if first and second and second.start == both.end():
            yield Place(True, first)
            yield Place(False, second)


def _listed(text: str, place: int) -> Iterator[Found]:
    """The places that a text goes on with."""
    for _ in range(MOST):
        between = _BETWEEN.match(text, place)
        found = _beginning(text, place) or _beginning(text, between.end() if between else place)
        if found is None:
            return
        place = found.end
        yield found


def _beginning(text: str, place: int) -> Found | None:
    words = [word for word, _ in zip(_WORD.finditer(text, place, place + SPAN), range(WORDS), strict=False)]
    if not words or words[0].start() != place:
        return None
    joined = len(list(takewhile(_is_near, pairwise(words)))) + 1
    for size in range(joined, 0, -1):
        if known := _known(text[place : words[size - 1].end()]):
            return Found(known, place, words[size - 1].end())
    return None


def _is_near(pair: tuple[re.Match[str], re.Match[str]]) -> bool:
    return pair[1].start() - pair[0].end() <= 1


def _ending(text: str, end: int) -> Found | None:
    words = list(_WORD.finditer(text, max(0, end - SPAN), end))[-WORDS:]
    if not words or words[-1].end() != end:
        return None
    for first in words:
        if known := _known(text[first.start() : end]):
            return Found(known, first.start(), end)
    return None


def _known(name: str) -> str:
    """The code of a name; "" where it is none."""
    if len(name) in {2, 3} and (name in _CODES or name in _SMALL_CODES):
        return code(name.upper()) or ""
    small = " ".join(name.lower().replace("'", "").replace(".", " ").split())
    return "" if small in _NO_PLACES else names().get(small, "")

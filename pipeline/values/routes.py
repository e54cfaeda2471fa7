"""Where a text says that parcels start, and where they may go."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.values.found import Found
from pipeline.values.spots import beginning, ending, names_place

MOST = 16
"""Places of one list that are read."""
WIDEST = 8
"""Most characters of what joins two places."""

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
    r"|stealth from|parcels? from|orders? from)(?: the| inside| within| within the)?[ :]{1,3}"
)
_IN = r"(?:to|nach|innerhalb|in|inside|within|vers|hacia|dentro de|throughout|across|all over|around|anywhere in|naar|для|по|в|за|into|a|en|till|until|for)"
_TO = re.compile(
    rf"(?<![^\W_])(?:{_VERB}{_FILL}[ :]{{1,3}}(?:only )?{_IN}(?: only| everyone in| buyers in| customers in| your location in| your| any)?(?: the| der| die| la| l')?[ :]{{1,3}}"
    rf"|{_VERB}(?: is| are| only| nur| available| free| cost| costs| included| prices?| options?| rates?)?[ :(-]{{1,3}}"
    r"|(?<!from )(?:inside|within|innerhalb)(?: the| der| of)?[ ]|(?:only|nur)(?: to| in| for| within| inside| nach| innerhalb)?(?: the| der| of)?[ ]"
    r"|domestic[ :(-]{1,2}|(?<!inter)national[ :(-]{1,2}|free (?:shipping )?(?:to|in|within)[ ]"
    r"|(?:people|anyone|everyone|anybody|customers?|buyers?|clients|members) (?:in|inside|within)(?: the)?[ ]|orders to(?: the)?[ ]|ndd[ ])"
)
_WHO = "|family |customer |customers |buyer |buyers |order |orders |residents |shipping |domestic "
_QUICK = (
    "free|fast|quick|express|xpress|priority|overnight|tracked|next day|same day|standard|first class|1st class|and|&"
)
_SENT = "(?:shipping|ship(?:s|ped)?|post(?:age)?|delivery)"
_SINGLE = (
    "shipping|ship|ships|shipped|post|postage|delivery|ndd|next day|domestic|domestically"
    "|customer|customers|buyers|residents|orders|nur|uniquement|seulement|solo|только"
)
_AFTER = re.compile(
    "|".join(
        f"{word}(?![^\\W_])"
        for word in (
            *(rf"{who}only(?! one(?![^\W_])| left| works?| valid)" for who in _WHO.split("|")),
            *(f"{quick} (?:(?:{_QUICK}) ){{0,2}}{_SENT}" for quick in _QUICK.split("|")),
            *_SINGLE.split("|"),
        )
    )
)
"""What makes the place before it one to which parcels go; each begins with a letter, so that a search for it is fast."""
_LEAD = re.compile(r"(?:,? (?:and|or|&) (?:international|overseas|domestic))?[ ]?[(]?$")
_DASHED = re.compile(r" ?- ?[(]?$")
"""What stands between a place and such a word, and before "domestic"."""
_CARRIER = re.compile(r"(?:canada|australia) post(?![^\W_]|age)")
"""A carrier's name, whose country is no destination."""
_BOTH = re.compile(r"to(?![^\W_])|2|-->|->|-|–|=>|>|→|✈|»")
"""What stands between two places of which parcels go from one to the other."""
_BOTH_LEAD = re.compile(r"[\])]?(?: ship(?:s|ping)?)? ?$")
_BOTH_TAIL = re.compile(r" ?[\[(]?")
_JOINED = re.compile(r" ?(?:[/&+|]|(?<![^\W_])(?:and|or|und|oder|et|ou)(?![^\W_])) ?$")
"""What joins a place to the next of its row."""
_BETWEEN = re.compile(
    r"[ ,/&+|()\[\]-]{0,4}(?:(?:and|or|und|oder|et|ou|y|o|the|all|of|entire|whole|rest|и|или|ve)[ ]){0,3}",
    re.IGNORECASE,
)
_ROW = re.compile(
    r"[ :=(–-]{0,3}(?:(?:[£€$] ?\d{1,4}(?:[.,]\d\d)?|\d{1,4}(?:[.,]\d\d)?(?:[–-]\d{1,2})? ?(?:[£€$]|usd|eur|euros?|gbp|(?:business |working )?(?:days|weeks)))[ )]{0,2}){1,3}[ ,;/|+*•–-]{0,4}",
    re.IGNORECASE,
)
"""What a place costs and how long it takes, in a table of places."""
_DEALER = re.compile(r" (?:vendors?|sellers?|distributors?|suppliers?|based|stock)(?![^\W_])")
"""What makes of the place before it where somebody is."""
_TO_US = re.compile(
    r" (?:a|an|the|your|you|any|if|with|via|message|msg|pm|before|directly|first|and we)(?![^\W_])", re.IGNORECASE
)
"""What follows a "us" that is no country."""
_LAND_BEFORE = re.compile(r"(?<![^\W_])(?:to|the|in|inside|within|domestic|from) $", re.IGNORECASE)
"""What stands before a country in small letters."""
_WORLD = re.compile(
    r"(?<![^\W_])(?:world ?-?wide|worldwid|wordwide|worlwide|(?P<short>ww)|weltweit|(?:to )?(?P<loose>any country|all countries|all over the world|around the world|whole world)"
    r"|(?:to )?(?P<phrase>anywhere in the world)"
    r"|(?:dans le )?monde entier|todo el mundo|mundial|wereldwijd|по всему миру|весь мир|dunya capinda|tum dunya)(?![^\W_])"
)
_NO_PARCEL = re.compile(
    r"(?:works?|working|used|use|from|valid|accepted|known|bestsell\w*|popular|famous|members|users|access|subscribers|active|travel)(?: [a-z]{2,9})? $"
)
_NO_GOODS = re.compile(
    r" ?(?:cc|cvv|dumps?|fullz|leads?|e?mails?|apple|database|accounts?|countr\w+|bank\w*|cash ?out|methods?|vpn|prox\w+|rdp|members|subscribers|access|valid|working|use|usable|users|accepted|known|famous|atm|\d+ ?%)(?![^\W_])"
)
"""What is told of the world after its name, and is no parcel."""
_CARRIED = re.compile(
    r"ship|sen[dt]|post|mail|deliver|dispatch|order|versand|liefer|livr|envoi|envi|достав|отправ|spedi|wysyl|verzend|kargo"
)
_SHORT_BEFORE = re.compile(
    r"(?:(?<![^\W_])(?:to|free|or|ship\w{0,4}|send\w{0,3}|deliver\w{0,3}|post\w{0,3})|[→>✈/&+–-]|us|uk|eu|2) ?[\[(]?$"
)
_SHORT_AFTER = re.compile(r"[ )\]–-]{0,3}(?:free |fast |express )?(?:ship|deliver|post|send)")
AROUND, BACK = 40, 24
"""Characters around a place, and before it, in which it is looked for what is said of it."""
_EXCEPT = re.compile(
    r"(?<![^\W_])(?:except\w{0,6}|not|no|exclu\w{0,6}|outside|kein|nicht|don't|dont|do not|never|won'?t|wont|unable|stop(?:ped)?|refuse|sauf|excepto|кроме)(?![^\W_])[^.,;!]{0,20}$"
)
_SPARED = re.compile(r"(?<![^\W_])(?:no|not|non|except|excluding|outside|kein)(?: to| the)? $")
"""What excepts the place right after it."""
_NOT = re.compile(
    r"(?<![^\W_])(?:not|no|never|don'?t|cannot|can'?t|won'?t|nicht|kein\w*|outside|except\w*|exclu\w*)(?![^\W_])"
)


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
    if names_place(text):
        yield from _between(text, small)
    yield from (Place(False, found) for found in _world(small))


def _between(text: str, small: str) -> Iterator[Place]:
    """The places of a text that names some."""
    pairs = list(_pairs(text, small))
    starts = [*_told(text, small, _FROM), *(first for first, _ in pairs)]
    yield from (Place(True, found) for found in starts)
    goals = [*_told(text, small, _TO), *_said(text, small), *(last for _, last in pairs)]
    left = {found.start for found in starts}
    yield from (Place(False, found) for found in goals if found.start not in left)


def _told(text: str, small: str, pattern: re.Pattern[str]) -> Iterator[Found]:
    """The places after a word that says that parcels start or go there."""
    for verb in pattern.finditer(small):
        if _NOT.search(verb[0]) or _EXCEPT.search(small, max(0, verb.start() - BACK), verb.start()):
            continue
        for found in _listed(text, verb.end()):
            if not _DEALER.match(small, found.end) and not _is_us(text, small, found):
                yield found


def _is_us(text: str, small: str, found: Found) -> bool:
    """Whether a "us" is the vendor, and no country ("send us a message")."""
    if small[found.start : found.end] != "us":
        return False
    if _TO_US.match(text, found.end):
        return True
    named = _AFTER.match(small, found.end + 1) or _LAND_BEFORE.search(text, max(0, found.start - BACK), found.start)
    return text[found.start : found.end] == "us" and not named


def _said(text: str, small: str) -> Iterator[Found]:
    """The places before a word that makes them a destination."""
    for after in _AFTER.finditer(small):
        found = ending(text, _before(small, after))
        for _ in range(MOST):
            if found is None or _CARRIER.match(small, found.start) or _is_refused(small, found.start):
                break
            yield found
            joined = _JOINED.search(small, max(0, found.start - WIDEST), found.start)
            found = ending(text, joined.start()) if joined else None


def _before(small: str, after: re.Match[str]) -> int:
    """Where the place before a word ends; where the word begins, if it is a part of one."""
    start = after.start()
    lead = _LEAD.search(small, max(0, start - BACK), start)
    dashed = _DASHED.search(small, max(0, start - WIDEST), start) if after[0].startswith("domestic") else None
    return (dashed or lead or after).start()


def _is_refused(small: str, place: int) -> bool:
    """Whether what stands before a place excepts it."""
    return any(pattern.search(small, max(0, place - BACK), place) for pattern in (_SPARED, _EXCEPT))


def _pairs(text: str, small: str) -> Iterator[tuple[Found, Found]]:
    """Two places between which parcels go ("US to US")."""
    for both in _BOTH.finditer(small):
        lead = _BOTH_LEAD.search(small, max(0, both.start() - BACK), both.start())
        first = ending(text, (lead or both).start())
        tail = _BOTH_TAIL.match(small, both.end()) if first else None
        second = next(_listed(text, tail.end()), None) if tail else None
        if first and tail and second and (second.start == tail.end() or both[0] == "to"):
            yield first, second


def _world(small: str) -> Iterator[Found]:
    """The names of the whole world, where they say where parcels go."""
    carried = _CARRIED.search(small) is not None
    for world in _WORLD.finditer(small):
        name = next((name for name in ("phrase", "loose") if world[name]), 0)
        start, end = world.span(name)
        before = max(0, start - BACK)
        after_place = _SHORT_BEFORE.search(small, before, start) is not None
        if not carried and not after_place:
            continue
        if _NO_PARCEL.search(small, before, start) or _EXCEPT.search(small, before, start):
            continue
        if _NO_GOODS.match(small, end) or (
            world["loose"] and not _CARRIED.search(small, max(0, start - AROUND), start)
        ):
            continue
        if world["short"] and not after_place and not _SHORT_AFTER.match(small, end):
            continue
        yield Found("WW", start, end)


def _listed(text: str, place: int) -> Iterator[Found]:
    """The places that a text goes on with, in a row or a table."""
    for _ in range(MOST):
        between = _BETWEEN.match(text, place)
        found = beginning(text, place) or beginning(text, between.end() if between else place)
        if found is None:
            row = _ROW.match(text, place)
            found = beginning(text, row.end()) if row else None
        if found is None:
            return
        place = found.end
        yield found

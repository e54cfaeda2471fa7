"""Quantities inside a running text, and where they stand."""

import re
from collections.abc import Iterator
from decimal import Decimal

from pipeline.text.traced import traced
from pipeline.values.found import Found
from pipeline.values.numbers import MOST, number

_UNITS = {
    "mg": "mg mgs milligram milligrams milligramm мг",
    "ug": "ug ugs mcg mics mic microgram micrograms мкг",
    "kg": "kg kgs kilo kilos kilogram kilograms kilogramm кг кило",
    "g": "g gs gr grs gm gms grm gram grams gramm gramme grammes gramo gramos grammi г гр грамм грамма граммов gramów gramm",
    "oz": "oz ozs ozt ounce ounces unze unzen onza onzas once onces",
    "lb": "lb lbs pound pounds pfund libra libras",
    "ml": "ml mls cc millilitre milliliter мл",
    "cl": "cl",
    "l": "l liter liters litre litres litro litros литр литра литров",
    "pieces": "pcs pc pieces piece pces stück stuck stueck stck stk stuks pièce pièces piece piezas pieza pezzi pezzo sztuk szt шт штук штуки adet unidades unidad pz",
    "units": "units unit",
    "pills": "pills pill pillen pilules pilule pastillas pastilla pillole таб таблеток таблетки tablet hap",
    "tabs": "tabs tab tablets tablet tabletten tablette comprimés comprimé tabletas tableta",
    "capsules": "capsules capsule caps kapseln gélules cápsulas капсул",
    "hits": "hits hit",
    "blotters": "blotters blotter",
    "patches": "patches patch",
    "doses": "doses dose dosen dosis",
    "seeds": "seeds seed samen semillas graines семян",
    "bags": "bags bag",
    "bricks": "bricks brick",
    "boxes": "boxes box boîtes boîte cajas schachteln коробок пачек",
    "bottles": "bottles bottle flaschen bouteilles botellas",
    "rounds": "rounds round rds rnds rnd rd schuss coups tiros disparos",
    "cartridges": "cartridges cartridge patronen patrone cartouches cartouche cartuchos cartucho cartucce патронов патрона патроны fişek fisek naboi metaka",
    "shells": "shells shell",
    "bullets": "bullets bullet balles balle balas bala kugeln пуль mermi kurşun",
    "cases": "cases",
    "primers": "primers",
    "magazines": "magazines magazine mags mag magazin magazinen chargeurs chargeur cargadores cargador caricatori магазина магазинов şarjör",
    "guns": "guns gun pistols pistol rifles rifle revolvers revolver shotguns handguns pistolen pistolets pistolas пистолета пистолетов tabanca",
    "barrels": "barrels barrel",
    "slides": "slides slide",
}  # fmt: skip
_NAMES = {spelling: unit for unit, spellings in reversed(_UNITS.items()) for spelling in traced(spellings).text.split()}
NUMBERS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "twelve": "12", "fifteen": "15", "twenty": "20", "thirty": "30", "forty": "40", "fifty": "50",
    "hundred": "100", "half": "0.5", "quarter": "0.25", "single": "1", "zwei": "2", "drei": "3",
    "halbes": "0.5", "deux": "2", "trois": "3", "dos": "2", "tres": "3", "один": "1", "два": "2",
    "три": "3", "пять": "5", "десять": "10", "bir": "1", "iki": "2",
}  # fmt: skip
"""Numbers as words, as they are written in small letters without diacritics."""
_COUNT = re.compile(r"\d+(?:[.,'’]\d+)*")
_TOUCH = r"(?: {1,2}|- ?| ?[/(] ?)?"
_UNIT = re.compile(rf"{_TOUCH}(?P<unit>[^\W\d_]{{1,12}})(?![^\W_])")
_UPPER = re.compile(rf"(?: ?(?P<mark>[-–~/⁄]|to|bis|or) ?)(?P<upper>\d+(?:[.,]\d+)*)(?={_TOUCH}[^\W\d_])")
_RANGE = re.compile(r" ?(?:-|–|to) ?(?P<upper>\d+(?:[.,]\d+)?) ?(?P<unit>[^\W\d_]{1,12})(?![^\W_])(?! ?[-–/,] ?\d)")
"""The upper end of a range whose lower end has its unit, too ("1g - 50g"); a longer row is a list of sizes."""
_RANGED = re.compile(r"[^\W_] ?[-–/,] ?$")
_TIMES = re.compile(
    r" ?[x×](?!\d+(?:[.,]\d+)? ?[cm]m)(?![^\W_]|[.,]?\d*[.,]\d)(?! ?\d+(?:[.,]\d+)? ?(?:cm|inch|in\b|\"|[x×]))|[x×](?=\d)(?!\d+(?:[.,]\d+)? ?[cm]m)"
)
_TIMES_BEFORE = re.compile(r"(?<![^\W_])(?<!\d )[x×] ?$")
_LOT_BEFORE = re.compile(
    r"(?<![^\W_])(?P<lot>qty|quantity|menge|cantidad|quantité|par|(?:box|pack|packet|bag|brick|case|lot|sheet|set|strip|bundle|boite|boîte|paquet|caja|paquete"
    r"|schachtel|packung) (?:of|de|von)?) ?:? ?$"
)
_WORD = re.compile(rf"(?<![^\W_])(?:{'|'.join(NUMBERS)})(?= |-)")
_NAME_BEFORE = re.compile(r"(?<![^\W_])(?:lsd|am|thc|cbd|u|type|part|no)-$")
"""What makes a number a part of a name (LSD-25)."""
_RATE = re.compile(
    r"[ ]?(?:/|per|pro|par|a|every)[ ]?(?:min(?:ute)?s?|sec(?:ond)?s?|h|hrs?|hours?|ml|l|mol|ft|kg|m|day|week|month)(?![^\W_])"
)
_NOT_AFTER = re.compile(
    r"[ -]?(?:(?:standard |extended |detachable |factory |box |drum )?(?:mag(?:azine|azin)?s?|clips?|drums?|capacity)(?![^\W_])|fired|(?:have been |were )?(?:put )?through|mags?\b)"
)
"""What makes rounds a capacity or a past."""
_HOLDS_BEFORE = re.compile(
    r"(?<![^\W_])(?:mag(?:azine?)?s?|chargeurs?|cargador(?:es)?|caricator[ei]) (?:of|for|de|da|di|pour|para|fur|mit) $"
)
"""What makes the rounds after it a capacity ("cargador de 30 tiros")."""
_CAPACITY = frozenset(["round", "rd", "rnd"])
_BOX_AFTER = re.compile(r"[ -](?:box|pack|brick|case|bag)")
_BANKNOTE = re.compile(r" (?:bank)?(?:notes?|bills?)(?![^\W_])")
_YEAR = 4
"""Digits of a year."""
BACK = 16
"""Characters before a number in which its container is looked for."""
HOLDS = 20
"""Characters before a number in which the magazine is looked for that holds it."""
_ROUNDS = frozenset(["rounds", "shells"])
_WEIGHTS = frozenset(["ug", "mg", "g", "kg", "oz", "lb", "ml", "l"])
"""Units of which a range is told with both; of pieces that are two offers."""
_CURRENCY = frozenset("$€£₽฿₿¥₺#")


def measures(text: str) -> Iterator[Found]:
    """The quantities in a lower-case text: "50 rounds", "0.5 oz", "2 x", "20 boxes".

    A number touches its unit, its "x" or the container that it fills. Capacities (30 round magazine), rates (mg per ml)
    and rounds already fired are none.
    """
    after = 0
    for count in _COUNT.finditer(text):
        if count.start() >= after and (found := _measure(text, count, after)):
            after = found.end
            yield found


def spelt(text: str) -> Iterator[Found]:
    """The quantities in a lower-case text whose numbers are words: "one gram", "half pound"."""
    for word in _WORD.finditer(text):
        unit = _UNIT.match(text, word.end())
        name = _NAMES.get(unit["unit"]) if unit else None
        if unit and name and not _is_none(text, NUMBERS[word[0]], unit["unit"], name, unit.end()):
            yield Found(f"{NUMBERS[word[0]]} {name}", word.start(), unit.end())


def _measure(text: str, count: re.Match[str], after: int) -> Found | None:
    start, value = count.start(), _value(count[0])
    before = text[max(0, start - 1) : start]
    if value is None or (
        before.isalpha() and start != after and not _TIMES_BEFORE.search(text, max(after, start - 2), start)
    ):
        return None
    return _with_unit(text, count, value) or _multiple(text, count, value, after)


def _with_unit(text: str, count: re.Match[str], value: str) -> Found | None:
    start, end = count.span()
    if text[max(0, start - 1) : start] in _CURRENCY or _NAME_BEFORE.search(text, max(0, start - 12), start):
        return None
    if upper := _UPPER.match(text, end):
        value = _fraction(value, upper["upper"]) if upper["mark"] in "/⁄" else f"{value}-{_value(upper['upper'])}"
        end = upper.end() + 2 * (upper["mark"] == "/" and text.startswith("th", upper.end()))
    unit = _UNIT.match(text, end)
    name = _NAMES.get(unit["unit"]) if unit else None
    if unit is None or name is None or _is_none(text, value, unit["unit"], name, unit.end()):
        return None
    if name in _ROUNDS and _HOLDS_BEFORE.search(text, max(0, start - HOLDS), start):
        return None
    if found := _range(text, start, value, name, unit.end()):
        return found
    first = start - (text[max(0, start - 1) : start] == "." and text[max(0, start - 2) : start - 1] in {"", " "})
    return Found(f"{value if first == start else f'0.{value}'} {name}", first, unit.end())


def _range(text: str, start: int, value: str, name: str, end: int) -> Found | None:
    """A quantity that goes on to a larger one in the same unit."""
    more = _RANGE.match(text, end) if name in _WEIGHTS else None
    upper = (
        number(more["upper"])
        if more and _NAMES.get(more["unit"]) == name and value.replace(".", "", 1).isdigit()
        else None
    )
    if (
        more is None
        or upper is None
        or not Decimal(value) < upper <= MOST
        or _RANGED.search(text, max(0, start - 4), start)
    ):
        return None
    return Found(f"{value}-{upper.normalize():f} {name}", start, more.end())


def _is_none(text: str, value: str, unit: str, name: str, end: int) -> bool:
    """Whether a number and a unit are a rate, a capacity ("15 round"), a rank ("3rd"), a year of guns or a bank's pounds."""
    if _RATE.match(text, end) or (name in _ROUNDS and _NOT_AFTER.match(text, end)):
        return True
    if unit in _CAPACITY and value != "1" and not _BOX_AFTER.match(text, end):
        return True
    return (name == "guns" and len(value) == _YEAR) or _BANKNOTE.match(text, end) is not None


def _multiple(text: str, count: re.Match[str], value: str, after: int) -> Found | None:
    """A number with an x before or after it, or after what it fills."""
    start, end = count.span()
    if (x := _TIMES_BEFORE.search(text, max(after, start - 3), start)) and not text[end : end + 1].isalnum():
        return Found(f"{value} pieces", x.start(), end)
    if lot := _LOT_BEFORE.search(text, max(after, start - BACK), start):
        return Found(f"{value} pieces", lot.start(), end)
    if text[max(0, start - 1) : start].isalnum():
        return None
    x = _TIMES.match(text, end)
    return Found(f"{value} pieces", start, x.end()) if x else None


def _value(digits: str) -> str | None:
    read = number(digits)
    return f"{read.normalize():f}" if read is not None and 0 < read <= MOST else None


def _fraction(part: str, whole: str) -> str:
    divisor = number(whole)
    return f"{(Decimal(part) / divisor).quantize(Decimal('0.0001')).normalize():f}" if divisor else part

"""Signs of threats, of trafficking and of doubt, and the words that must not be taken for them."""

from collections import Counter
from itertools import chain
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import signs as benchmark
from classifier.signs import signs, vendor_signs
from classifier.signs.gates import ALWAYS, CATEGORIES
from classifier.signs.rules import FOLDER, everything
from pipeline.records import Listing
from pipeline.rows import chosen, rows
from pipeline.taxonomy import Act, Category, Credibility, Goods, Indicator, Threat
from pipeline.text import LIMIT
from tests.classifier.conftest import listing

FA, PC, AM, BLK, DEA, DIG, SVC, OTH = (
    Category.FIREARM,
    Category.PARTS,
    Category.AMMUNITION,
    Category.BLANK,
    Category.DEACTIVATED,
    Category.DIGITAL,
    Category.SERVICE,
    Category.OTHER,
)
KNOWN = set(map(str, chain(Threat, Indicator, Credibility)))
SHOWN = [
    ("ET-A", FA, "Alarm pistol, converted to live 9mm", "converted to live"),
    (
        "ET-A",
        BLK,
        "Schreckschusspistole Zoraki, umgebaut auf scharfe Patronen",
        "Schreckschusspistole Zoraki, umgebaut",
    ),
    ("ET-A", FA, "Pistolet d'alarme converti 9mm", "alarme converti"),
    ("ET-A", FA, "Pistola de fogueo modificada", "fogueo modificada"),
    ("ET-A", FA, "ПМ газовый, переделан под боевой", "газовый, переделан"),
    ("ET-A", FA, "Kurusıkıdan çevirme tabanca", "Kurusıkıdan çevirme"),
    ("ET-B", DEA, "Deactivated pistol, working again", "Deactivated pistol, working"),
    ("TI-DEA", DEA, "Deactivated pistol, working again", "Deactivated pistol, working"),
    ("ET-B", FA, "Deko Gewehr reaktiviert", "reaktiviert"),
    ("ET-B", FA, "Fusil neutralisé réactivé", "réactivé"),
    ("ET-B", FA, "Расхолощенный автомат", "Расхолощенный"),
    ("TI-DEA", DEA, "Old spec deac rifle", "Old spec deac"),
    ("TI-DEA", DEA, "Altdeko Karabiner", "Altdeko"),
    ("ET-C", FA, "Rifle converted to full auto", "converted to full auto"),
    ("ET-C", FA, "Sawn-off shotgun", "Sawn-off"),
    ("ET-C", FA, "Abgesägte Schrotflinte", "Abgesägte Schrotflinte"),
    ("ET-C", FA, "Fusil canon scié", "canon scié"),
    ("ET-C", FA, "Escopeta recortada", "Escopeta recortada"),
    ("ET-C", FA, "Обрез двустволки", "Обрез"),
    ("ET-C", PC, "Switch for Glock, brass", "Switch for Glock"),
    ("ET-D", PC, "Unmarked polymer frame", "Unmarked polymer"),
    ("ET-D", PC, "80% polymer lower, black", "80% polymer lower"),
    ("ET-D", PC, "Polymer Rahmen ohne Seriennummer", "Polymer Rahmen ohne Seriennummer"),
    ("ET-E", FA, "Modular rifle in two calibres", "Modular rifle"),
    ("ET-E", FA, "Gewehr mit Wechselsystem", "Wechselsystem"),
    ("ET-F", FA, "3D printed pistol", "3D printed pistol"),
    ("TI-3DP", DIG, "STL files for a pistol frame", "STL files for a pistol"),
    ("ET-F", PC, "Rahmen aus dem 3D-Drucker, Griffstück", "Rahmen aus dem 3D-Drucker"),
    ("ET-F", FA, "Pistolet imprimé en 3D", "Pistolet imprimé en 3D"),
    ("ET-F", FA, "Pistola impresa en 3D", "Pistola impresa en 3D"),
    ("ET-F", FA, "Пистолет, 3D печать", "Пистолет, 3D печать"),
    ("ET-F", FA, "3D baskı tabanca", "3D baskı tabanca"),
    ("ET-G", FA, "Pistol, full escrow", "full escrow"),
    ("ET-G", FA, "Пистолет, работаем через гаранта", "работаем через гаранта"),
    ("ET-H", FA, "Pistol. Ships by registered post", "Ships by registered post"),
    ("ET-H", AM, "Patronen, Versand per DHL", "Versand per DHL"),
    ("ET-H", AM, "Cartouches, envoi par Colissimo", "envoi par Colissimo"),
    ("ET-H", AM, "Cartuchos, envío por correo", "envío por correo"),
    ("ET-H", AM, "Патроны, отправка почтой", "отправка почтой"),
    ("ET-H", AM, "Fişek, kargo ile", "kargo"),
    ("ET-I", FA, "Pistol, drone drop in the city", "drone drop"),
    ("ET-I", FA, "Pistole, Lieferung per Drohne", "per Drohne"),
    ("TI-SER", FA, "Pistol, serial number filed off", "serial number filed"),
    ("TI-SER", FA, "Pistole, Seriennummer entfernt", "Seriennummer entfernt"),
    ("TI-SER", FA, "Pistolet, numéro de série limé", "numéro de série limé"),
    ("TI-SER", FA, "Pistola con número de serie borrado", "número de serie borrado"),
    ("TI-SER", FA, "Пистолет, номера сбиты", "номера сбиты"),
    ("TI-SER", FA, "Tabanca, seri numarası silinmiş", "seri numarası silinmiş"),
    ("TI-UNM", PC, "Frame, no serial", "no serial"),
    ("TI-UNM", FA, "Pistole ohne Seriennummer", "ohne Seriennummer"),
    ("TI-UNM", FA, "Pistolet sans numéro de série", "sans numéro de série"),
    ("TI-UNM", FA, "Pistola sin número de serie", "sin número de serie"),
    ("TI-UNM", FA, "Пистолет без серийных номеров", "без серийных номеров"),
    ("TI-LIC", FA, "Pistol, no papers needed", "no papers needed"),
    ("TI-LIC", AM, "Patronen ohne WBK", "ohne WBK"),
    ("TI-LIC", FA, "Fusil sans permis", "sans permis"),
    ("TI-LIC", FA, "Pistola sin licencia", "sin licencia"),
    ("TI-LIC", FA, "Пистолет без лицензии", "без лицензии"),
    ("TI-LIC", FA, "Ruhsatsız tabanca", "Ruhsatsız"),
    ("TI-STL", FA, "Pistol with stealth shipping", "stealth shipping"),
    ("TI-STL", AM, "Patronen, diskreter Versand", "diskreter Versand"),
    ("TI-STL", AM, "Cartouches, envoi discret", "envoi discret"),
    ("TI-STL", AM, "Cartuchos, envío discreto", "envío discreto"),
    ("TI-STL", AM, "Патроны, скрытная упаковка", "скрытная упаковка"),
    ("TI-STL", AM, "Mermi, gizli paketleme", "gizli paketleme"),
    ("TI-PRT", FA, "Pistol, sent in two parcels", "in two parcels"),
    ("TI-PRT", FA, "Pistole kommt in zwei Paketen", "in zwei Paketen"),
    ("TI-PRT", FA, "Пистолет, двумя посылками", "двумя посылками"),
    ("TI-XB", FA, "Pistol, worldwide shipping", "worldwide shipping"),
    ("TI-XB", FA, "Pistole, weltweiter Versand", "weltweiter Versand"),
    ("TI-XB", FA, "Pistol. Ships from Germany to France", "Ships from Germany to France"),
    ("TI-BLK", AM, "9mm FMJ, 2,000 rounds", "2,000 rounds"),
    ("TI-BLK", FA, "10 x pistols, one price", "10 x pistols"),
    ("TI-BLK", AM, "Patronen im Großhandel", "Großhandel"),
    ("TI-DIV", FA, "Pistol straight from army stock", "army stock"),
    ("TI-DIV", AM, "Munition aus Bundeswehrbeständen", "Bundeswehrbeständen"),
    ("TI-DIV", AM, "Патроны с армейского склада", "армейского склада"),
    ("TI-CFZ", FA, "Pistol from the war zone", "war zone"),
    ("TI-CFZ", FA, "Pistole aus dem Kriegsgebiet", "aus dem Kriegsgebiet"),
    ("TI-CFZ", FA, "Трофейный пистолет", "Трофейный"),
    ("TI-KIT", PC, "Conversion kit", "Conversion kit"),
    ("TI-KIT", PC, "Umbausatz", "Umbausatz"),
    ("C.SCAM", FA, "Pistol, no escrow, FE only", "no escrow"),
    ("C.SCAM", FA, "Glock, AK-47, RPG-7 rocket launcher", "RPG"),
    ("C.PLC", FA, "Pistol, out of stock, price is a placeholder", "out of stock"),
]
NOT_SHOWN = [
    ("ET-A", BLK, "Alarm pistol for the theatre"),
    ("ET-A", BLK, "Alarm pistol, cannot be converted"),
    ("ET-A", BLK, "Schreckschusspistole, nicht umgebaut"),
    ("ET-B", DEA, "Deactivated rifle with certificate, a collector's piece"),
    ("ET-B", DEA, "Deactivated, cannot be reactivated"),
    ("ET-C", FA, "Pistol with a new grip, painted green"),
    ("ET-C", FA, "Pistol, not full auto"),
    ("ET-D", FA, "Factory polymer pistol, polymer frame"),
    ("ET-E", FA, "Rifle with a spare optic and interchangeable grips"),
    ("ET-F", Category.ACCESSORY, "3D printed phone case"),
    ("ET-F", FA, "Factory polymer pistol"),
    ("ET-G", FA, "Pistols, see the catalogue"),
    ("ET-G", FA, "Pistol, no escrow"),
    ("ET-H", DIG, "A guide, sent by e-mail"),
    ("ET-H", FA, "Pistol, no shipping, meet in person"),
    ("ET-H", FA, "Pistol. Pay by postal money order"),
    ("ET-I", OTH, "Camera drone, four batteries"),
    ("ET-I", FA, "Pistol and a camera drone"),
    ("TI-SER", FA, "Serial number hidden in the photos"),
    ("TI-SER", FA, "Matching serial numbers on all parts"),
    ("TI-UNM", Category.AIR, "Air gun, no serial"),
    ("TI-LIC", FA, "Licence required"),
    ("TI-LIC", FA, "No sale without licence"),
    ("TI-LIC", FA, "Kein Verkauf ohne WBK"),
    ("TI-LIC", FA, "Permis obligatoire, pas de vente sans permis"),
    ("TI-LIC", FA, "Только с лицензией, не продаю без лицензии"),
    ("TI-STL", FA, "Gift wrapping for free"),
    ("TI-STL", FA, "A pistol for concealed carry"),
    ("TI-STL", OTH, "Pure powder, stealth shipping"),
    ("TI-PRT", PC, "Barrels and slides, parts only"),
    ("TI-XB", FA, "Domestic shipping only, no worldwide shipping"),
    ("TI-XB", FA, "Ships from Germany to Germany"),
    ("TI-XB", FA, "Versand nur innerhalb Deutschlands, kein Versand ins Ausland"),
    ("TI-BLK", AM, "Box of 50 rounds"),
    ("TI-BLK", FA, "Rifle, about 2,000 rounds through it"),
    ("TI-DIV", FA, "Military style rifle"),
    ("TI-DIV", FA, "A rifle of Palmetto State Armory"),
    ("TI-CFZ", FA, "Rifle as carried in the Second World War"),
    ("TI-KIT", Category.ACCESSORY, "Cleaning kit"),
    ("TI-KIT", FA, "Pistol with a cleaning kit"),
    ("C.SCAM", FA, "Pistol, escrow, no FE"),
    ("C.PLC", FA, "Pistol in stock"),
]


def quoted(found: Listing, category: Category, act: Act = Act.OFFER) -> dict[str, str]:
    """The first words that show each code."""
    said: dict[str, str] = {}
    for sign in signs(found, category, act):
        said.setdefault(sign.id, getattr(found, sign.field)[sign.start : sign.end])
    return said


@pytest.mark.parametrize(("code", "category", "text", "words"), SHOWN)
def test_a_sign_quotes_the_words_that_show_it(code: str, category: Category, text: str, words: str) -> None:
    said = quoted(listing("Offer", text), category)
    assert words in said.get(code, "")


@pytest.mark.parametrize(("code", "category", "text"), NOT_SHOWN)
def test_words_that_only_sound_like_a_sign_are_none(code: str, category: Category, text: str) -> None:
    assert code not in quoted(listing("Offer", text), category)


HARM = [
    "I want to kill my neighbour",
    "need a pistol, we are going to shoot up the school",
    "planning a mass shooting at the office",
    "Hitman for hire, worldwide",
    "Contract killing service",
    "Looking for someone to kill my husband, paid in bitcoin",
    "I need to put a hit on my partner",
    "Will use it to shoot people at the mall",
    "K1LL FOR HIRE, we kill for money",
    "All infidels must die, need rifles",
    "weapons for the attack on the mosque",
    "Ich werde meinen Chef erschießen",
    "Auftragsmord, Preis nach Absprache",
    "Je vais tuer ma femme",
    "Tueur à gages, prix selon contrat",
    "Quiero matar a mi jefe",
    "Sicario disponible",
    "Хочу убить соседа",
    "Услуги киллера",
    "Заказное убийство",
    "Kiralık katil",
    "Onu öldürmek istiyorum",
    "Killer a pagamento",
    "Matador de aluguel",
    "Huurmoord te koop",
    "Płatny zabójca",
    "i want to k1ll my b o s s",
]
NO_HARM = [
    "Killer deal, chocolate to die for",
    "Kill Bill, the whole film in HD",
    "Hitman Absolution, game key for Steam",
    "The Hitman, season 2 on DVD",
    "Assassin's Creed IV (PC)",
    "Killer weed, kills the pain",
    "Hitman, a technical manual, e-book",
    "Murder guide",
    "Snake venom, can kill a person",
    "Self defence spray, nobody gets hurt",
    "Killer whales, documentary in HD",
    "Kill Team, a board game",
    "How to kill weeds, a guide",
    "16 ways to kill, an e-book",
    "Attack on Titan, all episodes",
    "I do not want to kill anybody",
    "This rifle will kill any deer you can hit",
    "School of shooting, a course at the range",
    "AK-47 strain, murder quality",
    "Der Film: Ich töte",
    "Jeu vidéo: tueur à gages",
    "Film Sicario, 2015",
    "Фильм «Киллер»",
    "Kiralık katil, film",
]


@pytest.mark.parametrize("text", HARM)
@pytest.mark.parametrize("act", [Act.OFFER, Act.DISCUSSION])
def test_a_threat_to_life_is_found_whatever_is_offered(text: str, act: Act) -> None:
    assert "TI-HRM" in quoted(listing(text), OTH, act)


@pytest.mark.parametrize("text", NO_HARM)
def test_films_games_and_slang_threaten_nobody(text: str) -> None:
    assert "TI-HRM" not in quoted(listing(text), FA)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("glock, n o  s e r i a l, new", ""),
        ("Pistol, no s.e.r.i.a.l, new", "no s.e.r.i.a.l"),
        ("Pistol, n0 s3rial, new", ""),
        ("Pistol, no s3rial, new", "no s3rial"),
        ("Pistol, nо sеrіаl, new", "nо sеrіаl"),
        ("Pistol, no se\u200brial, new", "no se\u200brial"),
        ("Pistol, 𝗻𝗼 𝘀𝗲𝗿𝗶𝗮𝗹", "𝗻𝗼 𝘀𝗲𝗿𝗶𝗮𝗹"),
        ("PISTOL - NO-SERIAL", "NO-SERIAL"),
    ],
)
def test_a_disguised_sign_is_quoted_as_it_is_spelt(text: str, words: str) -> None:
    assert quoted(listing("Offer", text), FA).get("TI-UNM", "") == words


@pytest.mark.parametrize("act", [Act.DISCUSSION, Act.NEWS, Act.RULE, Act.WARNING, Act.FEEDBACK, Act.DIRECTORY])
def test_a_text_that_offers_and_asks_for_nothing_shows_no_trafficking(act: Act) -> None:
    assert quoted(listing("Pistol, no serial, stealth shipping worldwide"), FA, act) == {}


def test_signs_are_about_arms() -> None:
    assert quoted(listing("Pure powder, stealth shipping worldwide, no papers needed, FE only"), OTH) == {}


def test_a_request_shows_signs_too() -> None:
    assert "TI-UNM" in quoted(listing("Looking for a pistol without serial"), FA, Act.REQUEST)


def shipped(origin: tuple[str, ...], goal: tuple[str, ...], text: str) -> Listing:
    return msgspec.structs.replace(listing("Pistol"), ships_from=origin, ships_to=goal, ships_to_text=text)


def test_the_destinations_field_shows_a_border_to_cross() -> None:
    assert quoted(shipped(("DE",), ("DE", "AT"), "Germany, Austria"), FA) == {"TI-XB": "Germany, Austria"}
    assert quoted(shipped(("DE",), ("DE",), "Germany"), FA) == {}
    assert quoted(shipped((), ("US",), "USA"), FA) == {}
    assert quoted(shipped((), ("WW",), "worldwide"), FA) == {"TI-XB": "worldwide"}
    assert quoted(shipped(("DE",), ("WW",), "worldwide"), OTH) == {}


def test_the_threshold_of_bulk_is_a_thousand_rounds() -> None:
    assert "TI-BLK" not in quoted(listing("9mm, 999 rounds"), AM)
    assert quoted(listing("9mm, 1000 rounds"), AM) == {"TI-BLK": "1000 rounds"}


def test_a_vendor_of_drugs_or_documents_is_linked_to_other_crime() -> None:
    offered = msgspec.structs.replace(listing("Pistol"), vendor="grey heron")
    (sign,) = vendor_signs(offered, FA, {Goods.DRUGS: 3})
    assert (sign.id, sign.field, sign.start, sign.end) == ("TI-POL", "vendor", 0, 10)
    assert vendor_signs(offered, FA, {Goods.OTHER: 9, Goods.DRUGS: 0}) == ()
    assert vendor_signs(offered, OTH, {Goods.DRUGS: 3}) == ()
    assert vendor_signs(listing("Pistol"), FA, {Goods.DRUGS: 3}) == ()


def test_what_is_said_often_is_shown_three_times() -> None:
    found = signs(listing("Pistol", "No serial here. " * 9), FA, Act.OFFER)
    assert [sign.id for sign in found] == ["TI-UNM"] * 3


TRAPS = [
    "no " * 22_000,
    "serial " * 9_400,
    "n o s e r i a l " * 4_096,
    "convert " * 8_192,
    "no serial. " * 5_957,
    "a" * LIMIT,
    "no" + "a" * LIMIT,
    "kill " * 13_107,
    "i will kill " * 5_461,
    "1000 x " * 9_000,
    "9" * LIMIT,
    "ship from " * 6_500,
    "ship from a to " * 4_300,
    "\u202e\u200f" * 32_768,
    "🔫" * LIMIT,
    "\u0301" * LIMIT,
    "ѕеrіаl " * 9_000,
    "!" * LIMIT,
    ". " * 32_768,
    "s.e.r.i.a.l." * 5_461,
    "\0" * LIMIT,
]


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: ascii(trap[:12]))
def test_a_trap_of_64_ki_characters_is_read_to_its_end(trap: str) -> None:
    found = Counter(sign.id for sign in signs(listing("Offer", trap[:LIMIT]), FA, Act.OFFER))
    assert max(found.values(), default=0) <= 3


hostile = st.lists(
    st.sampled_from([each[2] for each in (*SHOWN, *NOT_SHOWN)])
    | st.text(max_size=12)
    | st.text(alphabet="nо0 .ѕерial\u200b\u0301ﬁßİ\0\ud800", max_size=24),
    max_size=6,
).map(" ".join)


@given(hostile, hostile, st.sampled_from(Category), st.sampled_from(Act))
def test_a_sign_always_lies_in_its_field_and_quotes_something(
    title: str, description: str, category: Category, act: Act
) -> None:
    found = listing(title, description)
    for sign in signs(found, category, act):
        assert 0 <= sign.start < sign.end <= len(getattr(found, sign.field))
        assert getattr(found, sign.field)[sign.start : sign.end].strip()


@given(st.sampled_from(SHOWN), st.text(alphabet="\u200b\u00ad .-", max_size=5))
def test_a_sign_is_found_again_wherever_it_stands(shown: tuple[str, Category, str, str], before: str) -> None:
    code, category, text, _ = shown
    alone, later = quoted(listing("x", text), category), quoted(listing("x", f"new . {before} {text}"), category)
    assert alone[code] == later[code]


LANGUAGES = {"en", "de", "fr", "es", "ru", "tr", "it", "pt", "nl", "pl", "shared"}


def test_every_rule_says_how_it_may_be_found_and_compiles() -> None:
    for phrase in everything().phrases:
        assert phrase.pattern.pattern
        assert all(word for words in phrase.needles for word in words)
        assert set(phrase.codes) <= KNOWN | {"pistols"}
        assert phrase.beside in {"", "pistols"}


def test_every_language_has_its_file() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == LANGUAGES


def test_every_code_of_the_taxonomy_is_open_to_some_category() -> None:
    not_of_the_text = {"C.DUP", "unknown"}
    assert set(CATEGORIES) | ALWAYS == KNOWN - not_of_the_text


@pytest.mark.data
def test_no_real_listing_raises_a_false_alarm(shared_data: Path) -> None:
    path = shared_data / "darkweb_listings.csv"
    listings = [row.found for row in rows(path, chosen(path), 1) if isinstance(row.found, Listing)]
    alarming = [each.id for each in listings if "TI-HRM" in quoted(each, OTH)]
    assert (len(listings), alarming) == (24_009, [])


@pytest.mark.data
def test_the_document_shows_the_precision_that_was_reviewed(shared_data: Path) -> None:
    found = list(benchmark.hits(benchmark.rows(shared_data)))
    assert benchmark.markdown(found) in (benchmark.ROOT / "docs" / "signs.md").read_text(encoding="utf-8")

"""Adverts that nobody posted."""

import random
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.adverts.disguise import TRICKS, Trick, disguised, misspelt
from classifier.adverts.generate import ACTS, generated
from classifier.adverts.pen import SLOT
from classifier.adverts.phrasebook import KINDS, LANGUAGES, PHRASES, kinds, label, phrases
from classifier.adverts.spelling import spelt
from classifier.adverts.translit import cyrillic, latin
from classifier.truth.examples import Example
from pipeline.taxonomy import IN_SCOPE, Act, Category, Goods, Subtype

FRAMES = ("title", "lead", "reply", "request", "request.about", "neutral", "evasion", "word")
ADVERTS = 6_000
FILES = sorted(PHRASES.glob("*/*.txt"))


@pytest.fixture(scope="module")
def adverts() -> list[Example]:
    """Enough adverts to see shares."""
    return generated(ADVERTS, seed=1)


def test_the_same_seed_gives_the_same_adverts() -> None:
    assert generated(200, seed=4) == generated(200, seed=4) != generated(200, seed=5)


def test_every_language_category_subtype_goods_and_act_occurs(adverts: list[Example]) -> None:
    assert {each.market for each in adverts} == set(LANGUAGES)
    assert {each.category for each in adverts} == set(Category) - {Category.UNKNOWN}
    told_by_reading = {Subtype.UNFINISHED_FRAME, Subtype.ANTIQUE_ORIGINAL, Subtype.ANTIQUE_REPLICA}
    assert {each.subtype for each in adverts} == set(Subtype) - told_by_reading
    assert {each.goods for each in adverts} == set(Goods)
    assert {each.act for each in adverts} == set(Act) - {Act.UNKNOWN}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_phrases_for_all_that_can_be_offered(language: str) -> None:
    assert set(kinds(language)) == set(KINDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_frames_an_offer_and_says_what_offers_nothing(language: str) -> None:
    said = set(ACTS) - {Act.OFFER, Act.REQUEST}
    needed = {*FRAMES, *said, *(f"{act}.about" for act in said)}
    assert {section for section in needed if len(phrases(language).get(section, ())) < 2} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_slot_of_a_phrase_has_words(language: str) -> None:
    book = phrases(language)
    named = {slot for lines in book.values() for line in lines for slot in SLOT.findall(line)} - {"item"}
    assert {slot for slot in named if not book.get(slot)} == set()


def test_no_slot_is_left_open_and_no_title_is_empty(adverts: list[Example]) -> None:
    assert not any(SLOT.search(each.title + each.description) for each in adverts)
    assert all(each.title.strip() for each in adverts)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_phrase_stays_as_short_as_a_sentence(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    assert max(len(line) for line in lines) < 110


def test_the_parts_of_a_kind_name_say_what_its_goods_are() -> None:
    assert label("FA.PIS").subtype is Subtype.PISTOL
    assert (label("OTH.drugs.trap").category, label("OTH.drugs.trap").goods) == (Category.OTHER, Goods.DRUGS)
    assert label("OTH.thin").goods is Goods.UNKNOWN
    assert {label(kind).category for kind in KINDS} == set(Category) - {Category.UNKNOWN}


def test_a_subtype_belongs_to_the_category(adverts: list[Example]) -> None:
    found = [each for each in adverts if each.subtype is not Subtype.UNKNOWN]
    assert all(each.subtype.startswith(f"{each.category}.") for each in found)


def test_what_is_no_trade_has_no_goods_whatever_it_speaks_of(adverts: list[Example]) -> None:
    found = [each for each in adverts if each.act not in (Act.OFFER, Act.REQUEST)]
    assert {(each.category, each.subtype, each.goods) for each in found} == {
        (Category.OTHER, Subtype.UNKNOWN, Goods.UNKNOWN)
    }


def test_a_request_is_not_in_scope_whatever_it_asks_for(adverts: list[Example]) -> None:
    found = [each for each in adverts if each.act is Act.REQUEST]
    assert any(each.category is Category.FIREARM for each in found)
    assert not any(each.in_scope for each in found)


def test_names_of_the_gazetteer_are_taken_up_for_what_is_made_for_them_too() -> None:
    adverts = generated(ADVERTS, seed=1, names=("Nonesuch 500",))
    found = Counter(each.category for each in adverts if "nonesuch" in each.title.lower())
    assert min(found[kind] for kind in (Category.FIREARM, Category.PARTS, Category.ACCESSORY, Category.REPLICA)) > 2


def test_few_adverts_are_the_same(adverts: list[Example]) -> None:
    assert len({each.text for each in adverts}) > 0.85 * len(adverts)


def test_adverts_are_as_long_as_those_of_markets(adverts: list[Example]) -> None:
    lengths = [len(each.description) for each in adverts]
    assert 0.2 < sum(length == 0 for length in lengths) / len(lengths) < 0.5
    assert sum(300 <= length <= 800 for length in lengths) > 0.1 * len(lengths)
    assert max(lengths) < 2_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_share_of_each_language_is_in_scope(adverts: list[Example], language: str) -> None:
    found = [each for each in adverts if each.market == language]
    assert 0.12 < sum(each.category in IN_SCOPE for each in found) / len(found) < 0.35


def test_a_word_that_frames_offers_frames_all_sorts(adverts: list[Example]) -> None:
    found = [each for each in adverts if "escrow" in each.description.lower()]
    assert 0.1 < sum(each.category in IN_SCOPE for each in found) / len(found) < 0.4


@given(st.text(max_size=200), st.integers())
def test_any_text_can_be_disguised_misspelt_and_spelt(text: str, seed: int) -> None:
    rng = random.Random(seed)
    assert isinstance(disguised(text, rng), str)
    assert isinstance(misspelt(text, rng), str)
    for language in ("en", "ru", "sr"):
        assert all(isinstance(part, str) for part in spelt(text, text, language, rng))


def test_a_disguise_leaves_numbers_alone() -> None:
    for seed in range(60):
        spelling = disguised("9mm 7.62x39 .45", random.Random(seed))
        assert spelling == "9mm 7.62x39 .45"


@pytest.mark.parametrize("trick", sorted(set(TRICKS), key=str), ids=lambda trick: trick.__name__)
def test_a_trick_changes_a_word(trick: Trick) -> None:
    assert any(trick("Pistole", random.Random(seed)) != "Pistole" for seed in range(5))


def test_words_change_their_alphabet_as_people_type_them() -> None:
    assert latin("Пистолет Макарова 9мм") == "Pistolet Makarova 9mm"
    assert cyrillic("Pištolj bez broja 9x19") == "Пиштољ без броја 9x19"
    assert cyrillic("Ljubav njuška") == "Љубав њушка"


def test_phrases_hold_no_address_and_no_link() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
    assert not re.search(r"https?://|\.onion|@\w+\.\w|t\.me|BEGIN PGP", text)

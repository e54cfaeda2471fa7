"""Text however it was spelt."""

import re
import unicodedata

import apsw
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.text import LIMIT, bounded, deobfuscated, normalised, tokens

ODD = "gGoО0оΟlL1І@$!.,- _*|\u200b\u00ad\u0301\u0336ßİŁøяσ★手枪총ﬁ½µ7.62×х\x00\ud800\U0001d5a0🅖🔫\u20e3"
hostile = st.text(max_size=60) | st.text(alphabet=ODD, max_size=60)


@given(hostile)
def test_bounding_twice_is_bounding_once(text: str) -> None:
    kept, cut = bounded(text)
    assert bounded(kept) == (kept, False)
    assert not cut
    kept.encode()


def test_text_beyond_the_limit_is_cut_and_says_so() -> None:
    assert bounded("x" * (LIMIT + 1)) == ("x" * LIMIT, True)
    assert bounded("\0" + "x" * LIMIT) == ("x" * LIMIT, False)


@given(hostile)
@example("é\u200d\u0301")
@example("е\u0301g")
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalised(text)
    assert normalised(once.text).text == once.text
    assert len(once.text) <= LIMIT


def test_invisible_characters_are_removed_and_counted() -> None:
    assert normalised("gl\u200bo\u00adck\u202e") == ("glock", 3, 0)


def test_an_emoji_hides_nothing() -> None:
    assert normalised("✔️ fast 👨\u200d👩").invisible == 0


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Glосk", "Glock"),
        ("gяαм σƒ", "gram of"),
        ("пиcтoлeт", "пистолет"),
        ("ɢʟᴏᴄᴋ", "glock"),
        ("🅖🅛🅞🅒🅚", "GLOCK"),
        ("𝓰𝕝𝗈ⓒｋ", "glock"),
        ("100µg", "100ug"),
    ],
)
def test_look_alike_letters_are_undone(text: str, plain: str) -> None:
    assert normalised(text).text == plain


@pytest.mark.parametrize("text", ["пистолет", "όπλο", "手枪出售", "권총", "سلاح", "पिस्तौल", "Häuser café Łódź"])
def test_a_word_in_one_script_stays_as_it_is(text: str) -> None:
    assert normalised(text) == (text, 0, 0)


def test_words_that_mix_scripts_are_counted() -> None:
    assert normalised("Glосk оr АK plain текст").mixed == 3


def test_a_tower_of_combining_marks_costs_little() -> None:
    tower = "g" + "\u0315\u0300" * (LIMIT // 2 - 1)
    assert len(normalised(tower).text) < 40
    assert tokens(tower) == ["g"]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("g1ock", "glock"),
        ("p1st0l", "pistol"),
        ("Gl0ck17", "Glock17"),
        ("G1OCK", "GLOCK"),
        ("g.l.o.c.k", "glock"),
        ("p-i-s-t-o-l", "pistol"),
        ("p i s t o l 9mm", "pistol 9mm"),
        ("g l о c k", "glock"),
        ("c\u0336o\u0336l\u0336t\u0336", "colt"),
        ("b3retta w1nchester sm1th", "beretta winchester smith"),
        ("ki11er ho1ster amm0", "killer holster ammo"),
        ("$hotgun gun$ a$$ault m@gazine", "shotgun guns assault magazine"),
        ("p!stol g|ock", "pistol glock"),
        ("₲ⱠØ₵₭", "GLØCK"),
        ("best!!!! ★★★", "best! ★"),
    ],
)
def test_a_disguise_is_undone_in_the_second_view(text: str, plain: str) -> None:
    assert deobfuscated(text) == plain


MODELS = (
    "9mm .45 .45ACP 7.62x39 7.62x39mm 5.56 AK-47 AK47 M4 M4A1 M-16 G17 MP5 MP5K MP5SD AR-15 AR15A2 SW40VE XM177E2 12ga 50bmg .50 "
    "1911 P226 CZ75 VZ58 AKS-74U 10mm 22LR 9x19 $50 US$99 €1,204.50 0.5 BTC 100 USD x10 x5pcs x10pcs 2x10g 50 rounds 10k 1,000rds "
    "500g 3.5g 1oz 4oz 1/8 24/7 100% 2014 1990s B4B 2C-B 4-AcO-DMT 5F-ADB co2 h264 S/M/L/XL A&B e.g. M1911A1 U47700"
)


@given(st.lists(st.sampled_from(MODELS.split()), max_size=8))
def test_calibres_models_prices_and_quantities_are_never_touched(words: list[str]) -> None:
    text = " ".join(words)
    assert deobfuscated(text) == text


@given(st.lists(st.integers(0, 99_999), max_size=6), st.sampled_from([" ", "-", ".", ",", "/", " x "]))
def test_numbers_alone_are_never_touched(numbers: list[int], between: str) -> None:
    text = between.join(map(str, numbers))
    assert deobfuscated(text) == text


@pytest.mark.parametrize(
    "text", ["john@mail.com", "M1Garand", "M4Carbine", "MDMA*Sale", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"]
)
def test_an_address_and_a_name_that_begins_anew_are_no_disguise(text: str) -> None:
    assert deobfuscated(text) == text


@given(hostile)
def test_the_second_view_is_bounded_and_clean(text: str) -> None:
    assert len(deobfuscated(text)) <= LIMIT
    assert not re.search("[\0\u200b\ud800-\udfff]", deobfuscated(text))


@pytest.mark.parametrize(
    "text",
    [
        "g1ock",
        "g l o c k",
        "G.L.O.C.K.",
        "Glосk",
        "GLOCKS",
        "gl\u200bock",
        "ɢʟᴏᴄᴋ",
        "₲ⱠØ₵₭",
        "Glöck",
        "g l о c k",
        "★gloсk★",
    ],
)
def test_a_search_for_glock_finds_every_spelling(text: str) -> None:
    assert tokens(text) == ["glock"]


@pytest.mark.parametrize("text", ["AK-47", "AK47", "ak 47", "AK-47s", "АK-47"])
def test_a_model_is_found_however_its_number_is_attached(text: str) -> None:
    assert tokens(text) == ["ak", "47"]


@pytest.mark.parametrize("text", ["7.62x39", "7.62X39mm", "7,62х39", "7.62×39", "7.62 x 39 mm", "7.62*39"])
def test_a_calibre_is_one_word_however_it_is_written(text: str) -> None:
    assert tokens(text) == ["7.62x39"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("9 mm", "9mm"),
        ("9-mm", "9mm"),
        ("9\u00a0MM", "9mm"),
        (".22 lr", "22lr"),
        ("22-LR", "22lr"),
        ("45 ACP", "45acp"),
        ("12 ga", "12ga"),
        (".50 cal", "50cal"),
        ("0.5 g", "0.5g"),
        ("124 gr", "124gr"),
        ("9 x 19", "9x19"),
        ("9 × 19 mm", "9x19"),
        ("8 x 57", "8x57"),
    ],
)
def test_a_number_and_its_unit_written_apart_are_one_word(text: str, word: str) -> None:
    assert tokens(text) == tokens(word) == [word]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Glock 17 cal. 9mm", ["glock", "17", "cal", "9mm"]),
        ("AK-47 cal 7.62 x 39", ["ak", "47", "cal", "7.62x39"]),
        ("10 x 20 mg", ["10", "x", "20mg"]),
        ("9 mmx", ["9", "mmx"]),
        ("model 9\nmm", ["model", "9", "mm"]),
    ],
)
def test_a_number_that_has_no_unit_stays_alone(text: str, words: list[str]) -> None:
    assert tokens(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (".45 ACP", ["45acp"]),
        ("0.5g of it. Then", ["0.5g", "of", "it", "then"]),
        ("Rifles, boxes & batteries", ["rifle", "box", "battery"]),
        ("glass gas bus this 1990s", ["glass", "gas", "bus", "this", "1990"]),
        ("手枪出售 9mm手枪", ["手枪", "枪出", "出售", "9mm", "手枪"]),
        ("권총 팝니다", ["권총", "팝니", "니다"]),
        ("Пистолеты Ёж", ["пистолеты", "еж"]),
        ("Straße Łódź café", ["strasse", "lodz", "cafe"]),
        ("पिस्तौल", ["पिस्तौल"]),
        ("quality.Glock", ["quality", "glock"]),
        ("!!! ★ ...", []),
        ("", []),
    ],
)
def test_text_is_cut_into_words(text: str, words: list[str]) -> None:
    assert tokens(text) == words


@given(hostile)
def test_each_word_is_small_clean_and_stays_itself(text: str) -> None:
    for word in tokens(text):
        assert 0 < len(word) <= 128
        assert not word.startswith(".")
        assert not word.endswith(".")
        assert all(letter == "." or unicodedata.category(letter)[0] in "LNM" for letter in word)


@pytest.mark.parametrize(
    ("text", "words"), [("guns50", ["gun", "50"]), ("Glock19s", ["glock", "19"]), ("slugg10", ["slugg", "10"])]
)
def test_the_letters_before_a_number_are_read_as_they_are_alone(text: str, words: list[str]) -> None:
    assert tokens(text) == words
    assert [word for each in words for word in tokens(each)] == words


@given(st.lists(hostile, min_size=1, max_size=5))
def test_both_indexes_keep_each_word_whole(texts: list[str]) -> None:
    words = [word for text in texts for word in tokens(text)]
    assert " ".join(words).split() == words  # Elasticsearch's whitespace analyser
    assert fts5(" ".join(words)) == [unicode61(word) for word in words]


def fts5(text: str) -> list[str]:
    base = apsw.Connection(":memory:")
    base.execute(
        "CREATE VIRTUAL TABLE page USING fts5(text, tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* Co M*' tokenchars '.'\")"
    )
    base.execute("CREATE VIRTUAL TABLE word USING fts5vocab(page, 'instance')")
    base.execute("INSERT INTO page VALUES(?)", (text,))
    return [str(term) for (term,) in base.execute('SELECT term FROM word ORDER BY "offset"')]


def unicode61(word: str) -> str:
    """A word as FTS5 folds it; words are folded already, so that few letters change."""
    return fts5(word)[0] if not word.isascii() else word


def test_text_as_long_as_it_may_be_is_read_in_one_go() -> None:
    for unit in ("a ", "a-", "1 g", "1 ", "1a", "$", "а", "а1o", ".", "手", "g.l.", "aa0", "| ", "\u0301"):
        assert len(tokens(unit * LIMIT)) <= LIMIT
        assert len(deobfuscated(unit * LIMIT)) <= LIMIT

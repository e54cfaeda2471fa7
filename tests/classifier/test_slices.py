"""The test slices: what every figure on hard boundaries stands on."""

import random
from collections import Counter
from pathlib import Path

import pytest

from classifier.slices import template
from classifier.slices.marked import Marked, marked
from classifier.slices.slices import (
    DISGUISED,
    DISGUISED_OTHER,
    IN_SCOPE,
    OUT_OF_SCOPE,
    PLAIN,
    line,
    reported,
    sliced,
    tried,
)
from classifier.slices.tricks import disguised
from classifier.truth.examples import Example, Source, airsoft, games, real
from pipeline.taxonomy import Act, Category, Goods, Indicator, Subtype, Threat

LANGUAGES = ("en", "de", "fr", "es", "ru", "tr")
OTHERS = ("it", "pt", "nl", "pl", "uk", "sr")
LETTERS = 1500
Slices = dict[str, list[Example]]


@pytest.fixture(scope="module")
def slices() -> Slices:
    return sliced()


@pytest.fixture(scope="module")
def texts() -> list[Marked]:
    return marked()


def everything(slices: Slices) -> list[Example]:
    return [example for examples in slices.values() for example in examples]


def test_every_slice_has_one_hundred_and_fifty_distinct_texts(slices: Slices) -> None:
    few = {name: len({each.text for each in found}) for name, found in slices.items()}
    assert {name: count for name, count in few.items() if count < 150} == {}


def test_a_slice_is_more_than_figures_put_into_a_few_sentences(slices: Slices) -> None:
    lines = {name: len({line(each) for each in found}) for name, found in slices.items()}
    assert {name: count for name, count in lines.items() if count < 40} == {}


def test_every_slice_speaks_every_language(slices: Slices) -> None:
    spoken = {name: Counter(each.market for each in found) for name, found in slices.items()}
    assert {name: spoken for name, spoken in spoken.items() if min(spoken[each] for each in LANGUAGES) < 10} == {}


def test_six_more_languages_are_heard_in_firearms_and_in_ordinary_goods(slices: Slices) -> None:
    for name in ("firearms", "ordinary"):
        assert {each.market for each in slices[name]} == {*LANGUAGES, *OTHERS}


def test_recall_slices_offer_only_what_is_in_scope_and_the_others_never_do(slices: Slices) -> None:
    assert {each.in_scope for name in (*IN_SCOPE, DISGUISED, PLAIN) for each in slices[name]} == {True}
    assert {each.in_scope for name in (*OUT_OF_SCOPE, DISGUISED_OTHER) for each in slices[name]} == {False}


def test_every_label_is_of_the_taxonomy_and_subtypes_fit_their_category(slices: Slices) -> None:
    for example in everything(slices):
        assert example.category != Category.UNKNOWN
        assert example.act != Act.UNKNOWN
        if example.subtype is not Subtype.UNKNOWN:
            assert example.subtype.startswith(example.category)


def test_the_main_subtypes_of_the_protocol_are_offered(slices: Slices) -> None:
    offered = Counter(each.subtype for name in IN_SCOPE for each in slices[name])
    wanted = "FA.PIS FA.REV FA.RIF FA.SHO FA.SMG FA.CNV FA.REA FA.UNS PC.BAR PC.FRM PC.SLD PC.BLT PC.SUP PC.CNV PC.KIT PC.MAG PC.OTH AM.RND AM.CMP"
    assert {each: offered[Subtype(each)] for each in wanted.split() if offered[Subtype(each)] < 15} == {}


def test_every_kind_of_goods_is_offered_in_every_language(slices: Slices) -> None:
    for language in LANGUAGES:
        kinds = {each.goods for each in slices["ordinary"] if each.market == language}
        assert kinds == {*Goods} - {Goods.UNKNOWN}


def test_titles_are_as_long_as_titles_of_markets(slices: Slices) -> None:
    lengths = [len(each.title.split()) for name in (*IN_SCOPE, *OUT_OF_SCOPE) for each in slices[name]]
    assert 4 <= sum(lengths) / len(lengths) <= 9
    assert max(lengths) <= 25


def test_about_a_third_tell_more_than_the_title_and_none_tells_long_stories(slices: Slices) -> None:
    told = [each for name in (*IN_SCOPE, *OUT_OF_SCOPE) for each in slices[name]]
    assert 0.25 < sum(bool(each.description) for each in told) / len(told) < 0.5
    assert max(len(each.description) for each in told) < LETTERS


def test_nothing_of_the_notation_is_left_in_a_text(slices: Slices) -> None:
    for example in everything(slices):
        whole = f"{example.title} {example.description}"
        assert not any(mark in whole for mark in ("{", "}", " -- ", "=>", "\\u"))
        assert "hcal" not in whole.lower()


def test_every_example_is_of_our_own_making_and_says_which_line_it_comes_from(slices: Slices) -> None:
    assert {each.source for each in everything(slices)} == {Source.SLICE}
    assert all(each.origin.startswith(name) for name in (*IN_SCOPE, *OUT_OF_SCOPE) for each in slices[name])
    assert all(len({each.origin for each in found}) == len(found) for found in slices.values())


def test_no_advert_stands_in_two_slices(slices: Slices) -> None:
    seen = Counter(text for name in (*IN_SCOPE, *OUT_OF_SCOPE) for text in {each.text for each in slices[name]})
    assert [text for text, count in seen.items() if count > 1] == []


def test_a_disguised_advert_has_its_plain_twin_in_the_same_place(slices: Slices) -> None:
    pairs = list(zip(slices[DISGUISED], slices[PLAIN], strict=True))
    assert [hidden.origin for hidden, _ in pairs] == [plain.origin for _, plain in pairs]
    assert all(hidden.title != plain.title and hidden.category == plain.category for hidden, plain in pairs)


def test_the_same_seed_gives_the_same_slices_and_another_seed_others(slices: Slices) -> None:
    assert sliced() == slices
    assert sliced(seed=2)["firearms"] != slices["firearms"]


def test_no_line_that_recipes_are_chosen_by_is_reported_on_not_even_disguised(slices: Slices) -> None:
    chosen, kept = tried(), reported()
    assert {name: len(chosen[name]) + len(kept[name]) for name in slices} == {
        name: len(slices[name]) for name in slices
    }
    assert min(len(found) for found in kept.values()) >= 75
    looked_at = {each.title for found in chosen.values() for each in found}
    assert {each.title for found in kept.values() for each in found}.isdisjoint(looked_at)
    for name in (DISGUISED, DISGUISED_OTHER):
        plain = {line(each).removeprefix(f"{name}:") for each in kept[name]}
        assert plain.isdisjoint(line(each) for found in chosen.values() for each in found)


def test_a_line_of_figures_names_and_nested_braces_is_read_as_written() -> None:
    rng = random.Random(4)
    written = next(
        template.templates("word: a; b\n\n[en FA]\nPC.SLD> {x|{word} {3..5}} in {1850..1860}, {word}\\u200b")
    )
    read = {written.drawn({"word": ["a", "b"]}, rng) for _ in range(2000)}
    assert (written.language, written.kind.category, written.kind.subtype) == ("en", Category.PARTS, Subtype.SLIDE)
    assert {"x in 1853, a\u200b", "b 4 in 1857, b\u200b"} <= read


def test_a_word_that_is_no_label_is_refused() -> None:
    with pytest.raises(ValueError, match="PISTOL is no category"):
        list(template.templates("[en PISTOL]\nx"))


@pytest.mark.parametrize("text", ["Глок 17", "Glock 19", "AK", "9x19", "tabanca satılık"])
def test_a_disguise_always_changes_the_text(text: str) -> None:
    assert all(disguised(text, random.Random(seed)) != text for seed in range(200))


def test_threats_to_life_are_marked_and_what_only_sounds_like_one_is_not(texts: list[Marked]) -> None:
    harm = [each for each in texts if each.code == Indicator.HARM]
    assert sum(bool(each.quote) for each in harm) == 20
    assert sum(not each.quote for each in harm) == 40


def test_every_threat_and_indicator_of_a_text_is_quoted_from_it(texts: list[Marked]) -> None:
    codes = {*Threat, *Indicator} - {Threat.UNKNOWN, Indicator.OTHER_CRIME}
    assert {each.code for each in texts} == codes
    assert all(each.quote in each.text for each in texts)
    assert len({each.text for each in texts}) == len(texts) >= 120


@pytest.mark.data
def test_no_slice_repeats_a_text_or_a_title_of_the_research_data(slices: Slices, shared_data: Path) -> None:
    known = [*real(shared_data), *airsoft(shared_data), *games(shared_data)]
    taken = {each.text for each in known} | {" ".join(each.title.lower().split()) for each in known}
    ours = {name: found for name, found in slices.items() if name not in {PLAIN, DISGUISED, DISGUISED_OTHER}}
    assert [
        (name, each.title)
        for name, found in ours.items()
        for each in found
        if each.text in taken or " ".join(each.title.lower().split()) in taken
    ] == []

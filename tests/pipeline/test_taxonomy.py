"""The taxonomy says of every code what it means, what counts, what does not, and where that comes from."""

import re

import pytest

from pipeline.taxonomy import (
    CATEGORIES,
    FACETS,
    IN_SCOPE,
    MISP_TAGS,
    NATIONAL,
    RAND_GROUPS,
    SIGNS,
    SUBTYPES,
    Act,
    Category,
    Credibility,
    Entry,
    Goods,
    Indicator,
    Open,
    Subtype,
    Threat,
    Track,
    entry,
)

LISTS = (Category, Subtype, Act, Credibility, Threat, Indicator, Goods, Track)
ENTRIES = [found for facet in FACETS for found in facet.entries]
DOING = re.compile(
    r"\b(how to|step|first|then|drill|mill|weld|solder|grind|file down|remove the|replace the|mix|heat|insert|assemble)\b",
    re.IGNORECASE,
)


def test_every_code_has_one_entry_in_the_order_of_its_list() -> None:
    known = [found.id for found in ENTRIES]
    assert known == [code for codes in LISTS for code in codes if code.value != "unknown"]


@pytest.mark.parametrize("codes", LISTS)
def test_an_unknown_code_has_an_entry_too(codes: type[Open]) -> None:
    found = entry(codes("a code of a newer version"))
    assert (found.id, found.name) == (codes("unknown"), "Unknown")


@pytest.mark.parametrize("found", ENTRIES, ids=lambda found: repr(found.id))
def test_an_entry_says_all_that_a_reader_needs_on_one_line(found: Entry[Open]) -> None:
    said = (found.name, found.definition, found.counts, found.source, *(what for what, _ in found.elsewhere))
    assert all(said)
    assert found.elsewhere
    assert not [text for text in said if "\n" in text or "|" in text or len(text) > 300]
    assert entry(found.id) is found


@pytest.mark.parametrize("found", ENTRIES, ids=lambda found: repr(found.id))
def test_an_entry_teaches_nothing(found: Entry[Open]) -> None:
    said = " ".join((found.definition, found.counts, *(what for what, _ in found.elsewhere)))
    assert DOING.findall(said) == []


@pytest.mark.parametrize("found", ENTRIES, ids=lambda found: repr(found.id))
def test_what_does_not_count_goes_to_another_known_code(found: Entry[Open]) -> None:
    for _, code in found.elsewhere:
        assert code is None or (code is not found.id and entry(code).name != "Unknown")


def test_names_are_unlike_within_a_facet() -> None:
    for facet in FACETS:
        names = [found.name for found in facet.entries]
        assert len(set(names)) == len(names)


def test_every_subtype_belongs_to_a_category_and_is_in_scope_where_that_is() -> None:
    assert {code.value.partition(".")[0] for code in SUBTYPES} <= {code.value for code in CATEGORIES}
    for code, found in SUBTYPES.items():
        assert found.in_scope is CATEGORIES[code.category].in_scope
    assert Subtype.UNKNOWN.category is Category.UNKNOWN


def test_only_the_three_of_article_3_are_in_scope() -> None:
    assert {Category.FIREARM, Category.PARTS, Category.AMMUNITION} == IN_SCOPE


def test_countries_decide_about_the_five_that_the_article_leaves_to_them() -> None:
    assert {
        Subtype.MAGAZINE,
        Subtype.BLANK_CARTRIDGE,
        Subtype.UNFINISHED_FRAME,
        Subtype.ANTIQUE_ORIGINAL,
        Subtype.ANTIQUE_REPLICA,
        Category.ANTIQUE,
        Category.DEACTIVATED,
    } == NATIONAL


def test_the_threats_are_the_nine_of_the_working_group() -> None:
    assert [entry(code).source for code in Threat if code is not Threat.UNKNOWN] == [
        f"CTOC/COP/WG.6/2020/1, item 2({letter})" for letter in "abcdefghi"
    ]


def test_no_two_signs_share_a_code() -> None:
    assert len(SIGNS) == len(Threat) + len(Indicator) + len(Credibility) - 3
    assert "unknown" not in SIGNS


def test_every_tracked_category_of_arms_is_in_one_group_of_rand() -> None:
    grouped = [category for group in RAND_GROUPS.values() for category in group]
    assert len(set(grouped)) == len(grouped)
    assert set(CATEGORIES) - set(grouped) == {Category.SERVICE, Category.OTHER}


def test_a_tag_for_others_reads_as_a_machine_tag() -> None:
    assert [tag for tag in MISP_TAGS.values() if not re.fullmatch(r'dark-web:(topic|motivation)="[a-z-]+"', tag)] == []

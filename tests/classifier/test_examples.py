"""Labels of the research data are those of the second reading, and nothing of its text is committed."""

from collections import Counter
from pathlib import Path

import pytest

from classifier.truth.corrections import Reading, origin, rows_read
from classifier.truth.examples import Example, airsoft, darkweb, games, real, surface, vague
from classifier.truth.goods import goods
from pipeline.taxonomy import IN_SCOPE, Act, Category, Goods, Subtype


@pytest.fixture(scope="module")
def listings(shared_data: Path) -> list[Example]:
    return list(darkweb(shared_data))


@pytest.fixture(scope="module")
def adverts(shared_data: Path) -> list[Example]:
    return list(surface(shared_data))


def test_an_origin_names_a_row_without_its_text() -> None:
    name = origin("market", "17", "blue bicycle", "hardly used")
    assert name.startswith("market/17#")
    assert "bicycle" not in name
    assert name != origin("market", "17", "blue bicycle", "as new")


def test_every_correction_gives_a_reason_and_a_subtype_of_its_category() -> None:
    reading = Reading.load()
    assert all(len(each.reason.split()) > 1 for each in reading.corrections.values())
    kinds = {each.subtype: each.category for each in reading.corrections.values() if each.subtype is not Subtype.VAGUE}
    assert all(subtype is Subtype.UNKNOWN or subtype.split(".")[0] == category for subtype, category in kinds.items())
    assert not set(reading.corrections) & set(reading.subtypes)


def test_the_second_reading_of_another_folder_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "corrections.jsonl").write_text(
        '{"origin": "m/1#0", "was": "none", "category": "SVC", "reason": "papers"}\n', encoding="utf-8"
    )
    (tmp_path / "subtypes.jsonl").write_text('{"origin": "m/2#0", "subtype": "FA.PIS"}\n', encoding="utf-8")
    reading = Reading.load(tmp_path)
    assert reading.corrections["m/1#0"].category is Category.SERVICE
    assert reading.corrections["m/1#0"].sure
    assert reading.subtypes == {"m/2#0": Subtype.PISTOL}


def test_a_path_that_says_nothing_tells_no_goods() -> None:
    assert goods("agora", "Drugs/Cannabis/Weed") is Goods.DRUGS
    assert goods("agora", "Drug paraphernalia/Pipes") is Goods.OTHER
    assert goods("agora", "Forgeries") is Goods.DOCUMENTS
    assert goods("whitehouse", "Other Forgeries") is Goods.OTHER
    assert goods("agora", "Counterfeits/Money") is Goods.COUNTERFEIT_MONEY
    assert goods("whitehouse", "Bank Logins") is Goods.FRAUD_DATA
    assert goods("hydra_2014", "Digital Goods") is Goods.UNKNOWN
    assert goods("nexus_wethenorth", "") is Goods.UNKNOWN


@pytest.mark.data
def test_every_row_of_the_second_reading_is_in_the_data(
    shared_data: Path, listings: list[Example], adverts: list[Example]
) -> None:
    reading = Reading.load()
    named = {each.origin for each in [*listings, *adverts, *vague(shared_data)]}
    unscored = {name for name, each in reading.corrections.items() if each.category is Category.UNKNOWN}
    assert (set(reading.corrections) | set(reading.subtypes)) - unscored <= named
    assert rows_read() <= named
    assert len(named) == len(listings) + len(adverts) + len(list(vague(shared_data)))


@pytest.mark.data
def test_no_text_of_the_data_is_in_the_second_reading(listings: list[Example], adverts: list[Example]) -> None:
    reading = Reading.load()
    titles = {each.origin: each.title.lower() for each in [*listings, *adverts]}
    reasons = {name: each.reason.lower() for name, each in reading.corrections.items() if name in titles}
    copied = {name for name, reason in reasons.items() if len(titles[name].split()) > 2 and titles[name] in reason}
    assert copied == set()
    assert not any(each.vendor in reason for each in listings for reason in reasons.values() if len(each.vendor) > 9)


@pytest.mark.data
def test_the_corrected_labels_are_counted(listings: list[Example], shared_data: Path) -> None:
    counts = Counter(each.category for each in listings)
    assert (counts[Category.FIREARM], counts[Category.PARTS]) == (73, 14)
    assert counts[Category.AMMUNITION] == 33
    assert counts[Category.DIGITAL] == 40
    assert counts[Category.SERVICE] == 3
    assert {each.subtype for each in vague(shared_data)} == {Subtype.VAGUE}


@pytest.mark.data
def test_everything_in_scope_on_the_dark_web_has_a_subtype(listings: list[Example]) -> None:
    assert all(each.subtype is not Subtype.UNKNOWN for each in listings if each.category in IN_SCOPE)
    assert all(each.subtype.startswith(each.category) for each in listings if each.subtype is not Subtype.UNKNOWN)


@pytest.mark.data
def test_goods_are_told_of_what_is_no_arms_alone(listings: list[Example]) -> None:
    assert {each.category for each in listings if each.goods is not Goods.UNKNOWN} == {Category.OTHER}
    assert {each.goods for each in listings} == set(Goods)


@pytest.mark.data
def test_acts_other_than_offers_are_told(adverts: list[Example]) -> None:
    acts = Counter(each.act for each in adverts)
    assert acts[Act.REQUEST] > 90
    assert {Act.DISCUSSION, Act.FEEDBACK, Act.NEWS, Act.RULE, Act.DIRECTORY} <= set(acts)


@pytest.mark.data
def test_every_real_example_names_its_row(shared_data: Path) -> None:
    found = [*real(shared_data), *airsoft(shared_data), *games(shared_data)]
    assert all(each.origin for each in found)
    assert len({each.origin for each in found}) == len(found)

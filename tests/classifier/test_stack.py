"""What a classification says, and that it holds together."""

from collections.abc import Callable

import pytest

from pipeline.records import Classification
from pipeline.taxonomy import IN_SCOPE, Act, Category

Ask = Callable[..., Classification]

OFFERS = (
    ("Glock 19 Gen 5 9mm with 2 mags", Category.FIREARM),
    ("Pistole Walther P99 9mm, neu", Category.FIREARM),
    ("fusil AK-47 7.62x39", Category.FIREARM),
    ("Пистолет Макарова 9х18 с двумя магазинами", Category.FIREARM),
    ("Tabanca Beretta 92 9mm", Category.FIREARM),
    ("500 rounds 9mm FMJ", Category.AMMUNITION),
    ("munición .45 ACP 200 balas", Category.AMMUNITION),
    ("Патроны 7.62х39 500 шт", Category.AMMUNITION),
    ("Silencer for Glock 17 threaded", Category.PARTS),
    ("AR-15 lower receiver 80%", Category.PARTS),
    ("Lauf für Glock 17", Category.PARTS),
)
OTHERS = (
    "AK-47 cannabis 10g", "AK 47 feminised seeds", "THC cartridges 1g", "100 x Yellow Bullet XTC 200mg", "CS2 skin AK-47 Redline",
    "Airsoft M4 AEG", "HP ink cartridge", "cordless nail gun", "bulletproof hosting", "3D printed gun STL files",
    "stun gun flashlight", "1g cocaine", "Netflix account", "No weapons allowed on this market", "hot glue gun",
    "Kokain 5g", "Гашиш 10г", "cocaína 1g", "Heißklebepistole", "картридж для принтера",
)  # fmt: skip


@pytest.mark.parametrize(("title", "category"), OFFERS)
def test_the_shipped_model_flags_a_plain_offer(shipped: Ask, flag_at: float, title: str, category: Category) -> None:
    found = shipped(title)
    assert found.score >= flag_at
    assert found.category is category
    assert found.act is Act.OFFER


@pytest.mark.parametrize("title", OTHERS)
def test_the_shipped_model_leaves_what_only_sounds_like_it_alone(shipped: Ask, flag_at: float, title: str) -> None:
    assert shipped(title).score < flag_at


@pytest.mark.parametrize(
    "title",
    ["Gl0ck 17 9mm", "g l o c k 17 9mm", "GL\u200bOCK 17 9mm", "Glосk 17 9mm", "𝐆𝐥𝐨𝐜𝐤 𝟏𝟕 𝟗𝐦𝐦", "G.l.o.c.k 17 9mm"],
    ids=["leet", "spaced", "zero-width", "look-alike", "styled", "dotted"],
)
def test_the_shipped_model_sees_through_a_disguise(shipped: Ask, flag_at: float, title: str) -> None:
    assert shipped(title).score >= flag_at


@pytest.mark.parametrize(
    "title",
    [
        "WTB Glock 19 9mm",
        "Suche Glock 17 Pistole",
        "Куплю пистолет ТТ",
        "Busco pistola Glock",
        "Cherche Glock 19",
    ],
)
def test_asking_for_a_firearm_is_a_request(shipped: Ask, title: str) -> None:
    found = shipped(title)
    assert found.act is Act.REQUEST
    assert "wanted" in found.flags
    assert found.score < 0.5


@pytest.mark.parametrize("title", ["Glock 19 9mm", "1g cocaine", "holster", ""])
def test_the_categories_in_scope_share_the_score(small: Ask, shipped: Ask, title: str) -> None:
    for found in (shipped(title), small(title)):
        assert sum(found.scores[category] for category in IN_SCOPE) == pytest.approx(found.score, abs=1e-6)
        assert sum(found.scores.values()) == pytest.approx(1, abs=1e-6)


def test_a_flagged_listing_has_a_category_in_scope(shipped: Ask) -> None:
    found = [shipped(title) for title, _ in OFFERS]
    assert {each.category for each in found} <= IN_SCOPE


def test_hidden_characters_and_mixed_scripts_are_told(shipped: Ask) -> None:
    assert shipped("Glo\u200bck 17").flags == ("hidden_characters",)
    assert shipped("Glосk 17").flags == ("mixed_scripts",)
    assert shipped("Glock 17").flags == ()


def test_a_key_block_in_the_description_changes_no_score(shipped: Ask) -> None:
    block = f"-----BEGIN PGP PUBLIC KEY BLOCK-----\n{'mQENBFab' * 8}\n-----END PGP PUBLIC KEY BLOCK-----"
    assert shipped("Glock 17", block).score == shipped("Glock 17").score

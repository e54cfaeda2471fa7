"""What is named in a listing's text, and where."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from classifier.entities import entities
from classifier.entities.claims import claims
from classifier.entities.gazetteer import sections
from pipeline.records import Entity, Import, Listing

AT = datetime(2024, 5, 1, tzinfo=UTC)
KINDS = frozenset(
    [
        "make",
        "model",
        "calibre",
        "amount",
        "price",
        "ships_from",
        "ships_to",
        "pgp",
        "address",
        "handle",
        "serial",
        "condition",
        "origin",
        "delivery",
        "concealment",
    ]
)
ODD = "gGlLoOcCkK0оО1І9mMx×х@$€!.,:/ -_*|\u200b\u00ad\u0301ßİŁ手½µﬁ\x00\U0001d5a0🔫\ufdfa\n"
LIMIT = 65_536


def listing(title: str, description: str = "", path: tuple[str, ...] = ()) -> Listing:
    provenance = Import(time=AT, file="0" * 64, line=1, mapping="m", activation=1)
    return Listing(
        market="practice", key="1", title=title, description=description, category_path=path, provenance=provenance
    )


def told(title: str, description: str = "", path: tuple[str, ...] = ()) -> set[tuple[str, str, str]]:
    """Kind, value and stretch of each entity."""
    one = listing(title, description, path)
    return {(each.kind, each.value, stretch(one, each)) for each in entities(one)}


def stretch(one: Listing, entity: Entity) -> str:
    text = one.title if entity.field == "title" else one.description
    return text[entity.start : entity.end]


def values(kind: str, title: str, description: str = "", path: tuple[str, ...] = ()) -> set[str]:
    return {value for found, value, _ in told(title, description, path) if found == kind}


def test_an_advert_is_taken_apart() -> None:
    assert told("Glock 19 Gen 4 9mm, 2 mags, $900", "New in box. Ships from Germany to EU. Stealth shipping.") == {
        ("make", "Glock", "Glock"),
        ("model", "19 gen 4", "19 Gen 4"),
        ("calibre", "9x19mm", "9mm"),
        ("amount", "2 magazines", "2 mags"),
        ("price", "900 USD", "$900"),
        ("condition", "new in box", "New in box"),
        ("ships_from", "DE", "Germany"),
        ("ships_to", "EU", "EU"),
        ("concealment", "stealth shipping", "Stealth shipping"),
    }


@pytest.mark.parametrize(
    ("title", "make", "model"),
    [
        ("Walther P22 pistol", "Walther", "P22"),
        ("Zoraki 914 blank firing pistol", "Zoraki", "914"),
        ("CZ 75 9mm Luger", "Ceska Zbrojovka", "75"),
        ("Smith&Wesson SW40VE pistol", "Smith & Wesson", "SW40VE"),
        ("Пистолет ТТ, Ижмаш", "Izhmash", "TT"),
        ("Remingon 870 shotgun", "Remington", "870"),
        ("AK - 47 rifle by Zastava", "Crvena Zastava", "AK-47"),
    ],
)
def test_makes_and_models_are_known_in_their_spellings(title: str, make: str, model: str) -> None:
    assert values("make", title) == {make}
    assert values("model", title) == {model}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("7,62x51 NATO", "7.62x51mm"),
        ("7.62 х 39", "7.62x39mm"),
        ("9 mm Para", "9x19mm"),
        (".45 ACP", ".45 ACP"),
        ("22lr", ".22 LR"),
        ("12 gauge", "12 gauge"),
        ("9mm P.A.K", "9mm P.A.K."),
        ("40 Cal", ".40"),
    ],
)
def test_a_calibre_has_one_name_in_all_its_spellings(written: str, name: str) -> None:
    assert ("calibre", name, written) in told(f"Pistol {written} with box")


@pytest.mark.parametrize(
    "title",
    [
        "Camera lens 9mm",
        "Screws 10mm, 50 pcs",
        "10g AK-47 weed",
        "Python course",
        "Cobra python strain seeds 5g",
        "Star pills",
    ],
)
def test_a_word_of_other_meanings_names_no_arm_without_company(title: str) -> None:
    assert not {kind for kind, _, _ in told(title)} & {"make", "model", "calibre"}


def test_a_category_path_decides_what_a_doubtful_word_means() -> None:
    assert values("model", "AK-47", path=("Drugs", "Cannabis")) == set()
    assert values("model", "Cobra", path=("Weapons", "Pistols")) == {"Cobra"}


def test_a_maker_inside_a_calibre_is_no_maker() -> None:
    assert values("make", "50 rounds .223 Remington FMJ ammo") == set()


@pytest.mark.parametrize(
    "title",
    ["Glосk 17 pistol", "Gl\u200bock 17 pistol", "g l o c k pistol", "G.l.o.c.k pistol", "Ｇｌｏｃｋ 17 pistol"],
)
def test_a_hidden_maker_is_found_at_its_place(title: str) -> None:
    found = {(value, text) for kind, value, text in told(title) if kind == "make"}
    end = title.index(" 17") if " 17" in title else title.index(" pistol")
    assert found == {("Glock", title[:end])}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("serial", "serial numbers filed off"),
        ("serial", "ohne Seriennummer"),
        ("serial", "sans numero de serie"),
        ("serial", "sin numero de serie"),
        ("serial", "номер спилен"),
        ("serial", "seri no silinmis"),
        ("condition", "neuwertig"),
        ("condition", "never fired"),
        ("condition", "jamais servi"),
        ("condition", "como nuevo"),
        ("condition", "новый"),
        ("condition", "kullanilmamis"),
        ("origin", "Police Issued"),
        ("origin", "West German"),
        ("delivery", "next day delivery"),
        ("delivery", "schneller Versand"),
        ("delivery", "livraison rapide"),
        ("delivery", "envio gratis"),
        ("delivery", "быстрая доставка"),
        ("delivery", "hizli kargo"),
        ("concealment", "double vacuum sealed"),
        ("concealment", "diskret verpackt"),
        ("concealment", "emballage discret"),
        ("concealment", "envio discreto"),
        ("concealment", "надежная упаковка"),
        ("concealment", "gizli paketleme"),
    ],
)
def test_a_claim_is_found_in_its_language(kind: str, text: str) -> None:
    assert (kind, text) in {
        (found, seen) for found, _, seen in told("Glock 17 pistol", f"It is here: {text}, as said.")
    }


@pytest.mark.parametrize(
    "description",
    ["Stealth PayPal account guide", "Pineapple Express 30g", "You must finalize within 24 hours", "Vacheron watch"],
)
def test_other_uses_of_a_claim_s_words_are_no_claim(description: str) -> None:
    assert told("Offer", description) & {("delivery", "", ""), ("concealment", "", "")} == set()
    assert values("delivery", "Offer", description) | values("concealment", "Offer", description) == set()


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("FREE WW DELIVERY", {"free ww delivery"}),
        ("tea 1g freepost", {"freepost"}),
        ("*FREE priority shipping with tracking *No FE", {"free priority shipping", "tracking"}),
        ("OVERNIGHT SHIPPING AVAILABLE", {"overnight shipping"}),
        ("Tracked XpressPost", {"tracked xpresspost"}),
        ("14g - FREE UK NDD DELIVERY", {"free uk ndd delivery"}),
        ("No tracking option", {"no tracking"}),
        ("Shipped priority mail. Will be at your 2-3 days", {"shipped priority mail", "2-3 days"}),
        ("delivery time: 4 days, 100% success rate of delivery", {"4 days", "100% success rate of delivery"}),
        ("GUARANTEED with priority shipp ...", {"priority shipp"}),
        ("USA TO USA, EXPRESS!", {"express"}),
        ("orders ship within 24 hours", {"ship within 24 hours"}),
    ],
)
def test_a_claim_of_delivery_is_as_long_as_what_is_claimed(text: str, claims: set[str]) -> None:
    assert values("delivery", "Tea", text) == claims


@pytest.mark.parametrize(
    "policy",
    [
        "If you do not receive your order within 13 working days, contact us after shipping.",
        "Refunds are paid within 14 days of posting a claim.",
        "We ship; you get a reply within 24 hours.",
        "Finalize within 3 days after the parcel arrives.",
        "Reships and refunds: 50% reship if tracked by nobody",
        "Customer satisfaction is our #1 priority when shipping.",
        "We do not offer overnight shipping.",
    ],
)
def test_a_long_shipping_policy_claims_no_more_than_how_goods_arrive(policy: str) -> None:
    assert values("delivery", "Tea", policy) <= {"tracked"}


@pytest.mark.parametrize(
    "title",
    [
        "EXPRESS SHIPPING OPTION FOR YOUR ORDER",
        "Decoy first class letter - plain letter",
        "How to send anything by mail",
        "GUIDE: stealth shipping",
    ],
)
def test_postage_that_is_the_goods_is_no_claim(title: str) -> None:
    assert values("delivery", title) | values("concealment", title) == set()
    assert values("delivery", "Guide to cards, instant delivery") == {"instant delivery"}


def test_a_claim_cut_off_by_where_it_is_looked_for_is_no_error() -> None:
    for letters in range(60, 72):
        assert values("delivery", "Tea", f"ship {'a' * letters} nddfoo") == set()


def test_bullets_beside_airsoft_are_none() -> None:
    assert values("amount", "Gewehr, 200 Kugeln") == {"200 bullets"}
    for title, description in (("Softair Gewehr", "200 Kugeln dazu"), ("Airsoft rifle, 200 BBs", "mit 200 Kugeln")):
        assert values("amount", title, description) == set()


def test_what_may_be_so_is_no_condition() -> None:
    assert values("condition", "Glock 17 pistol", "It shows light wear.") == {"shows light wear"}
    assert values("condition", "Glock 17 pistol", "The box may show wear and may have minor scratches.") == set()


def test_money_that_is_the_goods_is_no_price() -> None:
    assert values("price", "Counterfeit $20 bills for $5") == {"5 USD"}
    for title in ("PayPal account $500", "£200 Tesco vouchers", "$300+ daily", "Account with $1K to $6.5K balance"):
        assert values("price", title) == set()
    assert values("price", "$50 voucher for just $15, postage 3 EUR each") == {"15 USD", "3 EUR"}


def test_contacts_and_addresses_are_found() -> None:
    address = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"
    found = told("Tea", f"Pay to {address}, write to Telegram: @tea_house or tea@market.example")
    assert ("address", f"btc:{address}", address) in found
    assert ("handle", "telegram:tea_house", "tea_house") in found
    assert ("handle", "email:tea@market.example", "tea@market.example") in found


def test_equal_listings_have_equal_entities_in_the_order_of_the_text() -> None:
    one = listing("2 x Glock 17, 9mm", "Ships to US. $900 each, free shipping.")
    assert entities(one) == entities(one)
    places = [(each.field != "title", each.start) for each in entities(one)]
    assert places == sorted(places)


@given(st.text(max_size=80) | st.text(alphabet=ODD, max_size=80), st.text(alphabet=ODD, max_size=80))
@example("Gun \ufdfa 9mm", "½ g of tea, Glоck\u200b 19 pistol")
def test_every_entity_stands_in_its_field(title: str, description: str) -> None:
    one = listing(f"Gun {title}", description)
    for entity in entities(one):
        text = one.title if entity.field == "title" else one.description
        assert entity.kind in KINDS
        assert 0 <= entity.start < entity.end <= len(text)


@given(st.text(alphabet=ODD, max_size=60))
def test_two_entities_of_one_kind_never_share_a_place(text: str) -> None:
    found = entities(listing("Gun", text + " Glock 17 9mm 50 rounds"))
    for kind in KINDS:
        same = [each for each in found if each.kind == kind and each.field == "description"]
        assert all(one.end <= other.start for one, other in pairwise(same))


TRAPS = [
    *("a", "9", " ", "\n", "x", "1/", "1,", "1-", "$1 ", "@", "a@b.", "t.me/", "0123456789abcdef", "ABCD 1234 ", ". "),
    *("Glock 19 ", "uzi glock ", "9mm m16 ", "mossberge ", "cci blazer ", "model 1 ", "22 25 ", "g l o c k ", "gо"),
    *("one ", "1 round ", "range 1 - 2 g ", "us - us ", "ship to ", "ships from germany ", "us only ", "worldwide "),
    *(
        "us to ",
        "uk/",
        "uk £5, ",
        "ship us ",
        "send us a ",
        "1g - ",
        "10x1g",
        "delivery time 4 days ",
        "within 3 days ",
        "paypal $5 ",
    ),
    *("the ", "no ", "very ", "no signs of ", "serial number ", "made in ", "free shipping ", "stealth ", "vacuum "),
    *("telegram: ", "wickr user ", "jabber a@jabber.example ", "-----BEGIN PGP PUBLIC KEY BLOCK-----"),
    *("🔫", "\u202e", "\0", "\u0301", "a\u0301", "\ufdfa", "_expedi"),
    *("1111111111111111111114oLvT2 ", "0x52908400098527886E0F7030069857D2E4169EE7 "),
]


@pytest.mark.parametrize("trap", TRAPS, ids=ascii)
def test_a_field_full_of_one_thing_costs_bounded_time(trap: str) -> None:
    text = (trap * (LIMIT // len(trap) + 1))[:LIMIT]
    found = entities(listing("Gun by telegram, ships tracked, stealth", text))
    assert len(found) < 1_000


@pytest.mark.parametrize("kind", ["delivery", "concealment", "condition", "serial", "origin"])
def test_no_word_of_a_claim_repeated_costs_more_than_its_length(kind: str) -> None:
    words = {
        word for section, line in sections("claims.txt") for word in line.replace("|", " ").split() if word.isalpha()
    }
    for word in sorted(words):
        list(claims()[kind].found(f"{word} " * 60, 0, 1_000))

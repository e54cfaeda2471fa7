"""Extraction is a pure function that no page can break."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.address import onion
from crawlers.extract import extract
from crawlers.links import links
from crawlers.page import Page
from crawlers.profile import Fields, Gate, MarketProfile, Pick
from crawlers.reason import MEANING, Reason
from pipeline.codec import decode, message
from pipeline.records import Capture, Date, Delivery, Listing, Rejected, Unread, listing_id

MIRRORS = (onion(bytes(32)), onion(bytes([1] * 32)))
FIELDS = Fields(
    title="h1",
    vendor=".vendor",
    price=".price",
    description="div",
    category_path="nav",
    ships_to=Pick(select=".ships", after="to:"),
    delivery="i",
    stock=".stock",
)
PROFILE = MarketProfile(
    market="smithy",
    mirrors=MIRRORS,
    listing="/listing/{key}",
    fields=FIELDS,
    gates={Gate.CAPTCHA: "form#captcha"},
)


def page(body: bytes, *, content_type: str = "text/html", address: str = "/listing/5", mirror: int = 0) -> Page:
    capture = Capture(
        time=datetime(2026, 5, 1, tzinfo=UTC),
        url=f"http://{MIRRORS[mirror]}{address}",
        visit="v",
        page="",
        profile="",
        activation=1,
    )
    return Page(capture=capture, body=body, content_type=content_type)


def one(body: bytes, content_type: str = "text/html") -> Listing | Rejected:
    (found,) = extract(page(body, content_type=content_type), PROFILE)
    return found


def listing(body: bytes, content_type: str = "text/html") -> Listing:
    found = one(body, content_type)
    assert isinstance(found, Listing)
    return found


def reason(body: bytes, content_type: str = "text/html") -> str:
    found = one(body, content_type)
    assert isinstance(found, Rejected)
    return found.reason


def test_both_mirrors_give_one_listing_the_same_id() -> None:
    ids = {
        found.id
        for mirror in (0, 1)
        for found in extract(page(b"<h1>x</h1>", mirror=mirror), PROFILE)
        if isinstance(found, Listing)
    }
    assert ids == {listing_id("smithy", "5")}


def test_a_page_that_is_no_listings_shows_none() -> None:
    assert extract(page(b"<h1>Categories</h1>", address="/category/5"), PROFILE) == []


def test_a_title_is_one_line() -> None:
    assert listing(b"<h1>Two\n  <b>lines</b></h1>").title == "Two lines"


def test_scripts_comments_and_styles_say_nothing() -> None:
    found = listing(b"<h1>x</h1><div>a<script>b</script><!-- c --><style>d</style><template>e</template>f</div>")
    assert found.description == "af"


def test_a_text_begins_behind_one_phrase() -> None:
    assert listing(b"<h1>x</h1><p class=ships>from: France to: Spain</p>").ships_to == ("ES",)


def test_a_phrase_that_is_not_there_leaves_nothing() -> None:
    assert listing(b"<h1>x</h1><p class=ships>Spain</p>").ships_to_text == ""


def test_categories_of_one_text_are_taken_apart() -> None:
    assert listing("<h1>x</h1><nav>Home » Arms > Parts</nav>".encode()).category_path == ("Home", "Arms", "Parts")


def test_ways_of_delivery_are_read_from_their_words() -> None:
    found = listing(b"<h1>x</h1><i>Digital goods</i><i>or by mail</i>")
    assert (found.delivery, found.item.digital) == ((Delivery.DIGITAL, Delivery.POST), True)


def test_a_field_that_is_not_shown_is_absent() -> None:
    found = listing(b"<h1>x</h1>")
    assert (found.price, found.stock, found.vendor, found.delivery) == (None, None, "", ())


def test_a_text_too_long_is_cut_and_says_so() -> None:
    found = listing(b"<h1>x</h1><div>" + b"word " * 40_000 + b"</div>")
    assert (len(found.description), found.truncated) == (65_536, ("description",))


def test_what_cannot_be_read_keeps_its_text_and_is_named() -> None:
    found = listing(
        b"<h1>x</h1><p class=price>ask me</p><p class=ships>to: Torland</p><p class=stock>a lot</p><i>by owl</i>"
    )
    assert found.unread == (
        Unread(field="price", text="ask me"),
        Unread(field="ships_to", text="Torland"),
        Unread(field="delivery", text="by owl"),
        Unread(field="stock", text="a lot"),
    )


def test_what_is_read_or_not_shown_is_not_named() -> None:
    assert listing(b"<h1>x</h1><p class=price>$5</p><p class=stock>Unlimited</p>").unread == ()


def test_an_unread_text_is_bounded() -> None:
    assert len(listing(b"<h1>x</h1><p class=price>" + b"ask " * 9_000).unread[0].text) == 200


def test_a_key_inside_a_description_is_the_vendors() -> None:
    key = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nabc\n-----END PGP PUBLIC KEY BLOCK-----"
    assert listing(f"<h1>x</h1><div>mine:<pre>{key}</pre></div>".encode()).about_vendor.pgp == (key,)


def test_a_date_ago_is_read_against_the_capture() -> None:
    profile = MarketProfile(market="smithy", listing="/listing/{key}", fields=Fields(title="h1", posted="b"))
    (found,) = extract(page(b"<h1>x</h1><b>2 days ago</b>"), profile)
    assert isinstance(found, Listing)
    assert found.posted == Date(at=datetime(2026, 4, 29, tzinfo=UTC))


@pytest.mark.parametrize(
    ("body", "content_type", "title"),
    [
        ('<meta charset="iso-8859-1"><h1>7 €</h1>'.encode(), "text/html", "7 €"),
        ('<meta charset="iso-8859-1"><h1>7 é</h1>'.encode("latin-1"), "text/html", "7 é"),
        ("<h1>7 é</h1>".encode(), "text/html; charset=iso-8859-1", "7 Ã©"),
    ],
    ids=["saved by a browser", "as it says", "as its header says"],
)
def test_bytes_that_are_utf_8_are_read_so_whatever_the_page_says_but_not_its_header(
    body: bytes, content_type: str, title: str
) -> None:
    assert listing(body, content_type).title == title


@pytest.mark.parametrize(
    ("body", "content_type", "why"),
    [
        (b"", "text/html", Reason.EMPTY),
        (b" \n ", "text/html", Reason.EMPTY),
        (b"plain words", "text/html", Reason.NOT_HTML),
        (b"\x89PNG<h1>", "image/png", Reason.NOT_HTML),
        (b'{"a": "<h1>"}', "application/json", Reason.NOT_HTML),
        (b"<p>no title</p>", "text/html", Reason.NO_TITLE),
        (b"<h1> <b></b></h1>", "text/html", Reason.NO_TITLE),
        (b"<p " + b" ".join(b"a%d" % n for n in range(60_000)) + b">", "text/html", Reason.HOSTILE),
        ((b"<p " + b" ".join(b"a%d" % n for n in range(20_000)) + b">") * 9, "text/html", Reason.HOSTILE),
        (b"<h1>x</h1><dl>" + b"<dt>Make</dt>" * 5_000, "text/html", Reason.HOSTILE),
        (b"<h1>x</h1>" + b"<div class=card><h4>t</h4>" * 1_500, "text/html", Reason.HOSTILE),
        (b"<h1>x</h1>" + b"<ul><li>a<li>b</ul>" * 15_000, "text/html", Reason.HOSTILE),
        (b"<h1>x</h1>" + b"<section>" * 900 + b"<!--x-->" * 600_000, "text/html", Reason.HOSTILE),
    ],
)
def test_a_page_that_is_no_listing_says_why(body: bytes, content_type: str, why: Reason) -> None:
    assert reason(body, content_type) == why


@pytest.mark.parametrize(
    ("body", "content_type", "title"),
    [
        (b"<h1>caf\xe9</h1>", "text/html; charset=utf-8", "caf\N{REPLACEMENT CHARACTER}"),
        (b"<h1>caf\xe9</h1>", "text/html; charset=latin-1", "café"),
        ("<h1>café</h1>".encode("utf-16"), "text/html", "café"),
        (b"<h1>cafe</h1>", "text/html; charset=base64", "cafe"),
        (b"<h1>cafe</h1>", "text/html; charset=no-such-thing", "cafe"),
        (b"<h1>cafe</h1>", "text/html; charset=idna", "cafe"),
        (b"<h1>cafe</h1>", "text/html; charset=undefined", "cafe"),
        (b"<h1>c\x00afe</h1>", "text/html", "cafe"),
        (b"<h1>x</h1>" + b"<b>" * 200_000 + b"<h1>deep</h1>", "text/html", "x"),
        (b"<h1>x</h1>" + b"y" * 5_000_000, "text/html", "x"),
        (b"<!DOCTYPE x [<!ENTITY a '" + b"z" * 1000 + b"'><!ENTITY b '&a;&a;'>]><h1>x&b;</h1>", "text/html", "x&b;"),
        (b"<h1>x</h1><img src='data:image/png;base64," + b"/aB9" * 500_000 + b"'>", "text/html", "x"),
        (b"]]><?xml version='1.0'?><h1>x</h1>", "application/xhtml+xml", "x"),
    ],
    ids=[
        "wrong",
        "right",
        "utf-16",
        "codec",
        "unknown",
        "idna",
        "undefined",
        "nul",
        "deep",
        "long",
        "entities",
        "picture",
        "xml",
    ],
)
def test_a_hostile_page_is_read_as_far_as_it_goes(body: bytes, content_type: str, title: str) -> None:
    assert listing(body, content_type).title == title


TAGS = st.sampled_from(
    [
        "<h1>",
        "</h1>",
        "<div>",
        "<nav>",
        "<a href=",
        "'",
        '"',
        ">",
        "<!--",
        "-->",
        "<script>",
        "&#0;",
        "&#xD800;",
        "<![CDATA[",
    ]
)
HOSTILE = st.lists(st.one_of(TAGS, st.text(max_size=20)), max_size=40).map("".join)


@settings(max_examples=300)
@given(HOSTILE, st.sampled_from(["utf-8", "utf-16", "latin-1", "utf-7", "shift_jis"]))
def test_no_page_breaks_extraction(text: str, charset: str) -> None:
    found = page(text.encode(charset, "replace"), content_type=f"text/html; charset={charset}")
    for read in extract(found, PROFILE):
        assert isinstance(read, Rejected) or decode(message(read), (Listing,)) == read
    links(found, PROFILE)


@given(st.binary(max_size=300), st.text(max_size=30))
def test_no_bytes_break_extraction(body: bytes, content_type: str) -> None:
    assert len(extract(page(body, content_type=content_type), PROFILE)) == 1


def test_rows_have_the_key_that_their_link_has() -> None:
    profile = MarketProfile(
        market="smithy",
        mirrors=MIRRORS,
        listing="/listing/{key}",
        rows="li",
        fields=Fields(key="a::attr(href)", title="a"),
    )
    body = (
        b"<li><a href='?x=1'>other</a><li><a href='http://old.invalid/listing/7'>seven</a><li><a href=/listing/8> </a>"
    )
    found = extract(page(body, address="/results"), profile)
    assert [one.key if isinstance(one, Listing) else one.reason for one in found] == ["no_key", "7", "no_title"]


def test_matches_inside_matches_stall_no_one() -> None:
    profile = MarketProfile(market="smithy", listing="/listing/{key}", fields=Fields(title="h1", vendor="b", price="b"))
    (found,) = extract(page(b"<h1>x</h1>" + b"<b>" * 1_900 + b"owl"), profile)
    assert isinstance(found, Listing)
    assert found.vendor == "owl"


def test_rows_inside_rows_stall_no_one() -> None:
    profile = MarketProfile(market="smithy", rows="div", fields=Fields(key="b", title="i"))
    body = b"<div><b>1</b><i>x</i>" * 480 + b"<p>" * 500
    (found,) = extract(page(body, address="/results"), profile)
    assert found == Rejected(reason=Reason.HOSTILE, detail="rows inside rows")


def test_a_long_page_of_lines_and_links_is_no_trap() -> None:
    assert listing(b"<h1>x</h1><div>" + b"line<br>" * 4_000 + b"<a href=/listing/1>x</a>" * 4_000).title == "x"


def test_descriptions_one_in_another_do_not_multiply_what_a_page_says() -> None:
    found = listing(b"<h1>x</h1>" + b"<div>" * 400 + b"word " * 900_000)
    assert "description" in found.truncated


def test_keys_that_no_text_spells_stay_different() -> None:
    keys = {one.key for path in ("%FF", "%FE", "a%00", "a%0A", "a") for one in read_at(f"/listing/{path}")}
    assert keys == {"%FF", "%FE", "a%00", "a%0A", "a"}


def read_at(address: str) -> list[Listing]:
    return [one for one in extract(page(b"<h1>x</h1>", address=address), PROFILE) if isinstance(one, Listing)]


@pytest.mark.parametrize("selector", ["//comment()", "//processing-instruction()", "(count(//p))", "(1=1)", "//p/@x"])
def test_what_is_no_text_says_nothing(selector: str) -> None:
    profile = MarketProfile(market="smithy", listing="/listing/{key}", fields=Fields(title="h1", vendor=selector))
    (found,) = extract(page(b"<h1>x</h1><!-- c --><?pi y?><p>z</p>"), profile)
    assert isinstance(found, Listing)
    assert found.vendor == ""


def test_every_reason_is_explained() -> None:
    assert set(MEANING) == set(Reason)

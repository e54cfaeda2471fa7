"""What a draft proposes, and that no page can break it."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.draft import Draft, Guess, draft, written
from crawlers.draft.check import checked
from crawlers.draft.expected import expect
from crawlers.draft.kinds import Kind
from crawlers.draft.labels import label
from crawlers.page import Page
from crawlers.profile import Gate, MarketProfile, read
from crawlers.saved import page_of
from pipeline.records import Capture

LAYOUTS = Path(__file__).parents[2] / "pages" / "layouts"
BARE = MarketProfile(market="draft")
CAPTURE = Capture(
    time=datetime(2026, 5, 1, tzinfo=UTC), url="http://saved.invalid/", visit="", page="", profile="", activation=0
)


def page(body: str) -> Page:
    return Page(capture=CAPTURE, body=body.encode())


def of(layout: str) -> Draft:
    return draft([(path.name, page_of(path, BARE)) for path in sorted((LAYOUTS / layout).glob("*.html"))])


def loads(found: Draft, folder: Path) -> MarketProfile:
    (folder / "draft.yaml").write_text(written(found), encoding="utf-8")
    return read(folder / "draft.yaml")


def test_listing_pages_are_told_from_result_pages() -> None:
    assert {name: str(kind) for name, kind in of("deflist").kinds.items()} == {
        "browse-12.html": "results",
        "offer-48213.html": "listing",
        "offer-51990.html": "listing",
        "offer-60317.html": "listing",
        "offer-73102.html": "listing",
    }


def test_links_that_repeat_become_rules() -> None:
    found = of("deflist")
    assert found.listing.rule == "/offer/{key}"
    assert [rule.rule for rule in found.follow] == ["/browse/{id}?page={page}", "/browse/{id}"]


def test_no_rule_leads_to_an_address_that_acts(tmp_path: Path) -> None:
    profile = loads(of("cardgrid"), tmp_path)
    assert "cart" not in " ".join((*profile.follow, profile.listing))


def test_the_one_listing_rule_of_saved_pages_that_link_to_no_listing_asks_to_be_put_right() -> None:
    text = written(of("sentences"))
    assert 'listing: "/listing/{key}"  # 0.05: no link to a listing seen; put the market\'s own address here' in text


def test_each_guess_has_its_confidence_and_an_example() -> None:
    lines = written(of("german")).splitlines()
    vendor = next(line for line in lines if line.startswith("  vendor: "))
    assert vendor.endswith("  # 0.99: 4 of 4, such as “quietmill”")


@pytest.mark.parametrize(
    ("filled", "of", "share"), [(1, 1, 0.2), (4, 4, 0.5), (30, 30, 0.85), (3, 4, 0.3), (0, 4, 0.0)]
)
def test_a_handful_of_pages_promises_less_of_a_field_than_they_have(filled: int, of: int, share: float) -> None:
    assert expect(filled, of) == share


def test_a_listing_without_a_field_that_the_saved_ones_have_is_as_expected(tmp_path: Path) -> None:
    loads(of("deflist"), tmp_path)
    bare = tmp_path / "bare.html"
    bare.write_text("<h1>Bowl</h1><dl><dt>Vendor</dt><dd><a href=/seller/a>a</a></dd></dl>")
    pages = [*sorted((LAYOUTS / "deflist").glob("offer-*.html")), bare]
    found = checked(read(tmp_path / "draft.yaml"), pages)
    assert (found.listings, found.sound) == (5, True)


def test_selectors_name_labels_and_classes_never_places_in_a_list() -> None:
    selectors = [
        str(guess.selector) for layout in ("deflist", "badges", "spanpairs", "german") for guess in of(layout).guesses
    ]
    assert [selector for selector in selectors if "nth-" in selector or re.search(r"\[\d\d", selector)] == []


BAR = "<header><nav><a href=/orders>Orders</a><b>Messages 0</b></nav><nav><a href=/c>Categories</a><a href=/v>Vendors</a></nav></header>"
OFFERS = tuple(
    f"<title>{name} - Quay</title><body>{BAR}%s<main><h1>{name}</h1><p>Price: ${price}</p><p>Vendor: quiet{price}</p>"
    f"<dl><dt>In stock</dt><dd>{price}</dd><dt>Type</dt><dd>Lamp</dd></dl><p>Ships from: Spain</p>%s</main></body>"
    for name, price in (("Brass lamp", 7), ("Oak stool", 19), ("Tin kettle", 24), ("Clay bowl", 5))
)


def fields(bodies: Sequence[str]) -> dict[str, Guess]:
    found = draft([(f"{number}.html", page(body)) for number, body in enumerate(bodies)])
    return {one.field: one for one in found.guesses}


def test_the_navigation_of_a_market_is_no_field_of_its_offers() -> None:
    found = fields([body % ("", "") for body in OFFERS])
    assert "stock" in found
    assert {"sold", "category_path"}.isdisjoint(found)


def test_the_same_words_in_the_offer_are_taken_for_those_of_the_navigation() -> None:
    sold = [f"<dl><dt>Sold</dt><dd>{number}</dd></dl>" for number in (3, 0, 12, 5)]
    found = fields([body % ("", more) for body, more in zip(OFFERS, sold, strict=True)])
    assert (found["sold"].example, found["sold"].confidence > 0.8) == ("3", True)


def test_a_trail_of_links_is_the_category_though_its_first_step_never_changes() -> None:
    trail = "<nav class=crumbs><a href=/c>All</a> <a href=/stall/{0}>Stall {0}</a></nav>"
    path = fields([body % (trail.format(number), "") for number, body in enumerate(OFFERS)])["category_path"]
    assert (path.selector, path.confidence > 0.8) == ("[class*=crumb] a", True)


def rules(bodies: Sequence[str]) -> list[str]:
    return [rule.rule for rule in draft([(f"{number}.html", page(body)) for number, body in enumerate(bodies)]).follow]


def test_result_pages_of_which_none_was_saved_are_known_by_the_trails_that_lead_to_them() -> None:
    trail = "<p class=crumbs><a href=/all>All</a> <a href=/stall/7{0}>Stall {0}</a> <a href=/vendor/a{0}>a</a></p>"
    assert rules([body % (trail.format(number), "") for number, body in enumerate(OFFERS)]) == ["/stall/{id}"]


def test_result_pages_of_which_none_was_saved_are_known_by_the_list_of_categories() -> None:
    stalls = "".join(f"<li><a href=/stall/{number}>Stall</a></li>" for number in range(3))
    acting = "<li><a href=/order/1>x</a></li><li><a href=/order/2>x</a></li><li><a href=/private/1>Members</a></li>"
    shelf = f"<aside><h2>Categories</h2><ul>{stalls}{acting}</ul></aside>"
    assert rules([body % (shelf, "") for body in OFFERS]) == ["/stall/{id}"]


def test_a_rule_by_nothing_but_its_place_is_to_be_checked() -> None:
    trail = "<p class=crumbs><a href=/stall/{0}>Stall {0}</a></p>"
    bodies = [body % (trail.format(number), "") for number, body in enumerate(OFFERS)]
    assert '  - "/stall/{id}"  # 0.50: CHECK, 4 links on 4 pages' in written(
        draft([(body[:20], page(body)) for body in bodies])
    )


def test_a_field_that_says_the_same_on_every_page_is_to_be_checked() -> None:
    bodies = [body % ("", "<p>Category: <a href=/c/1>Lamps</a></p>") for body in OFFERS]
    path = fields(bodies)["category_path"]
    assert (path.same, path.confidence < 0.6) == (True, True)
    assert "CHECK, 4 of 4, always “Lamps”" in written(draft([(body[:20], page(body)) for body in bodies]))


def test_what_stands_beside_the_page_is_to_be_checked() -> None:
    aside = "<aside><table><tr><td>Rating</td><td>{}%</td></tr></table></aside>"
    found = fields([body % ("", aside.format(90 + number)) for number, body in enumerate(OFFERS)])
    assert found["vendor_rating"].confidence < 0.6


def test_pages_without_an_offer_give_a_profile_without_a_guess(tmp_path: Path) -> None:
    found = draft([("login.html", page("<title>Quay</title><form><input name=user><input name=password></form>"))])
    assert found.guesses == ()
    assert loads(found, tmp_path).market == "draft"


LOGIN = "<title>Log in</title><form id=enter><h1>Log in to go on</h1><label>Password<input name=pass type=password></label></form>"


def test_a_gate_is_never_read_as_a_listing_and_told_by_what_no_other_page_has() -> None:
    box = "<form id=enter><input type=password name=p></form>"
    for more, told in (("", ["form#enter"]), (box, [])):
        bodies = [*(body % ("", more) for body in OFFERS), LOGIN]
        found = draft([(f"{number}.html", page(body)) for number, body in enumerate(bodies)])
        assert [(name, kind) for name, kind in found.kinds.items() if kind is Kind.GATE] == [("4.html", Kind.GATE)]
        assert [one.selector for one in found.told] == told


def test_a_form_whose_name_is_a_number_gives_way_to_its_password(tmp_path: Path) -> None:
    bodies = [*(body % ("", "") for body in OFFERS), LOGIN.replace("enter", "f83921")]
    found = draft([(f"{number}.html", page(body)) for number, body in enumerate(bodies)])
    assert loads(found, tmp_path).gates == {Gate.LOGIN: "input[type=password]"}


@pytest.mark.parametrize(("others", "line"), [(4, "0.90: on"), (2, "0.50: CHECK, on")])
def test_a_gates_selector_is_to_be_checked_where_few_other_pages_lack_it(others: int, line: str) -> None:
    bodies = [*(body % ("", "") for body in OFFERS[:others]), LOGIN]
    text = written(draft([(f"{number}.html", page(body)) for number, body in enumerate(bodies)]))
    assert f'  login: "form#enter"  # {line} 1 of 1 such pages, on none of {others} others\n' in text


def test_nothing_a_page_says_leaves_its_comment(tmp_path: Path) -> None:
    body = "<h1>Lamp\u2028authority: x\u0085\x1b[2J # mirrors: [a]</h1><p>Vendor: quay\rmill</p><p>Price: $5</p><p>Ships from: Spain</p>"
    found = draft([("a.html", page(body))])
    assert set(yaml.safe_load(written(found))) == {"market", "listing", "fields", "expect"}
    assert loads(found, tmp_path).authority == ""


@pytest.mark.parametrize(
    ("text", "fields", "rest"),
    [
        ("Ships From: Germany", ("ships_from",), "Germany"),
        ("Versand nach :", ("ships_to",), ""),
        ("• Vendeur\xa0:", ("vendor",), ""),
        ("Price (USD): 5", ("price",), "5"),
        ("Ships from Germany", ("ships_from",), "Germany"),
    ],
)
def test_a_label_is_known_in_several_languages(text: str, fields: tuple[str, ...], rest: str) -> None:
    found = label(text.replace("\xa0", " "))
    assert found is not None
    assert (found.fields, found.rest) == (fields, rest)


@pytest.mark.parametrize("text", ["Price list of the season", "Vendors", "Stockholm: cold", "", "x" * 500])
def test_a_sentence_is_no_label(text: str) -> None:
    found = label(text)
    assert found is None or found.weak


TAGS = st.sampled_from(
    [
        "div",
        "span",
        "p",
        "table",
        "tr",
        "td",
        "th",
        "dl",
        "dt",
        "dd",
        "a",
        "b",
        "h1",
        "h2",
        "ul",
        "li",
        "form",
        "select",
        "option",
        "img",
        "pre",
        "label",
        "br",
        "nav",
    ]
)
TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "Ships from:",
            "Ships to",
            "Germany → Worldwide",
            "Vendor",
            "by quietmill (95%) [3]",
            "$5.00",
            "0.01 BTC",
            "'\"",
            "Price: $4 | Ships from: Spain",
            "{key}",
            "]]>",
        ]
    ),
)
NAMES = st.one_of(
    st.text(max_size=12), st.sampled_from(["price", "vendor", "ships-from", "a'b\"c", "x]y", "css-1a2b3c", "-", "9"])
)
HREFS = st.sampled_from(
    [
        "/listing/5",
        "/listing/6?x=1",
        "?cat=3",
        "/vendor/quay",
        "http://[bad",
        "//x",
        "file:///C:/a/b.html",
        "/a b/{c}",
        "/%zz",
        "javascript:x",
        "#",
    ]
)


@st.composite
def trees(draw: st.DrawFn, depth: int = 0) -> str:
    tag = draw(TAGS)
    attributes = "".join(
        f' {name}="{draw(NAMES)}"'
        for name in draw(st.lists(st.sampled_from(["class", "id", "title", "alt", "data-label", "name"]), max_size=2))
    )
    href = f' href="{draw(HREFS)}"' if tag == "a" else ""
    inside = draw(st.lists(trees(depth + 1), max_size=3)) if depth < 4 else []
    return f"<{tag}{attributes}{href}>{draw(TEXTS)}{''.join(inside)}</{tag}>{draw(TEXTS)}"


@settings(max_examples=25)
@given(st.lists(st.one_of(trees(), st.text(max_size=200)), min_size=1, max_size=4))
def test_whatever_the_pages_are_the_draft_loads(bodies: list[str]) -> None:
    found = draft([(f"{number}.html", page(body)) for number, body in enumerate(bodies)])
    tree = yaml.safe_load(written(found))
    assert tree["market"] == "draft"


def hostile() -> Iterator[str]:
    yield "<div>" * 3_000 + "Price: $5"
    yield "<table>" + "<tr><td>Ships from:</td><td>Spain</td><td>$5</td><td><a href=/listing/1>x</a></td></tr>" * 800
    yield "".join(f"<p class='c{number}'>Vendor: a{number} Price: ${number}</p>" for number in range(600))
    yield "<p>" + "Ships to: Spain | " * 5_000
    yield "".join(f"<a href='/vendor/{number}'>v{number}</a>" for number in range(2_000))
    yield "<h1>" + "A" * 200_000 + "</h1>"


@pytest.mark.parametrize("body", list(hostile()), ids=["deep", "rows", "labels", "one text", "vendors", "long title"])
def test_a_hostile_page_is_drafted_all_the_same(body: str, tmp_path: Path) -> None:
    assert loads(draft([("a.html", page(body)), ("b.html", page(body))]), tmp_path).market == "draft"

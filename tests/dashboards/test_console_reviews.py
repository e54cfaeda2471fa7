"""A decision is filed on the version that was seen, shown, and taken back."""

import socket
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from dashboards.web import desk, reviewing
from pipeline.audit import Audit
from pipeline.broker import START as BEGINNING
from pipeline.broker.sqlite import SqliteBroker
from pipeline.codec import Message, decode
from pipeline.deployment import Deployment
from pipeline.errors import BrokerUnavailableError
from pipeline.records import Decision, Review
from pipeline.taxonomy import CATEGORIES, IN_SCOPE, Act, Category
from pipeline.topics import REVIEWS
from tests.dashboards.conftest import Site, offer, serving
from tests.patience import PATIENCE_S


def published(site: Site) -> list[Review]:
    with closing(site.deployment.broker()) as broker:
        records = [decode(message, REVIEWS.records) for message in broker.read(REVIEWS.name, BEGINNING)]
    return [record for record in records if isinstance(record, Review)]


def where(headers_location: str | None) -> str:
    assert headers_location is not None
    return headers_location


@pytest.fixture
def impatient(unsettled: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A console where nobody settles, that waits for it a moment only."""
    monkeypatch.setattr(desk, "PATIENCE_S", 0.1)
    return unsettled


def test_a_review_is_filed_as_it_was_decided(site: Site) -> None:
    fa = offer("fa")
    site.index([fa])
    before = datetime.now(UTC)
    answer = site.review(fa.id, decision="PC", reason="a part, see the title")
    assert answer.status == 303
    (review,) = site.reviews(fa.id)
    assert published(site) == [review]
    assert (review.decision, review.category) == (Decision.IN_SCOPE, Category.PARTS)
    assert (review.version, review.analyst) == (fa.listing.version, "A. Tester")
    assert review.reason == "a part, see the title"
    assert review.time.microsecond % 1000 == 0
    assert abs((review.time - before).total_seconds()) < 600


@pytest.mark.parametrize("decision", ["out_of_scope", "unsure"])
def test_a_review_outside_the_scope_names_no_category(site: Site, decision: str) -> None:
    fa = offer("fa")
    site.index([fa])
    site.review(fa.id, decision=decision)
    (review,) = site.reviews(fa.id)
    assert (review.decision, review.category) == (Decision(decision), None)


@pytest.mark.parametrize("category", [category for category in CATEGORIES if category not in IN_SCOPE])
def test_what_is_out_of_scope_is_filed_as_what_it_is(site: Site, category: Category) -> None:
    fa = offer("fa")
    site.index([fa])
    assert f'<option value="{category}"' in site.get(f"/listing/{fa.id}").text
    site.review(fa.id, decision="out_of_scope", category=category, act="offer")
    (review,) = site.reviews(fa.id)
    assert (review.decision, review.category, review.act) == (Decision.OUT_OF_SCOPE, category, Act.OFFER)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"decision": "out_of_scope", "category": "DIG"}, "Out of scope (Digital, lead of the track Digital)"),
        ({"decision": "FA", "act": "request"}, "Out of scope (request, Firearm, lead of the track Requests)"),
        ({"decision": "FA", "act": "feedback"}, "Out of scope (feedback, Firearm)"),
        ({"decision": "out_of_scope", "category": "REP"}, "Out of scope (Replica)"),
        ({"decision": "out_of_scope", "act": "discussion"}, "Out of scope (discussion)"),
        ({"decision": "AM", "act": "offer"}, "In scope (Ammunition)"),
    ],
)
def test_a_lead_is_confirmed_as_the_lead_it_is(site: Site, said: dict[str, str], shown: str) -> None:
    fa = offer("fa")
    site.index([fa])
    page = site.get(where(site.review(fa.id, **said).headers["Location"]))
    assert f"Filed: {shown}." in page.words
    assert f"review {shown} vendor" in page.words
    assert shown in site.get("/search").words


def test_a_request_for_a_firearm_is_no_offer_in_scope(site: Site) -> None:
    fa = offer("fa")
    site.index([fa])
    site.review(fa.id, decision="FA", act="request")
    (review,) = site.reviews(fa.id)
    assert (review.decision, review.category, review.act) == (Decision.OUT_OF_SCOPE, Category.FIREARM, Act.REQUEST)
    with closing(Audit(site.deployment.settings.root)) as audit:
        (entry,) = audit.entries()
    assert '"act":"request","category":"FA","decision":"out_of_scope"' in entry.detail


@pytest.mark.parametrize("decision", ["FA", "unsure"])
def test_what_only_a_listing_out_of_scope_can_be_is_asked_about_again(site: Site, decision: str) -> None:
    fa = offer("fa")
    site.index([fa])
    answer = site.review(fa.id, decision=decision, category="BLK", reason="my words")
    assert answer.status == 400
    assert "Choose “Out of scope”" in answer.words
    assert "my words" in answer.text
    assert published(site) == []


def test_a_review_leaves_the_queue_and_shows_the_next_with_a_notice(site: Site) -> None:
    first, second, third = (
        offer("a", "first", minutes=3),
        offer("b", "second", minutes=2),
        offer("c", "third", minutes=1),
    )
    site.index([first, second, third])
    answer = site.review(second.id, "?via=queue", decision="FA")
    address = where(answer.headers["Location"])
    assert address.startswith(f"/listing/{third.id}?via=queue&done={second.id}.")
    page = site.get(address)
    assert "Filed: In scope (Firearm). second" in page.words
    assert "Undo" in page.words
    assert site.get("/").listings() == ["first", "third"]


def test_the_last_review_goes_back_to_the_queue(site: Site) -> None:
    fa = offer("fa")
    site.index([fa, offer("elsewhere", market="harbour")])
    answer = site.review(fa.id, "?via=queue&market=practice", decision="unsure")
    assert where(answer.headers["Location"]).startswith("/?market=practice&done=")


def test_a_review_from_a_search_goes_back_to_that_search(site: Site) -> None:
    fa = offer("fa")
    site.index([fa])
    answer = site.review(fa.id, "?via=search&words=pistol&market=practice", decision="unsure")
    assert where(answer.headers["Location"]).startswith("/search?words=pistol&market=practice&done=")


def test_a_review_shows_on_its_listing_and_can_be_undone(site: Site) -> None:
    fa = offer("fa")
    site.index([fa])
    site.review(fa.id, decision="FA", reason="plain")
    page = site.get(f"/listing/{fa.id}")
    assert "review In scope (Firearm)" in page.words
    assert "plain" in page.words
    fields = {"token": page.hidden("token"), "review": page.hidden("review")}
    answer = site.post(f"/listing/{fa.id}/undo", fields)
    page = site.get(where(answer.headers["Location"]))
    assert "Taken back." in page.words
    assert "review Not reviewed" in page.words
    assert [review.decision for review in site.reviews(fa.id)] == [Decision.IN_SCOPE, Decision.UNDO]
    assert site.get("/").listings() == [fa.listing.title]


def test_every_decision_and_every_undo_is_in_the_audit(site: Site) -> None:
    fa = offer("fa")
    site.index([fa])
    site.review(fa.id, decision="FA")
    page = site.get(f"/listing/{fa.id}")
    site.post(f"/listing/{fa.id}/undo", {"token": page.hidden("token"), "review": page.hidden("review")})
    with closing(Audit(site.deployment.settings.root)) as audit:
        assert audit.head()[0] == 2


def test_a_listing_that_changed_is_asked_about_again(site: Site) -> None:
    fa = offer("fa", price="150")
    site.index([fa])
    page = site.get(f"/listing/{fa.id}")
    site.index([offer("fa", price="120", minutes=60)])
    fields = {name: page.hidden(name) for name in ("token", "version")}
    answer = site.post(f"/listing/{fa.id}/review", fields | {"decision": "FA", "reason": "my words"})
    assert answer.status == 409
    assert "changed after you opened it" in answer.words
    assert "my words" in answer.text
    assert answer.hidden("version") != page.hidden("version")
    assert published(site) == []


def test_nothing_is_filed_without_a_decision(site: Site) -> None:
    fa = offer("fa")
    site.index([fa])
    answer = site.review(fa.id, reason="well")
    assert answer.status == 400
    assert "choose what the listing is" in answer.words
    assert published(site) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"decision": "undo"},
        {"decision": "EXP"},
        {"decision": "out_of_scope", "category": "FA"},
        {"category": "unknown"},
        {"act": "unknown"},
        {"reason": "x" * 2001},
        {"analyst": "Eve"},
    ],
)
def test_a_form_that_was_tampered_with_is_refused(site: Site, fields: dict[str, str]) -> None:
    fa = offer("fa")
    site.index([fa])
    assert site.review(fa.id, **{"decision": "FA"} | fields).status == 400
    assert published(site) == []


def test_a_form_sent_twice_is_one_review(site: Site) -> None:
    fa = offer("fa")
    site.index([fa])
    page = site.get(f"/listing/{fa.id}")
    fields = {name: page.hidden(name) for name in ("token", "version", "once")} | {"decision": "FA"}
    for _ in range(2):
        assert site.post(f"/listing/{fa.id}/review", fields).status == 303
    assert len(site.reviews(fa.id)) == 1
    with closing(Audit(site.deployment.settings.root)) as audit:
        assert audit.head()[0] == 1


def test_another_decision_from_the_same_page_is_another_review(site: Site) -> None:
    fa = offer("fa")
    site.index([fa])
    page = site.get(f"/listing/{fa.id}")
    fields = {name: page.hidden(name) for name in ("token", "version", "once")}
    for decision in ("FA", "unsure", "out_of_scope"):
        site.post(f"/listing/{fa.id}/review", fields | {"decision": decision})
    site.post(f"/listing/{fa.id}/review", fields | {"decision": "out_of_scope", "category": "DIG"})
    decided = {(review.decision, review.category) for review in site.reviews(fa.id)}
    assert decided == {
        (Decision.IN_SCOPE, Category.FIREARM),
        (Decision.UNSURE, None),
        (Decision.OUT_OF_SCOPE, None),
        (Decision.OUT_OF_SCOPE, Category.DIGITAL),
    }


def test_a_review_is_taken_back_once_and_the_taking_back_stays(site: Site) -> None:
    fa = offer("fa")
    site.index([fa])
    site.review(fa.id, decision="FA")
    token = site.get(f"/listing/{fa.id}").hidden("token")
    (review,) = site.reviews(fa.id)
    assert site.post(f"/listing/{fa.id}/undo", {"token": token, "review": review.id}).status == 303
    for one in site.reviews(fa.id):
        answer = site.post(f"/listing/{fa.id}/undo", {"token": token, "review": one.id})
        assert (answer.status, "nothing was filed" in answer.words) == (409, True)
    assert len(published(site)) == 2


def test_a_form_that_does_not_arrive_is_given_up(idle: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviewing, "FORM_S", 0.05)
    place = urlsplit(idle.address)
    head = (
        f"POST /listing/{'0' * 32}/review HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: 100\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\ntoken="
    )
    with socket.create_connection((place.hostname, place.port), timeout=PATIENCE_S) as visitor:
        visitor.sendall(head.encode())
        assert visitor.recv(100).startswith(b"HTTP/1.1 408 ")


def test_a_reason_is_shown_as_text(site: Site) -> None:
    fa = offer("fa")
    site.index([fa])
    site.review(fa.id, decision="FA", reason="</textarea><script>alert(1)</script>\nline two")
    assert "<script>alert" not in site.get(f"/listing/{fa.id}").text


def test_without_the_settle_stage_a_review_is_filed_and_says_so(impatient: Site) -> None:
    fa = offer("fa")
    impatient.index([fa])
    answer = impatient.review(fa.id, decision="FA")
    assert answer.status == 303
    assert len(published(impatient)) == 1
    page = impatient.get(where(answer.headers["Location"]))
    assert "Filed; will show when the settle stage has run" in page.words


def test_a_review_that_is_not_settled_cannot_be_undone_yet(impatient: Site) -> None:
    fa = offer("fa")
    impatient.index([fa])
    page = impatient.get(f"/listing/{fa.id}")
    answer = impatient.post(f"/listing/{fa.id}/undo", {"token": page.hidden("token"), "review": "0" * 32})
    assert answer.status == 409
    assert "not in the index yet" in answer.words


def test_a_review_of_a_listing_that_is_not_there_is_refused(site: Site) -> None:
    fa = offer("fa")
    site.index([fa])
    token = site.get(f"/listing/{fa.id}").hidden("token")
    fields = {"token": token, "version": "0" * 32, "decision": "FA"}
    assert site.post(f"/listing/{'0' * 32}/review", fields).status == 404
    assert published(site) == []


def test_a_form_of_no_known_encoding_is_refused(idle: Site) -> None:
    answer = idle.ask(
        "POST",
        f"/listing/{'0' * 32}/review",
        b"reason=\xff&decision=%ff",
        {"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status == 400


def test_a_review_that_the_log_does_not_take_is_said_not_to_be_filed(deployment: Deployment) -> None:
    class Away(SqliteBroker):
        def publish(self, topic: str, messages: Sequence[Message]) -> None:  # noqa: ARG002  # as in every broker
            raise BrokerUnavailableError("kafka://far:9092 does not answer; start it")

    with serving(replace(deployment, broker=lambda: Away(deployment.settings.root / "log.db"))) as site:
        fa = offer("fa")
        site.index([fa])
        answer = site.review(fa.id, decision="FA", reason="see the title")
        assert answer.status == 503
        assert "Your review was not filed: kafka://far:9092 does not answer" in answer.words
        assert "Go back, it is still in the form" in answer.words
    assert published(Site("", deployment)) == []

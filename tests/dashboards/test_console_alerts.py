"""Alerts stand above the queue until somebody has looked."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

from pipeline.codec import Message, message
from pipeline.records import Alert, Erasure
from pipeline.topics import ALERTS
from tests.dashboards.conftest import START, Site
from tests.dashboards.examples import EVERY, PISTOL, THREAT

NOW = datetime.now(UTC).replace(microsecond=0)


def alert(name: str, *, listing: str = "", kind: str = "threat_to_life", minutes: int = 0, detail: str = "") -> Alert:
    return Alert(
        id=name, kind=kind, time=NOW + timedelta(minutes=minutes), market="practice", listing_id=listing, detail=detail
    )


def publish(site: Site, *alerts: Alert) -> None:
    with closing(site.deployment.broker()) as log:
        log.publish(ALERTS.name, [message(one) for one in alerts])


def test_a_threat_to_life_stands_above_the_queue_until_it_is_reviewed(site: Site) -> None:
    site.index(EVERY)
    assert "Look now" not in site.get("/").words
    publish(site, alert("a", listing=THREAT.id))
    page = site.get("/")
    assert f"Look now Threat to life {THREAT.listing.title} practice" in page.words
    assert f"/listing/{THREAT.id}" in page.links()
    site.review(THREAT.id, decision="unsure")
    assert "Look now" not in site.get("/").words
    assert THREAT.listing.title in site.get("/alerts").words, "it stays in the list"


def test_an_alert_comes_before_its_listing_and_is_told_once(site: Site) -> None:
    publish(site, alert("a", listing=THREAT.id), alert("a", listing=THREAT.id))
    words = site.get("/").words
    assert words.count("Threat to life") == 1
    assert f"not indexed yet: {THREAT.id}" in words


def test_the_page_lists_every_alert_latest_first(site: Site) -> None:
    site.index(EVERY)
    publish(site, alert("a", kind="layout", detail="titles are missing"), alert("b", listing=PISTOL.id, minutes=1))
    words = site.get("/alerts").words
    assert words.index(PISTOL.listing.title) < words.index("titles are missing")
    publish(site, alert("c", kind="no_answer", minutes=2))
    assert site.get("/alerts").words.index("No answer") < words.index(PISTOL.listing.title)


def test_an_alert_of_a_crawl_stays_out_of_the_queue(site: Site) -> None:
    publish(site, alert("a", kind="layout"))
    assert "Look now" not in site.get("/").words


def test_a_flood_of_other_alerts_hides_no_threat(site: Site) -> None:
    publish(site, alert("a", listing=THREAT.id))
    publish(site, *(alert(f"x{n}", kind="layout", minutes=n) for n in range(300)))
    assert "Look now Threat to life" in site.get("/").words
    assert site.get("/alerts").words.count("Layout") == 100


def test_many_threats_are_shown_in_part_with_their_number(site: Site) -> None:
    publish(site, *(alert(f"x{n}", listing=f"{n:032x}", minutes=n) for n in range(12)))
    words = site.get("/").words
    assert words.count("Threat to life") == 5
    assert "All 12 that wait" in words


def test_an_alert_of_an_erased_listing_is_gone_with_it(site: Site) -> None:
    site.index([THREAT, Erasure(id="1" * 32, listing_id=THREAT.id, analyst="A", time=START, reason="a court order")])
    publish(site, alert("a", listing=THREAT.id, detail="secretword"))
    assert "secretword" not in site.get("/alerts").text
    assert "Look now" not in site.get("/").words


def test_what_is_no_alert_is_passed_over(site: Site) -> None:
    with closing(site.deployment.broker()) as log:
        log.publish(ALERTS.name, [Message(key=b"k", value=b"nonsense", headers={"schema": "1.0"})])
        log.publish(ALERTS.name, [Message(key=b"k", value=b"{}", headers={"schema": "99.0"})])
    publish(site, alert("<script>", kind="<b>", detail="<i>"))
    page = site.get("/alerts")
    assert page.status == 200
    assert not {"<b>", "<i>"} & set(page.text.split())
    assert "<b>" in page.words


def test_without_alerts_the_page_says_so(site: Site) -> None:
    assert "No alert in the last 30 days" in site.get("/alerts").words

"""Alerts stand above the queue until somebody has looked."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

from dashboards.web.alerts import Told, shown
from pipeline.codec import Message, message
from pipeline.records import Alert, Erasure
from pipeline.topics import ALERTS
from tests.dashboards.conftest import START, Site
from tests.dashboards.examples import EVERY, PISTOL, THREAT

NOW = datetime.now(UTC).replace(microsecond=0)
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)
QUOTE = "“ for one man in our town ”"


def alert(
    name: str, *, listing: str = "", kind: str = "threat_to_life", time: datetime = NOW, detail: str = ""
) -> Alert:
    return Alert(id=name, kind=kind, time=time, market="practice", listing_id=listing, detail=detail)


def publish(site: Site, *alerts: Alert) -> None:
    with closing(site.deployment.broker()) as log:
        log.publish(ALERTS.name, [message(one) for one in alerts])


def test_a_threat_to_life_stands_above_the_queue_until_it_is_reviewed(site: Site) -> None:
    site.index(EVERY)
    assert "Look now" not in site.get("/").words
    publish(site, alert("a", listing=THREAT.id))
    page = site.get("/")
    assert f"Look now Threat to life {THREAT.listing.title} {QUOTE} practice" in page.words
    assert f"/listing/{THREAT.id}" in page.links()
    site.review(THREAT.id, decision="unsure")
    assert "Look now" not in site.get("/").words
    assert THREAT.listing.title in site.get("/alerts").words, "it stays in the list"


def test_an_alert_comes_before_its_listing_and_is_told_once(site: Site) -> None:
    publish(site, alert("a", listing=THREAT.id), alert("a", listing=THREAT.id))
    words = site.get("/").words
    assert words.count("Threat to life") == 1
    assert f"not indexed yet: {THREAT.id}" in words


def test_the_page_lists_every_alert_the_last_raised_first(site: Site) -> None:
    site.index(EVERY)
    publish(site, alert("a", kind="layout", detail="titles are missing"), alert("b", listing=PISTOL.id, time=UNDATED))
    words = site.get("/alerts").words
    assert words.index(PISTOL.listing.title) < words.index("titles are missing")
    publish(site, alert("c", kind="no_answer"))
    assert site.get("/alerts").words.index("No answer") < words.index(PISTOL.listing.title)


def test_an_alert_of_a_crawl_stays_out_of_the_queue(site: Site) -> None:
    publish(site, alert("a", kind="layout"))
    assert "Look now" not in site.get("/").words


def test_a_flood_of_other_alerts_hides_no_threat(site: Site) -> None:
    publish(site, alert("a", listing=THREAT.id))
    publish(site, *(alert(f"x{n}", kind="layout") for n in range(300)))
    assert "Look now Threat to life" in site.get("/").words
    assert site.get("/alerts").words.count("Layout") == 100


def test_many_threats_are_shown_in_part_with_their_number(site: Site) -> None:
    publish(site, *(alert(f"x{n}", listing=f"{n:032x}") for n in range(12)))
    words = site.get("/").words
    assert words.count("Threat to life") == 5
    assert "All 12 that wait" in words


def test_a_listing_without_a_date_is_told_by_when_its_alert_was_raised(site: Site) -> None:
    site.index(EVERY)
    publish(site, *(alert(f"x{n}", listing=f"{n:032x}") for n in range(105)))
    publish(site, alert("a", listing=THREAT.id, time=UNDATED, detail="TI-HRM description 10-33"))
    page, queue = site.get("/alerts").words, site.get("/").words
    assert page.index(THREAT.listing.title) < page.index(f"{104:032x}")
    assert f"Threat to life {THREAT.listing.title}" in queue
    for words in (page, queue):
        assert "2000-01-01" not in words
        assert f"{NOW:%Y}-" in words


def test_no_alert_that_waits_is_lost_to_newer_ones(site: Site) -> None:
    site.index(EVERY)
    publish(site, alert("a", listing=THREAT.id))
    publish(site, *(alert(f"x{n}", listing=f"{n:032x}") for n in range(105)))
    assert "All 106 that wait" in site.get("/").words
    page = site.get("/alerts").words
    assert "100 of 106 that wait" in page
    assert page.count("Threat to life") == 100
    site.index([Erasure(id=f"{n:032x}", listing_id=f"{n:032x}", analyst="A", time=START, reason="x") for n in range(9)])
    page = site.get("/alerts").words
    assert "97 that wait" in page
    assert THREAT.listing.title in page


def test_an_alert_says_the_words_and_no_code(site: Site) -> None:
    site.index([THREAT])
    publish(site, alert("a", listing=THREAT.id, detail="TI-HRM description 10-33"))
    words = site.get("/alerts").words
    assert QUOTE in words
    assert "TI-HRM" not in words


def test_old_alerts_are_shown_while_they_wait() -> None:
    now = NOW + timedelta(days=31)
    waits = Told(alert("a", listing="1"), NOW, waits=True)
    others = [Told(alert("b", listing="2"), NOW), Told(alert("c", kind="layout"), NOW)]
    assert shown([waits, *others], NOW) == [waits, *others]
    assert shown([waits, *others], now) == [waits]


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

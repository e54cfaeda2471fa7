"""The console in a real browser: nothing from a page acts, nothing leaves the origin, everything can be used."""

import json
import shutil
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from pipeline.records import Decision, Money, Neighbour
from pipeline.taxonomy import SIGNS, Category, Verdict
from tests.dashboards.conftest import Site, offer
from tests.dashboards.examples import EVERY, THREAT, told
from tests.dashboards.test_console_alerts import alert, publish
from tests.dashboards.test_console_operations import measure, visit
from tests.dashboards.test_console_operations import publish as publish_measures
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.browser

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
HOSTILE = (
    "\u202egpj.exe \"><script>window.owned=1</script><img src=x onerror=window.owned=1> ' onmouseover=window.owned=1 "
    "{{ 7*7 }} {% raw %} </title></textarea></bdi><style>*{display:none}</style> \u200b"
    f"http://{'a2b3c4d5' * 7}.onion/ javascript:alert(1) {'W' * 4000} {'Z' + chr(0x322) * 500}"
)
UNREADABLE = """
const lit = (rgb) => rgb.map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const parts = (colour) => (colour.match(/[0-9.]+/g) || []).map(Number);
const behind = (element) => {
  for (; element; element = element.parentElement) {
    const [r, g, b, alpha = 1] = parts(getComputedStyle(element).backgroundColor);
    if (alpha === 1) return [r, g, b];
  }
  return [255, 255, 255];
};
return [...document.querySelectorAll("body *")].filter((element) =>
  [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) && element.checkVisibility()
).map((element) => {
  const pair = [lit(parts(getComputedStyle(element).color).slice(0, 3)), lit(behind(element))].sort((a, b) => b - a);
  return [(pair[0] + 0.05) / (pair[1] + 0.05), element.outerHTML.slice(0, 120)];
}).filter(([ratio]) => ratio < 4.5);
"""
UNLABELLED = """
return [...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
  .filter((field) => !field.labels.length && !field.ariaLabel).map((field) => field.outerHTML);
"""
INJECT = """
const done = arguments[0], seen = [];
document.addEventListener("securitypolicyviolation", (event) => seen.push(event.effectiveDirective));
const tries = [
  () => { const s = document.createElement("script"); s.append("window.owned = 1"); document.body.append(s); },
  () => { document.body.innerHTML += "<img src=x onerror='window.owned = 1'>"; },
  () => { document.body.setAttribute("onclick", "window.owned = 1"); document.body.click(); },
];
for (const attempt of tries) { try { attempt(); } catch (error) { seen.push(error.name); } }
setTimeout(() => done([window.owned === undefined, seen]), 200);
"""


class Window:
    """A browser window on one console."""

    def __init__(self, driver: webdriver.Chrome, site: Site) -> None:
        self.driver = driver
        self._site = site

    def open(self, path: str, *, width: int = 1600, scheme: str = "light") -> None:
        """Load a page at a width, in a colour scheme."""
        size = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
        media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        self.driver.get(self._site.address + path)

    def run(self, script: str) -> Any:  # what a script returns, only it knows
        return self.driver.execute_script(script)

    def click(self, css: str) -> None:
        """Click, and wait for the next page."""
        self.leave(lambda: self.driver.find_element(By.CSS_SELECTOR, css).click())

    def leave(self, act: Any) -> None:  # any callable without arguments
        """Do what loads another page, and wait for that page."""
        self.run("window.old = true")
        act()
        WebDriverWait(self.driver, PATIENCE_S).until(
            lambda _: self.run("return !window.old && document.readyState === 'complete'")
        )

    def press(self, *keys: str) -> None:
        """Type on whatever has the focus."""
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def submit(self) -> None:
        """Type Ctrl+Enter, with Ctrl held."""
        held = webdriver.ActionChains(self.driver).key_down(Keys.CONTROL).send_keys(Keys.ENTER)
        held.key_up(Keys.CONTROL).perform()

    def words(self) -> str:
        """What the page says."""
        return " ".join(self.driver.find_element(By.TAG_NAME, "body").text.split())

    def await_words(self, words: str) -> None:
        """Return when the page says so; while it changes, its parts come and go, which the driver calls by several names."""
        waiting = WebDriverWait(self.driver, PATIENCE_S, ignored_exceptions=[WebDriverException])
        waiting.until(lambda _: words in self.words())

    def complaints(self) -> list[str]:
        """What the browser's console said since it was last asked."""
        return [str(entry["message"]) for entry in self._log("browser")]

    def asked(self) -> set[str]:
        """The addresses requested since they were last asked for."""
        events = [json.loads(entry["message"])["message"] for entry in self._log("performance")]
        return {event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"}

    def _log(self, name: str) -> list[dict[str, Any]]:  # what a log line holds, only the browser knows
        found: list[dict[str, Any]] = self.driver.get_log(name)  # type: ignore[no-untyped-call]  # selenium gives it no types
        return found


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and chromedriver):
        pytest.skip(
            "Chromium is absent, the console is not tried in a browser: apt-get install chromium chromium-driver"
        )
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in FLAGS:
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('chromium')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(chromedriver))
    try:
        yield browser
    finally:
        browser.quit()


@pytest.fixture
def window(driver: webdriver.Chrome, site: Site) -> Iterator[Window]:
    opened = Window(driver, site)
    opened.complaints()
    opened.asked()
    yield opened
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    driver.get("about:blank")


@pytest.mark.parametrize("width", [400, 1280])
def test_hostile_figures_are_inert_and_break_no_layout(window: Window, site: Site, width: int) -> None:
    names = ("visit_failures", "visit_gated", "visit_fill_ratio", "visit_expected_fill_ratio")
    told = [measure(name, value, market=HOSTILE, reason=HOSTILE, field=HOSTILE) for value, name in enumerate(names)]
    publish_measures(site, [*visit(), *told, measure("server_waiting_seconds", 9, stage=HOSTILE, reason=HOSTILE)])
    window.open("/operations", width=width)
    assert window.run("return window.owned") is None
    assert window.run("return document.documentElement.scrollWidth <= innerWidth")
    assert window.complaints() == []
    assert "practice" in window.words()


@pytest.mark.parametrize("width", [400, 1600])
def test_a_hostile_listing_is_inert_and_breaks_no_layout(window: Window, site: Site, width: int) -> None:
    fa = offer("fa", HOSTILE, HOSTILE, vendor=HOSTILE, market=HOSTILE[:200], ships_from=(HOSTILE,))
    price = Money(amount=Decimal("1e400"), currency=HOSTILE)
    fa = told(
        fa, signs=[(code, HOSTILE) for code in SIGNS], entities=[(HOSTILE, "W", HOSTILE), ("handle", "Z", HOSTILE)]
    )
    near = tuple(Neighbour(id=id_, source=HOSTILE, category=Category.OTHER, similarity=0.5) for id_ in (HOSTILE, fa.id))
    fa = replace(fa, classification=replace(fa.classification, nearest=near))
    site.index([replace(fa, listing=replace(fa.listing, price=price))])
    publish(
        site, alert(HOSTILE, listing=fa.id, kind=HOSTILE, detail=HOSTILE), alert("b", listing=HOSTILE, kind=HOSTILE)
    )
    for path in ("/", "/search", f"/listing/{fa.id}", "/alerts"):
        window.open(path, width=width)
        assert window.run("return window.owned") is None
        assert window.run("return document.documentElement.scrollWidth <= innerWidth"), path
        assert window.run("return document.querySelector('footer').checkVisibility()")
        assert "{{ 7*7 }}" in window.words()
        assert "U+202E" in window.words()
    assert window.complaints() == []


def test_the_longest_texts_leave_the_review_within_reach(window: Window, site: Site) -> None:
    fa = offer("fa", "W" * 65_536, "word " * 13_000, vendor="V" * 65_536)
    site.index([fa])
    window.open(f"/listing/{fa.id}", width=400)
    assert window.run("return document.querySelector('[data-review]').getBoundingClientRect().top") < 2_000


def test_nothing_leaves_the_origin_and_the_browser_has_no_complaint(window: Window, site: Site) -> None:
    fa = offer("fa", HOSTILE, HOSTILE)
    site.index([fa])
    for path in ("/", "/search?words=pistol", f"/listing/{fa.id}", "/about"):
        window.open(path)
    assert window.complaints() == []
    asked = window.asked()
    assert len(asked) > 4
    # Chromium draws its own calendar sign from a data: address, which leaves nothing.
    assert [address for address in asked if not address.startswith((f"{site.address}/", "data:image/svg+xml;"))] == []


def test_an_injected_script_does_not_run(window: Window, site: Site) -> None:
    window.open("/about")
    inert, seen = window.driver.execute_async_script(INJECT)
    assert inert
    assert len(seen) >= 3


def test_a_review_goes_to_the_next_listing_and_is_undone(window: Window, site: Site) -> None:
    first, second = offer("a", "the first", minutes=2), offer("b", "the second", minutes=1)
    site.index([first, second])
    window.open("/")
    window.click("[data-row]")
    window.driver.find_element(By.CSS_SELECTOR, "input[value=AM]").click()
    window.driver.find_element(By.ID, "reason").send_keys("fifty rounds")
    window.click("[data-review] button")
    assert "Filed: In scope (Ammunition). the first" in window.words()
    assert window.driver.find_element(By.TAG_NAME, "h1").text == "the second"
    window.click("[data-undo]")
    assert "Taken back. the first" in window.words()
    assert [review.decision for review in site.reviews(first.id)] == [Decision.IN_SCOPE, Decision.UNDO]


def test_a_queue_is_worked_from_the_keyboard(window: Window, site: Site) -> None:
    first, second = offer("a", "the first", minutes=2), offer("b", "the second", minutes=1)
    site.index([first, second])
    window.open("/")
    window.press("j")
    window.leave(lambda: window.press(Keys.ENTER))
    window.press("f")
    window.leave(lambda: window.press(Keys.CONTROL, Keys.ENTER))
    assert "Filed: In scope (Firearm). the first" in window.words()
    window.leave(lambda: window.press("z"))
    assert "Taken back." in window.words()


def test_a_lead_is_filed_from_the_keyboard_and_undone(window: Window, site: Site) -> None:
    first, second = offer("a", "the first", minutes=2), offer("b", "the second", minutes=1)
    site.index([first, second])
    window.open(f"/listing/{first.id}?via=queue")
    window.press("i")
    window.press("Dig")
    window.leave(window.submit)
    assert "Filed: Out of scope (Digital, lead of the track Digital). the first" in window.words()
    window.leave(lambda: window.press("z"))
    assert "Taken back." in window.words()
    window.press("i")
    window.press("Dig")
    window.driver.find_element(By.CSS_SELECTOR, "input[value=FA]").click()
    assert window.run("return document.querySelector('[name=category]').value") == ""
    window.press("t")
    window.press("Req")
    window.leave(window.submit)
    assert "lead of the track Requests" in window.words()


def test_letters_typed_into_the_reason_are_no_shortcuts(window: Window, site: Site) -> None:
    fa = offer("fa")
    site.index([fa])
    window.open(f"/listing/{fa.id}")
    window.driver.find_element(By.ID, "reason").send_keys("of no use, quite")
    assert window.run("return document.querySelector('#reason').value") == "of no use, quite"
    assert window.run("return document.querySelector('[name=decision]:checked')") is None


def test_everything_works_without_scripts(window: Window, site: Site) -> None:
    fa = offer("fa")
    site.index([fa, offer("b", "there", market="harbour", verdict=Verdict.CLEAR)])
    window.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    window.open("/search")
    window.driver.find_element(By.CSS_SELECTOR, "a[href='/search?market=harbour']").click()
    window.await_words("1 listing")
    window.open(f"/listing/{fa.id}")
    window.driver.find_element(By.CSS_SELECTOR, "input[value=unsure]").click()
    window.driver.find_element(By.CSS_SELECTOR, "[data-review] button").click()
    window.await_words("Filed: Unsure.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_can_be_read_and_used_by_anyone(window: Window, site: Site, scheme: str) -> None:
    fa = offer("fa", description="Zero\u200bwidth")
    site.index([fa, offer("r", category=Category.REPLICA, verdict=Verdict.REVIEW), offer("c", verdict=Verdict.CLEAR)])
    site.review(fa.id, decision="FA")
    site.index(EVERY)
    publish(site, alert("a", listing=THREAT.id), alert("b", kind="layout", detail="titles are missing"))
    publish_measures(site, [*visit(), measure("server_waiting_seconds", 95, stage="index", reason="index")])
    paths = (
        *("/", "/search?market=practice", f"/listing/{fa.id}?via=queue", "/about"),
        *("/alerts", "/operations", "/?market=nowhere"),
    )
    for path in (*paths, *(f"/listing/{one.id}" for one in EVERY)):
        window.open(path, scheme=scheme)
        assert window.run(UNREADABLE) == []
        assert window.run(UNLABELLED) == []
        assert window.run("return document.querySelectorAll('h1').length") == 1
        assert window.run("return document.querySelectorAll('main').length") == 1


def test_a_quoted_sign_leads_to_its_words_in_the_text(window: Window, site: Site) -> None:
    long = offer("long", description="word " * 9_000 + "and no papers needed " + "word " * 3_000)
    found = told(long, signs=(("TI-LIC", "no papers needed"),))
    site.index([found])
    window.open(f"/listing/{found.id}")
    seen = """
        const mark = document.querySelector('mark.sign').getBoundingClientRect();
        const box = document.querySelector('.description').getBoundingClientRect();
        return [mark.top >= box.top - 1 && mark.bottom <= box.bottom + 1, mark.top >= 0 && mark.bottom <= innerHeight];
    """
    assert window.run(seen) == [False, False]
    window.driver.find_element(By.LINK_TEXT, "“no papers needed”").click()
    assert window.run(seen) == [True, True]


def test_the_first_tab_offers_to_skip_the_head(window: Window, site: Site) -> None:
    window.open("/")
    window.press(Keys.TAB)
    focused = "return [document.activeElement.text, document.activeElement.getBoundingClientRect().top >= 0]"
    assert window.run(focused) == ["Skip to the content", True]

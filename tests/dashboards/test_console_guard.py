"""Only requests for the console reach it, and its pages may do nothing but show themselves."""

from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import headstamp
from dashboards.web.server import listening
from pipeline.errors import SettingsError
from pipeline.settings import Settings
from tests.dashboards.conftest import Answer, Site, offer, serving
from tests.patience import PATIENCE_S

REVIEW = f"/listing/{'0' * 32}/review"


def test_every_answer_forbids_all_but_our_own_files(idle: Site) -> None:
    for path in ("/", "/search", "/nothing", "/static/console.css", "/health"):
        headers = idle.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "no-referrer")
        assert (headers["Cache-Control"], headers["Cross-Origin-Opener-Policy"]) == ("no-store", "same-origin")
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Server" not in headers


@pytest.mark.parametrize("host", ["attacker.example", "127.0.0.1", "localhost:1", "", "127.0.0.1.attacker.example:80"])
def test_a_request_that_names_another_host_is_refused(idle: Site, host: str) -> None:
    answer = idle.ask("GET", "/", headers={"Host": host})
    assert answer.status == 421
    assert "Review queue" not in answer.text


def test_localhost_is_a_name_of_the_console(idle: Site) -> None:
    port = idle.address.rpartition(":")[2]
    assert idle.ask("GET", "/health", headers={"Host": f"localhost:{port}"}).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "none"},
        {"Origin": "http://attacker.example"},
        {"Sec_Fetch_Site": "cross-site", "Origin": "null"},
    ],
)
def test_an_action_from_another_site_is_refused(idle: Site, headers: dict[str, str]) -> None:
    assert idle.post(REVIEW, {}, **headers).status == 403


def test_an_action_without_the_token_is_refused(site: Site) -> None:
    fa = offer("fa")
    site.index([fa])
    page = site.get(f"/listing/{fa.id}")
    answer = site.post(
        f"/listing/{fa.id}/review", {"version": page.hidden("version"), "decision": "FA", "token": "guess"}
    )
    assert answer.status == 403
    assert "earlier run" in answer.words
    assert site.reviews(fa.id) == ()


def test_an_action_is_a_form(idle: Site) -> None:
    assert idle.post(REVIEW, {}, Content_Type="application/json").status == 415
    assert idle.post(REVIEW, {}, Content_Type="text/plain").status == 415


def test_a_form_has_a_bound(idle: Site) -> None:
    assert idle.post(REVIEW, {"reason": "x" * 40_000}).status == 413


def test_a_form_must_say_its_length(idle: Site) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Transfer-Encoding": "chunked"}
    assert idle.ask("POST", REVIEW, b"0\r\n\r\n", headers).status == 413


def test_a_form_in_chunks_is_refused_whatever_length_it_says(idle: Site) -> None:
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Transfer-Encoding": "chunked",
        "Content-Length": "5",
    }
    assert idle.ask("POST", REVIEW, b"0\r\n\r\n", headers).status == 413


@pytest.mark.parametrize("twice", ["Origin", "Sec-Fetch-Site"])
def test_an_action_that_names_two_places_is_refused(idle: Site, twice: str) -> None:
    connection = HTTPConnection(urlsplit(idle.address).netloc, timeout=PATIENCE_S)
    connection.putrequest("POST", REVIEW)
    for name, value in (("Origin", idle.address), ("Sec-Fetch-Site", "same-origin"), (twice, "cross-site")):
        connection.putheader(name, value)
    connection.putheader("Content-Type", "application/x-www-form-urlencoded")
    connection.putheader("Content-Length", "0")
    connection.endheaders()
    assert connection.getresponse().status == 403
    connection.close()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(idle: Site, method: str) -> None:
    assert idle.ask(method, "/").status == 405


def test_an_action_is_no_link(idle: Site) -> None:
    assert idle.get(REVIEW).status == 405


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.org", "", "localhost.example.org"])
def test_the_console_listens_on_loopback_only(host: str) -> None:
    with pytest.raises(SettingsError, match="loopback"):
        listening(host, 0)


def test_a_taken_port_is_named_with_what_to_do() -> None:
    with listening("127.0.0.1", 0) as door, pytest.raises(SettingsError, match="--port"):
        listening("127.0.0.1", door.getsockname()[1])


@pytest.mark.parametrize("port", [-1, 65_536])
def test_an_impossible_port_is_refused(port: int) -> None:
    with pytest.raises(SettingsError, match="--port"):
        listening("127.0.0.1", port)


def test_a_refusal_is_no_page_of_another_site(idle: Site) -> None:
    answer: Answer = idle.ask("GET", "/", headers={"Host": "<script>alert(1)</script>"})
    assert "<script>" not in answer.text
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_a_home_that_cannot_be_written_is_a_page_that_says_so(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")
    with serving(headstamp.deployment(Settings(home=str(file)))) as site:
        answer = site.get("/")
        assert answer.status == 503
        assert str(file) in answer.words
        assert "Traceback" not in answer.text
        assert site.get("/health").status == 503

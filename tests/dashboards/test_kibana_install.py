"""`headstamp dashboards install` against a stand-in for Kibana that speaks its documented API over real HTTP."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from msgspec.structs import replace

from dashboards.kibana import client
from dashboards.kibana.access import kibana
from dashboards.kibana.audiences import AUDIENCES, place
from dashboards.kibana.install import install
from dashboards.kibana.same import Change, What, holds
from pipeline.errors import KibanaError, SettingsError
from pipeline.settings import Kibana, Settings
from tests.dashboards.kibana_standin import KEY, Standin, standin
from tests.dashboards.kibana_trust import trusted


@pytest.fixture
def there() -> Iterator[Standin]:
    with standin() as found:
        yield found


@pytest.fixture
def key(tmp_path: Path) -> str:
    path = tmp_path / "kibana.key"
    path.write_text(f"{KEY}\n")
    return str(path)


def settings(address: str, key: str, **more: Any) -> Settings:
    return Settings(kibana=Kibana(address=address, api_key_file=key, timeout_s=20, **more))


def installed(there: Standin, key: str, **more: Any) -> list[Change]:
    chosen = settings(there.address, key, **more)
    return install(kibana(chosen.kibana), chosen)


def whats(changes: list[Change], kind: str = "") -> set[What]:
    return {change.what for change in changes if kind in {"", change.kind}}


def test_a_first_install_creates_spaces_roles_objects_and_rules(there: Standin, key: str) -> None:
    changes = installed(there, key)
    assert whats(changes) == {What.CREATED}
    assert set(there.spaces) == {"default", "headstamp", "headstamp-research", "headstamp-operators"}
    assert set(there.roles) == {"headstamp-investigators", "headstamp-researchers", "headstamp-operators"}
    assert [kind for kind, _ in there.objects].count("dashboard") == 3
    assert len(there.rules) == 4
    assert len(changes) == 3 + 3 + len(there.objects) + 4


def test_a_second_install_finds_all_unchanged_and_writes_nothing(there: Standin, key: str) -> None:
    installed(there, key)
    there.asked.clear()
    assert whats(installed(there, key)) == {What.UNCHANGED}
    assert there.written == []


def test_an_object_that_somebody_edited_is_put_back_and_said(there: Standin, key: str) -> None:
    installed(there, key)
    dashboard = there.objects["dashboard", "headstamp-investigators"][1]
    panels = json.loads(dashboard["attributes"]["panelsJSON"])
    dashboard["attributes"]["panelsJSON"] = json.dumps(panels[:-1])
    changes = installed(there, key)
    assert [(one.kind, one.name) for one in changes if one.what is What.UPDATED] == [
        ("dashboard", "headstamp-investigators")
    ]
    kept = there.objects["dashboard", "headstamp-investigators"][1]
    assert len(json.loads(kept["attributes"]["panelsJSON"])) == len(panels)


def test_an_object_that_somebody_removed_is_created_again(there: Standin, key: str) -> None:
    installed(there, key)
    del there.objects["search", "headstamp-flagged"]
    changes = installed(there, key)
    assert [one.name for one in changes if one.what is not What.UNCHANGED] == ["headstamp-flagged"]
    assert ("search", "headstamp-flagged") in there.objects


def test_what_other_people_keep_in_the_space_is_left_alone(there: Standin, key: str) -> None:
    own = {"type": "search", "id": "mine", "attributes": {"title": "mine"}, "references": []}
    there.objects["search", "mine"] = ("headstamp", own)
    installed(there, key)
    assert there.objects["search", "mine"] == ("headstamp", own)


def test_an_audience_may_read_one_index_in_one_space(there: Standin, key: str) -> None:
    installed(there, key)
    role = there.roles["headstamp-researchers"]
    assert role["elasticsearch"]["indices"] == [
        {"names": ["listings-research"], "privileges": ["read", "view_index_metadata"]}
    ]
    assert [one["spaces"] for one in role["kibana"]] == [["headstamp-research"]]


def test_a_role_that_grew_is_put_right(there: Standin, key: str) -> None:
    installed(there, key)
    there.roles["headstamp-researchers"]["elasticsearch"]["indices"][0]["names"].append("listings")
    assert whats(installed(there, key), "role") == {What.UPDATED, What.UNCHANGED}
    assert there.roles["headstamp-researchers"]["elasticsearch"]["indices"][0]["names"] == ["listings-research"]


def test_a_space_that_is_there_keeps_its_name(there: Standin, key: str) -> None:
    there.spaces["headstamp"] = {"id": "headstamp", "name": "Firearms desk"}
    assert whats(installed(there, key), "space") == {What.CREATED, What.UNCHANGED}
    assert there.spaces["headstamp"]["name"] == "Firearms desk"


def test_the_default_space_serves_as_well_as_another(there: Standin, key: str) -> None:
    installed(there, key, investigators="default")
    assert there.objects["dashboard", "default-investigators"][0] == "default"
    assert whats(installed(there, key, investigators="default")) == {What.UNCHANGED}


def test_rules_keep_the_actions_that_people_gave_them_and_stay_off_where_they_were_turned_off(
    there: Standin, key: str
) -> None:
    installed(there, key)
    rule = next(one for at, one in there.rules.values() if "owes" in one["name"])
    action = {
        "group": "query matched",
        "id": "mail",
        "params": {"to": ["desk"]},
        "uuid": "u",
        "frequency": {"throttle": None},
    }
    rule |= {"actions": [{**action, "connector_type_id": ".email"}], "enabled": False, "schedule": {"interval": "1d"}}
    assert whats(installed(there, key), "rule") == {What.UPDATED, What.UNCHANGED}
    assert rule["schedule"] == {"interval": "5m"}
    assert rule["actions"] == [action]
    assert rule["enabled"] is False


def test_no_rule_hands_a_text_of_a_page_to_its_actions(there: Standin, key: str) -> None:
    installed(there, key)
    handed = {field for _, rule in there.rules.values() for field in json.loads(rule["params"]["esQuery"])["_source"]}
    assert not {"title", "title_words", "description_words", "document", "vendor"} & handed


def test_units_that_share_a_kibana_have_roles_and_rules_of_their_own(there: Standin, key: str) -> None:
    installed(there, key)
    rules = set(there.rules)
    other = {"investigators": "b", "researchers": "b-research", "operators": "b-operators"}
    assert whats(installed(there, key, **other), "rule") == {What.CREATED}
    assert len(there.rules) == 2 * len(rules)


@pytest.mark.parametrize("version", ["8.8.2", "7.17.20", "10.0.0"])
def test_a_kibana_whose_version_does_not_fit_is_left_as_it_is(key: str, version: str) -> None:
    with standin(version=version) as there:
        with pytest.raises(KibanaError, match=rf"is version {version}; these dashboards fit 8\.9 to 9\.x"):
            installed(there, key)
        assert there.asked == [("GET", "/api/status")]


@pytest.mark.parametrize("version", ["8.9.0", "8.19.3", "9.4.1-SNAPSHOT"])
def test_a_kibana_whose_version_fits_is_filled(key: str, version: str) -> None:
    with standin(version=version) as there:
        assert whats(installed(there, key)) == {What.CREATED}


def test_a_kibana_that_is_not_ready_is_left_as_it_is(key: str) -> None:
    with standin(level="unavailable") as there:
        with pytest.raises(KibanaError, match="is unavailable; try again"):
            installed(there, key)
        assert there.written == []


def test_a_kibana_that_hides_its_version_is_told_so(key: str) -> None:
    with standin(version="") as there, pytest.raises(SettingsError, match="does not tell this user its version"):
        installed(there, key)


def test_a_kibana_that_is_away_is_said(key: str) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{one.getsockname()[1]}"
    with pytest.raises(KibanaError, match=rf"does not answer at {address} .*start it, or correct kibana.address"):
        install(kibana(settings(address, key).kibana), Settings())


def test_a_kibana_that_keeps_silent_is_given_up(key: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        chosen = replace(settings(f"http://127.0.0.1:{door.getsockname()[1]}", key).kibana, timeout_s=0.2)
        with pytest.raises(KibanaError, match="does not answer"):
            install(kibana(chosen), Settings())


@contextmanager
def answering(head: bytes, *parts: bytes) -> Iterator[client.Kibana]:
    """Whoever asks is sent this, the parts a moment apart and again and again, then the connection ends."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def answer() -> None:
            with suppress(OSError):
                talk, _ = door.accept()
                with talk:
                    talk.recv(65536)
                    talk.sendall(head)
                    for part in parts:
                        talk.sendall(part)
                        Event().wait(0.1)

        thread = Thread(target=answer)
        thread.start()
        yield client.Kibana(
            host="127.0.0.1", port=door.getsockname()[1], path="", headers=HEADERS, trust=None, timeout_s=0.2
        )
        thread.join()


HEADERS = {"Authorization": "Basic YW5hOmNvcnJlY3QgaG9yc2U="}


def test_an_answer_that_trickles_in_for_ever_is_given_up() -> None:
    with (
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", *[b" "] * 100) as there,
        pytest.raises(KibanaError, match=r"no whole answer in 0\.6 s"),
    ):
        there.ask("GET", "/api/status")


def test_an_answer_that_is_cut_off_is_none() -> None:
    with (
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{}") as there,
        pytest.raises(KibanaError, match="IncompleteRead"),
    ):
        there.ask("GET", "/api/status")


@pytest.mark.parametrize("echo", ["Basic YW5hOmNvcnJlY3QgaG9yc2U=", "YW5hOmNvcnJlY3QgaG9yc2U=", "correct horse"])
def test_a_refusal_that_repeats_who_asked_does_not_show_it(echo: str) -> None:
    body = json.dumps({"message": f"you sent {echo}, which is odd"}).encode()
    head = f"HTTP/1.1 500 no\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with answering(head, body) as there, pytest.raises(KibanaError, match=r"you sent .*…, which is odd") as error:
        there.ask("GET", "/api/status")
    assert "horse" not in str(error.value)
    assert "YW5hOm" not in str(error.value)


def test_a_wrong_key_is_said_and_never_shown(there: Standin, tmp_path: Path) -> None:
    path = tmp_path / "wrong.key"
    path.write_text("b3RoZXI=")
    with pytest.raises(SettingsError, match=r"does not let this user in; correct kibana\.api_key_file") as error:
        installed(there, str(path))
    chosen = kibana(settings(there.address, str(path)).kibana)
    assert "b3RoZXI=" not in f"{error.value} {chosen!r}"


def test_a_user_and_password_serve_as_well_as_a_key(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("correct horse\n")
    with standin(authorization="Basic YW5hOmNvcnJlY3QgaG9yc2U=") as there:
        chosen = Settings(kibana=Kibana(address=there.address, user="ana", password_file=str(path)))
        assert whats(install(kibana(chosen.kibana), chosen)) == {What.CREATED}


def test_a_user_without_a_privilege_learns_which_call_failed(key: str) -> None:
    with (
        standin(forbidden="/api/alerting") as there,
        pytest.raises(SettingsError, match=r"may not GET /s/headstamp/api/alerting.*docs/kibana.md"),
    ):
        installed(there, key)


def test_a_kibana_without_security_is_said(key: str) -> None:
    with standin(has_security=False) as there, pytest.raises(KibanaError, match="knows no roles; turn security on"):
        installed(there, key)


def test_a_kibana_without_alerting_is_said(key: str) -> None:
    with standin(has_alerting=False) as there, pytest.raises(KibanaError, match="has no alerting"):
        installed(there, key)


def test_objects_that_kibana_does_not_take_are_named(key: str) -> None:
    newest = {"index-pattern": "7.11.0", "search": "8.0.0", "dashboard": "8.7.0"}
    fault = "dashboard headstamp-investigators: unknown"
    with standin(newest=newest) as there, pytest.raises(KibanaError, match=fault):
        installed(there, key)


def test_ids_that_another_space_took_are_named(there: Standin, key: str) -> None:
    taken = {"type": "search", "id": "headstamp-flagged", "attributes": {}, "references": []}
    there.objects["search", "headstamp-flagged"] = ("default", taken)
    with pytest.raises(KibanaError, match=r"taken by objects of another space \(headstamp-flagged\)"):
        installed(there, key)


def test_a_rule_that_another_space_took_is_a_conflict_that_is_said(there: Standin, key: str) -> None:
    installed(there, key)
    there.rules = {name: ("default", rule) for name, (_, rule) in there.rules.items()}
    with pytest.raises(KibanaError, match="answers 409 to POST"):
        installed(there, key)


def test_a_base_path_comes_before_every_call(key: str) -> None:
    with standin(base="/kibana") as there:
        assert whats(installed(there, key)) == {What.CREATED}


def test_what_is_no_kibana_is_said(key: str) -> None:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>")

        def log_message(self, *_said: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            with pytest.raises(KibanaError, match="not of its documented form"):
                install(kibana(settings(f"http://127.0.0.1:{server.server_address[1]}", key).kibana), Settings())
        finally:
            server.shutdown()


def test_an_answer_without_end_is_given_up(there: Standin, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MOST_BYTES", 10)
    with pytest.raises(KibanaError, match="more than 10 bytes"):
        installed(there, key)


def test_tls_is_trusted_through_the_authority_that_the_settings_name(tmp_path: Path, key: str) -> None:
    server, authority = trusted(tmp_path)
    with standin(tls=server) as there:
        assert whats(installed(there, key, ca_file=str(authority))) == {What.CREATED}
        with pytest.raises(SettingsError, match=r"is not the server that is trusted .*correct kibana.ca_file"):
            installed(there, key)


@pytest.mark.parametrize(
    ("chosen", "fault"),
    [
        (Kibana(), "names no Kibana"),
        (Kibana(address="kibana:5601"), "is no address"),
        (Kibana(address="http://kibana.example:5601"), "would carry secrets in clear"),
        (Kibana(address="https://ana:secret@kibana.example"), "name the user in kibana.user"),
        (Kibana(address="https://kibana.example:many"), "is no address"),
        (Kibana(address="https://k.example", user="ana"), "give both user and password_file"),
        (Kibana(address="https://k.example", user="a", password_file="p", api_key_file="k"), "not both"),
        (Kibana(address="http://127.0.0.1:1", ca_file="/x"), "is for https"),
        (Kibana(address="http://localhost:1", api_key_file="/nowhere"), "cannot be read"),
        (Kibana(address="https://k.example", ca_file="/nowhere"), "holds no certificates"),
    ],
)
def test_settings_that_would_not_do_are_refused_before_anything_is_asked(chosen: Kibana, fault: str) -> None:
    with pytest.raises(SettingsError, match=fault) as error:
        kibana(chosen)
    assert "secret@" not in str(error.value)


@pytest.mark.parametrize("content", [b"", b"two words", b"line\nline", b"\xff\xfe"])
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"^kibana.api_key_file: "):
        kibana(Kibana(address="http://127.0.0.1:1", api_key_file=str(path)))


def test_theirs_may_say_more_but_not_other_things() -> None:
    assert holds({"a": 1, "more": 2, "text": '{"b":[1,  2],"c":0}'}, {"a": 1, "text": '{"b": [1, 2]}'})
    assert not holds({"a": [1, 2]}, {"a": [1]})
    assert not holds({"a": 1}, {"a": 1, "b": 2})
    assert not holds([], {"a": 1})
    assert holds("[not JSON", "[not JSON")


def test_the_places_follow_the_settings() -> None:
    chosen = Settings(kibana=Kibana(console="https://desk.example/", investigators="x"))
    found = place(AUDIENCES[0], chosen)
    assert (found.space, found.console) == ("x", "https://desk.example")

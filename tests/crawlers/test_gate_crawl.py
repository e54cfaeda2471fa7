"""Crawls of a small market behind gates, as processes of their own: what they ask, send, keep, and never say."""

import ast
import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import headstamp
from crawlers.gates.desk import Desk
from crawlers.gates.patience import KNOCKS
from crawlers.gates.vault import Vault
from pipeline.records import Listing, Task
from pipeline.topics import LISTINGS, TASKS
from tests.crawlers.conftest import MIRRORS, Answer, Bench, links, listing

SECRET, LATER = "planted-8f2e61c0a7", "planted-51d9b3f4e2"
LOGIN = Answer(
    b"<title>Login</title><form method=post action=/page/9><input name=u><input type=password name=p><button>Login</button></form>"
)
AGENT = "Mozilla/5.0 (planted agent)"


def guard(bench: Bench, pages: dict[str, Answer], admits: Callable[[str], bool], gate: Answer = LOGIN) -> None:
    """Show pages to whom `admits` the cookies of; others see the gate."""
    bench.tiny.pages = pages
    bench.tiny.guard = lambda _path, headers: None if admits(headers.get("Cookie", "")) else gate


def stock(count: int = 6) -> dict[str, Answer]:
    keys = [f"k{number}" for number in range(count)]
    return {"/": links(*(f"/listing/{key}" for key in keys))} | {
        f"/listing/{key}": listing(f"Lot {key}") for key in keys
    }


def hand_over(bench: Bench, value: str = SECRET, host: str = MIRRORS[0]) -> int:
    file = bench.folder / "cookies.json"
    file.write_text(
        json.dumps(
            [{"name": "sid", "value": value, "domain": host}, {"name": "x", "value": "y", "domain": "mail.example"}]
        )
    )
    return command(bench, "gate", "resume", "tiny", "--cookies", str(file), "--user-agent", AGENT)


def command(bench: Bench, *words: str) -> int:
    from headstamp import COMMANDS, deployment, parser
    from pipeline.settings import Settings

    settings = Settings(home=bench.settings.home, crawl=headstamp_crawl(bench))
    module = __import__(COMMANDS[words[0]].module, fromlist=["gate"])
    status: int = module.gate(parser(words[0]).parse_args(list(words)), deployment(settings))
    return status


def headstamp_crawl(bench: Bench) -> "headstamp.Settings.crawl":  # type: ignore[name-defined]  # a section of the settings
    from pipeline.settings import Crawl

    return Crawl(profiles=str(bench.folder), socks=bench.tiny.socks)


def read(bench: Bench) -> list[str]:
    return [record.key for record in bench.published(LISTINGS) if isinstance(record, Listing)]


def test_a_wholly_gated_market_is_asked_a_few_times_and_its_addresses_are_held(bench: Bench) -> None:
    pages = stock(40)
    bench.tiny.pages = pages | dict.fromkeys((path for path in pages if path != "/"), LOGIN)
    done = bench.crawl()
    assert len(bench.tiny.asked) == 1 + KNOCKS
    assert done.visit["gated"] == {"login": 40}
    assert [record.kind for record in bench.published(TASKS) if isinstance(record, Task)] == ["login"]


def test_a_market_that_does_not_open_its_door_is_asked_once_a_crawl(bench: Bench) -> None:
    bench.tiny.pages = {"/": LOGIN}
    bench.crawl()
    assert bench.tiny.asked == ["/"]


def test_other_markets_go_on_beside_a_seized_one(bench: Bench) -> None:
    bench.profile("other", mirrors=MIRRORS[1:])
    seized = Answer(b"<h1>THIS HIDDEN SITE HAS BEEN SEIZED</h1><p>by the FBI and Europol</p>")
    bench.tiny.pages = stock(8)
    bench.tiny.guard = lambda path, headers: seized if headers["Host"] == MIRRORS[0] and path != "/" else None
    done = bench.crawl("tiny", "other")
    gated, other = done.summary["markets"]
    assert (gated["listings"], gated["finished"]) == (0, False)
    assert gated["waiting"] == 8 - KNOCKS
    assert (other["listings"], other["finished"]) == (8, True)


def test_a_queue_is_waited_for_and_left_with_the_cookie_that_it_gave(bench: Bench) -> None:
    queue = Answer(
        b"<title>Queue</title><meta http-equiv=refresh content=1><p>You are in the queue. Position: 3</p>",
        headers={"Set-Cookie": "place=3; Path=/"},
    )
    guard(bench, stock(3), lambda cookies: cookies == "place=3", queue)
    done = bench.crawl()
    assert (done.summary["listings"], done.visit["gated"]) == (3, {})
    assert bench.tiny.asked[:2] == ["/", "/"]
    assert len(set(bench.tiny.keys)) == 1, "its place may hang on the circuit"
    assert bench.published(TASKS) == []


def test_a_session_that_was_handed_over_reads_what_stands_behind_the_login(bench: Bench) -> None:
    guard(bench, stock(), lambda cookies: cookies == f"sid={SECRET}")
    bench.crawl()
    assert hand_over(bench) == 0
    done = bench.crawl()
    assert done.summary["listings"] == 6, done.errors
    assert {head["User-Agent"] for _, head in bench.tiny.heads if "Cookie" in head} == {AGENT}
    keys = {key for key in bench.tiny.keys if b".session." in key}
    assert len(keys) == 1, "one lane"
    bench.crawl()
    assert {key for key in bench.tiny.keys if b".session." in key} == keys, "and one epoch, while it lives"
    with closing(Desk(bench.settings.root)) as desk:
        assert desk.tasks() == []


def test_a_session_that_ends_is_a_task_and_what_it_did_not_reach_waits(bench: Bench) -> None:
    class Ending:
        left = 4

        def __call__(self, cookies: str) -> bool:
            self.left -= SECRET in cookies
            return SECRET in cookies and self.left >= 0

    guard(bench, stock(9), Ending())
    hand_over(bench)
    done = bench.crawl()
    assert (done.summary["listings"], done.visit["finished"]) == (3, False)
    assert done.visit["gated"]["login"] <= 3
    assert Vault(bench.settings.root).session("tiny") is None
    with closing(Desk(bench.settings.root)) as desk:
        assert [(task.market, task.gate) for task in desk.tasks()] == [("tiny", "login")]
        length = desk.length("tiny")
    assert length is not None
    assert length.pages == 4
    guard(bench, stock(9), lambda cookies: SECRET in cookies)
    hand_over(bench)
    assert bench.crawl().visit["finished"]
    assert sorted(read(bench)) == sorted({f"k{number}" for number in range(9)})


def test_a_session_is_spent_on_weapons_and_known_vendors_first(bench: Bench) -> None:
    page = (
        "".join(f'<p><a href="/listing/a{n}">Lamp {n}</a></p>' for n in range(5))
        + '<p><a href="/page/7">Weapons</a></p>'
    )
    arms = "".join(f'<p><a href="/listing/w{n}">Lot {n}</a></p>' for n in range(3))
    pages = {f"/listing/{kind}{n}": listing(f"Lot {kind}{n}") for kind in "aw" for n in range(5)}
    guard(
        bench,
        {"/": Answer(page.encode()), "/page/7": Answer(arms.encode())} | pages,
        lambda cookies: SECRET in cookies,
    )
    hand_over(bench)
    bench.crawl()
    first = bench.tiny.asked[:6]
    assert first[:2] == ["/", "/page/7"]
    assert {f"/listing/w{number}" for number in range(3)} <= set(first), "one lamp may be under way already"


def test_the_cookies_of_a_session_are_told_nowhere(bench: Bench) -> None:
    pages = stock()
    pages["/listing/k1"].headers = {"Set-Cookie": f"sid={LATER}; Path=/"}
    guard(bench, pages, lambda cookies: SECRET in cookies or LATER in cookies)
    hand_over(bench)
    (bench.folder / "cookies.json").unlink()
    done = bench.crawl(HEADSTAMP_LOG_LEVEL="debug")
    assert done.summary["listings"] == 6
    assert any(LATER in head.get("Cookie", "") for _, head in bench.tiny.heads), "what the market sets is sent back"
    told = [done.errors.encode(), json.dumps(done.summary).encode(), *bodies(bench.folder)]
    assert not any(secret.encode() in text for secret in (SECRET, LATER) for text in told)


def bodies(folder: Path) -> Iterator[bytes]:
    """Every file below a folder, unpacked where it is packed."""
    for path in folder.rglob("*"):
        if path.is_file():
            body = path.read_bytes()
            yield body
            if path.suffix == ".gz":
                yield gzip.decompress(body)


def test_another_authority_does_not_use_the_session(bench: Bench) -> None:
    bench.tiny.pages = stock()
    hand_over(bench)
    text = (bench.folder / "tiny.yaml").read_text().replace("authority: test", "authority: other")
    (bench.folder / "tiny.yaml").write_text(text)
    done = bench.crawl()
    assert done.status != 0
    assert bench.tiny.asked == []


def test_only_get_requests_leave_and_no_form_is_submitted(bench: Bench) -> None:
    forms = "".join(
        f'<form {how} action="{path}"><input name=a value=1><button formaction="{path}">Go</button></form>'
        for how in ("", 'method="get"', 'method="post"')
        for path in ("/page/1", "/listing/k9", "/find?cat=1&page=2", "/login")
    )
    pages = stock(3)
    pages["/"].body += forms.encode()
    bench.tiny.pages = pages
    hand_over(bench)
    bench.crawl()
    assert {method for method, _ in bench.tiny.heads} == {"GET"}
    assert bench.tiny.asked == ["/", "/listing/k0", "/listing/k1", "/listing/k2"]


def test_no_code_of_the_crawler_makes_a_request_but_the_scheduler() -> None:
    folder = Path(headstamp.__file__).parent / "crawlers"
    makers = {
        str(path.relative_to(folder))
        for path in folder.rglob("*.py")
        if "practice" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in {"Request", "FormRequest", "JsonRequest", "urlopen"}
    }
    assert makers == {"scheduler.py"}

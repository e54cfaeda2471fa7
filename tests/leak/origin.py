"""The market behind the onion service, whose pages tempt a crawler to leave by another way."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CLEARNET = "203.0.113.9"
NAME = "news.example"
LOOPBACK = ("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]")
ELSEWHERE = (
    CLEARNET,
    "203.0.28937",
    "3405803785",
    "0xcb007109",
    "0313.0.0161.011",
    "[2001:db8::9]",
    f"[::ffff:{CLEARNET}]",
)
"""The same address as seven notations write it, and one of IPv6."""
LISTING = (
    "<h1>Lot {key}</h1><b class=vendor>quietmill</b><p class=price>$120.00</p><p class=description>Short advert.</p>"
)
SCENARIOS = ("page", "turns", "links", "robots", "proxies")


def links() -> list[str]:
    """Links to where no crawl may go, in every notation."""
    hosts = (*LOOPBACK, *ELSEWHERE, NAME, "localhost")
    plain = [f"{scheme}://{host}/listing/k9" for host in hosts for scheme in ("http", "https")]
    return [*plain, *(f"//{host}/listing/k9" for host in hosts), f"ftp://{CLEARNET}/listing/k9", f"\\\\{CLEARNET}\\x"]


def turns() -> list[str]:
    """Where the market's own addresses turn to."""
    return [
        f"http://{NAME}/listing/k9",
        f"http://{CLEARNET}/",
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://[::1]/",
    ]


class Origin(ThreadingHTTPServer):
    """Serves the market on loopback, and remembers what it was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Page)
        self.asked: list[str] = []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


class Page(BaseHTTPRequestHandler):
    """One page of the market."""

    server: Origin
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        _, kind, *rest = self.path.split("/")
        answer = {"listing": self._listing, "turn": self._turn, "robots.txt": self._robots}.get(kind, self._start)
        answer(rest[0] if rest else kind)

    def _start(self, kind: str) -> None:
        ways = {"links": links(), "turns": [f"/turn/{number}" for number in range(2 * len(turns()))]}.get(kind, [])
        self._send("".join(f'<p><a href="{way}">x</a></p>' for way in ("/listing/k0", *ways)))

    def _listing(self, key: str) -> None:
        tags = "".join(
            f"<img src='http://{host}/x.png'><link rel=stylesheet href='//{host}/x'>" for host in LOOPBACK[:2]
        )
        self._send(LISTING.format(key=key) + f"<iframe src='http://{NAME}/'></iframe>{tags}")

    def _turn(self, number: str) -> None:
        where = turns()[int(number) % len(turns())]
        if int(number) < len(turns()):
            self._send("", 302, Location=where)
        else:
            way = "<a href=/listing/k0>x</a>"  # else three such pages in a row would pause the market
            self._send(f"<meta http-equiv=refresh content='0;url={where}'>{way}", Refresh=f"0; url={where}")

    def _robots(self, _path: str) -> None:
        self._send("", 302, Location=f"http://{NAME}/robots.txt")

    def _send(self, text: str, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "text/html", "Content-Length": str(len(text)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""

"""Every setting with its default and its meaning."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

SOCKS, USUAL_SOCKS = Path("tor") / "socks", "127.0.0.1:9050"
"""Where the home's own tor listens, and where a system's does."""
STARTED = SOCKS.with_name("process.json")
"""There from the start of the home's own tor until it is stopped."""

Seconds = Annotated[float, Meta(ge=0, le=86_400)]
Space = Annotated[str, Meta(pattern=r"^[a-z0-9_-]{1,100}$")]
"""Id of a Kibana space."""
Share = Annotated[float, Meta(ge=0, le=1)]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of one part."""


class Crawl(Section, frozen=True, kw_only=True):
    """How markets are visited."""

    socks: str = ""
    """Address of the SOCKS5 port that every request goes through; "" is that of the home's own tor where it was started, else 127.0.0.1:9050."""
    profiles: str = ""
    """A folder of market profiles beside the shipped ones; "" is none."""
    authorities: str = ""
    """The file of the authorities under which markets are read; "" is authorities.yaml of the home."""
    timeout_s: Seconds = 120.0
    """Seconds one page may take in all."""
    max_page_bytes: Annotated[int, Meta(ge=1)] = 5 * 2**20
    """Size at which a page is given up, before and after decompression."""
    connect_timeout_s: Annotated[float, Meta(gt=0, le=600)] = 45.0
    """Seconds that tor may take to find a way to an onion service; then another circuit is tried."""
    backoff_s: Seconds = 5.0
    """Seconds that a mirror is left alone after it did not answer, doubled at each further failure."""
    denylist: str = ""
    """A file of onion addresses, or their MD5 or SHA-256, that are never contacted; "" is none."""
    require_guards: bool = False
    """Whether a crawl refuses to start where the kernel lacks a guard, instead of warning."""


class Tor(Section, frozen=True, kw_only=True):
    """The tor that `headstamp tor` runs, or one that runs already."""

    binary: str = "tor"
    """The program that `headstamp tor start` runs: a name to look for, or a path."""
    control: str = ""
    """Control port (127.0.0.1:9051) or socket (unix:/PATH) of a tor that runs already; "" is the home's own."""
    torrc: str = ""
    """A file of further torrc lines for the home's own tor; "" is none."""


class Run(Section, frozen=True, kw_only=True):
    """How the stages take their work."""

    batch: Annotated[int, Meta(ge=1, le=100_000)] = 500
    """Messages a stage takes at once."""
    wait_s: Seconds = 1.0
    """Seconds a stage waits for new messages before it looks again."""


class Kafka(Section, frozen=True, kw_only=True):
    """How Kafka is spoken to, where the broker is kafka://HOST:PORT."""

    prefix: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{0,100}$")] = ""
    """What names of topics and groups begin with, where others use the same Kafka."""
    replicas: Annotated[int, Meta(ge=1, le=100)] = 1
    """Brokers that hold each message, for topics that `headstamp topics` creates; 3 survive the loss of one."""
    compression: Literal["gzip", "lz4", "snappy", "zstd", "none"] = "gzip"
    """How messages are compressed; all but gzip and none need a Python package of that name."""
    message_bytes: Annotated[int, Meta(ge=2**16, le=2**26)] = 4 * 2**20
    """Largest message in bytes; what would be larger is set aside."""
    batch_s: Annotated[float, Meta(ge=1, le=86_400)] = 900.0
    """Seconds that one batch may take before its partitions go to another process of the stage."""
    session_s: Annotated[float, Meta(ge=6, le=1_800)] = 20.0
    """Seconds without a sign of life after which a process's partitions go to another one."""
    tls: bool = False
    """Whether connections are encrypted, and the server's certificate is checked."""
    ca_file: str = ""
    """PEM file of the authorities that vouch for the server; "" takes the system's."""
    certificate_file: str = ""
    """PEM file of the certificate shown to the server; "" shows none."""
    key_file: str = ""
    """PEM file of that certificate's private key."""
    user: str = ""
    """Name to log in with; "" does not log in."""
    password_file: str = ""
    """File that holds the password and nothing else."""
    mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] = "SCRAM-SHA-512"
    """How the password is proven; PLAIN sends it, so it asks for tls."""


class Assess(Section, frozen=True, kw_only=True):
    """How listings are classified."""

    context: Literal["on", "off"] = "off"
    """Whether the vendor's other listings are looked up: for the model, and for texts too thin to tell."""
    flag_at: Share | None = None
    """Score from which a listing is flagged; none takes the model's own threshold."""
    review_at: Share | None = None
    """Score from which a listing waits for review; none takes the model's own threshold."""
    budget: Annotated[float, Meta(gt=0, le=1)] | None = None
    """Share of the listings that people can review; `headstamp policy budget` makes thresholds of it."""
    explore: Share = 0.0
    """Share of the clear listings just below the threshold that wait for review all the same, so that misses are seen."""
    screen: Literal["off", "on", "shadow"] = "shadow"
    """Whether a linear screen keeps listings from the slower encoder: shadow only marks those that it would keep back."""


class Counts(Section, frozen=True, kw_only=True):
    """What counts on the offers track, where national law differs; the defaults are the Firearms Protocol's wording."""

    magazines: bool = True
    """Whether offers of magazines alone count."""
    blank_cartridges: bool = True
    """Whether offers of blank and gas cartridges alone count."""
    unfinished_frames: bool = True
    """Whether offers of frames and receivers that are still to be finished count."""
    antiques: bool = False
    """Whether offers of firearms made in 1899 or before, and of their replicas, count."""
    deactivated: bool = False
    """Whether offers of deactivated firearms count, beside their own track."""


class Serve(Section, frozen=True, kw_only=True):
    """The console."""

    host: str = "127.0.0.1"
    """Loopback address the console listens on, or unix:/PATH of a socket to which something passes `port` of loopback on."""
    port: Annotated[int, Meta(ge=0, le=65_535)] = 8600
    """Port of the console; 0 takes a free one."""
    analyst: str = ""
    """Name under which reviews are filed; "" takes the name of the user who started the console."""


class Metrics(Section, frozen=True, kw_only=True):
    """Where a process of stages, or the console, serves its figures, health and readiness."""

    host: str = "127.0.0.1"
    """Address that they are served on; nobody is asked for a password."""
    port: Annotated[int, Meta(ge=0, le=65_535)] = 0
    """Port that they are served on, one for each process; 0 is none."""


class Kibana(Section, frozen=True, kw_only=True):
    """Where `headstamp dashboards install` puts what Kibana shows."""

    address: str = ""
    """Address of Kibana, with its base path where it has one: https://HOST:PORT, or http:// on loopback; "" is none."""
    timeout_s: Annotated[float, Meta(gt=0, le=600)] = 60.0
    """Seconds that Kibana may keep silent before it counts as away."""
    user: str = ""
    """Name under which it is asked, with password_file; "" is no name."""
    password_file: str = ""
    """The file that holds that user's password; "" is none."""
    api_key_file: str = ""
    """The file that holds an API key (as encoded by Elasticsearch), instead of user and password; "" is none."""
    ca_file: str = ""
    """A PEM file of the authority that signed its certificate; "" trusts the system's."""
    console: Annotated[str, Meta(pattern=r"^https?://[^\s{}\"]+$")] = "http://127.0.0.1:8600"
    """Address of the console as the browsers of Kibana's users reach it, to which listings are linked."""
    investigators: Space = "headstamp"
    """Kibana space of the investigators, who see listings."""
    researchers: Space = "headstamp-research"
    """Kibana space of the researchers, who see listings-research and nothing else."""
    operators: Space = "headstamp-operators"
    """Kibana space of the operators, who see measures."""


class Log(Section, frozen=True, kw_only=True):
    """What is written to stderr."""

    level: Literal["debug", "info", "warning", "error"] = "warning"
    """Least level of a log line; info says each unit of work."""


class Elastic(Section, frozen=True, kw_only=True):
    """The index where it is an Elasticsearch."""

    prefix: Annotated[str, Meta(pattern=r"\A(?:[a-z0-9][a-z0-9_.-]{0,99})?\Z")] = ""
    """What the names of its indexes begin with, as where several units share one; "" is nothing."""
    shards: Annotated[int, Meta(ge=1, le=64)] = 1
    """Parts that an index is split into when it is built; one holds some ten million listings."""
    timeout_s: Annotated[float, Meta(gt=0, le=600)] = 60.0
    """Seconds one request may take before Elasticsearch counts as away."""
    user: str = ""
    """Name under which it is asked, with password_file; "" is no name."""
    password_file: str = ""
    """The file that holds that user's password; "" is none."""
    api_key_file: str = ""
    """The file that holds an API key (as encoded by Elasticsearch), instead of user and password; "" is none."""
    ca_file: str = ""
    """A PEM file of the authority that signed its certificate; "" trusts the system's."""
    fingerprint: str = ""
    """SHA-256 of its certificate in hexadecimal, instead of an authority; "" is none."""
    measures_days: Annotated[int, Meta(ge=0, le=36_500)] = 400
    """Days after which a measure is deleted from the index `measures`; 0 keeps all."""
    research_key_file: str = ""
    """The file that holds the secret of this unit's pseudonyms, 32 bytes or more; with it listings-research is kept too, "" is without."""


class Settings(Section, frozen=True, kw_only=True):
    """All settings of one process."""

    home: str = "./var"
    """The folder that holds all state."""
    broker: str = "sqlite:///log.db"
    """The log between the stages: sqlite:///FILE or kafka://HOST:PORT."""
    index: str = "sqlite:///index.db"
    """The index: sqlite:///FILE or http(s)://HOST:PORT."""
    crawl: Crawl = Crawl()
    tor: Tor = Tor()
    run: Run = Run()
    kafka: Kafka = Kafka()
    assess: Assess = Assess()
    counts: Counts = Counts()
    serve: Serve = Serve()
    elastic: Elastic = Elastic()
    metrics: Metrics = Metrics()
    kibana: Kibana = Kibana()
    log: Log = Log()

    @property
    def root(self) -> Path:
        """The home as an absolute path."""
        return Path(self.home).expanduser().absolute()

    @property
    def socks(self) -> str:
        """The SOCKS5 port in use: that of `crawl.socks`, else of the home's own tor where it was started, else tor's usual one."""
        own = self.root / SOCKS
        started = own.is_socket() or (self.root / STARTED).exists()  # it may not listen yet
        return self.crawl.socks or (f"unix:{own}" if started else USUAL_SOCKS)

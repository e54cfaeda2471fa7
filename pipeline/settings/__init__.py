"""Every setting with its default, read once from headstamp.toml and the environment."""

from pipeline.settings.loading import CRAWL_LOG, OTHER_FILES, PREFIX, file_of, load, names, user
from pipeline.settings.sections import (
    SOCKS,
    STARTED,
    Assess,
    Counts,
    Crawl,
    Elastic,
    Kafka,
    Log,
    Run,
    Section,
    Serve,
    Settings,
    Tor,
)

__all__ = [
    "CRAWL_LOG",
    "OTHER_FILES",
    "PREFIX",
    "SOCKS",
    "STARTED",
    "Assess",
    "Counts",
    "Crawl",
    "Elastic",
    "Kafka",
    "Log",
    "Run",
    "Section",
    "Serve",
    "Settings",
    "Tor",
    "file_of",
    "load",
    "names",
    "user",
]

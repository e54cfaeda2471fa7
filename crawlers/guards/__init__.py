"""The guards of a crawl: whatever runs in its process, nothing but the SOCKS port can be reached."""

from crawlers.guards.confine import confine, missing, offered
from crawlers.guards.hook import Watch
from crawlers.guards.way import Way, way_of

__all__ = ["Watch", "Way", "confine", "missing", "offered", "way_of"]

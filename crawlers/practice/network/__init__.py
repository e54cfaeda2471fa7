"""A private Tor network on loopback: five authorities that are its relays, a client, and a host of onion services."""

from crawlers.practice.network.private import Network, private_network

__all__ = ["Network", "private_network"]

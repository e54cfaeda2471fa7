"""Authority: the legal basis under which a market is read, without which none is."""

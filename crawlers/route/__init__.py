"""The way from a crawl to a page: which mirror, by which lane, through the SOCKS port, and nothing but text back."""

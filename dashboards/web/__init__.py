"""The console: the review queue, the search and the listing, rendered by the server."""

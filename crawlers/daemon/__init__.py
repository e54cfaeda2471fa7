"""The tor that crawls go through: started with our torrc, or one that runs already; watched, never steered."""

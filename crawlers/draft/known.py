"""Lists of words, as a line of text."""


def known(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())

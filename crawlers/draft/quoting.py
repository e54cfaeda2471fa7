"""Text as selectors write it."""


def quoted(text: str) -> str:
    """The text as XPath writes it; one kind of quote is enough for what labels hold."""
    return f'"{text}"' if "'" in text else f"'{text}'"

"""A profile proposed from a handful of saved pages of a market that nobody has described yet."""

from crawlers.draft.draft import Draft, draft
from crawlers.draft.guess import Guess
from crawlers.draft.write import written

__all__ = ["Draft", "Guess", "draft", "written"]

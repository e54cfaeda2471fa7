"""Markup as careless market software writes it, which browsers show all the same."""

import re

CLOSINGS = re.compile(r"</(?:li|td|tr|dd|dt|p|body|html)>")
ATTRIBUTE = re.compile(r'class="([a-z-]+)"')
HEADING = '<h1 class="listing-title">'
STALE = '<!-- <h1 class="listing-title">Old title</h1> <span class="price-offered">1 USD</span> -->\n'


def oddly(html: str) -> str:
    """The page with closings left out, bare attributes, shouting tags, a stale comment and a stray byte-order mark."""
    loose = ATTRIBUTE.sub(r"class=\1", CLOSINGS.sub("", html.replace(HEADING, STALE + HEADING)))
    return "\ufeff" + loose.replace("<div", "<DIV").replace("</div>", "</DIV>") + "\n</div></div>\x00"

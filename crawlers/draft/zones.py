"""Which parts of a page are the market's own frame, and which are fenced off from the offer."""

from collections.abc import Sequence

from crawlers.draft.names import words
from crawlers.draft.sample import Element

FRAMES = frozenset({"nav", "footer", "aside"})
FRAME_WORDS = frozenset("nav navbar menu sidebar sidenav sidemenu footer topbar topmenu topnav leftmenu rightmenu headnav headnavitems naviheader breadcrumb breadcrumbs rates exchange exchangerates exchangeratelisting balance wallet walletitem login logout dropdown topmost masthead categories catlist controlbox".split())  # noqa: SIM905
OTHERS = frozenset("feedback feedbacks review reviews rating ratings comment comments related similar recommended recommendations promoted featured suggestions also other more recent".split())  # noqa: SIM905


def frame(element: Element) -> bool:
    """Whether an element stands in the market's frame: navigation, sidebar, balances, footer."""
    return any(_frames(one) for one in (element, *element.iterancestors()))


def _frames(element: Element) -> bool:
    if not isinstance(element.tag, str) or element.tag in ("html", "body"):
        return False
    if element.tag in FRAMES or (element.get("id") or "") in ("header", "top"):
        return True
    return not words(element).isdisjoint(FRAME_WORDS) and element.tag not in ("main", "article")


def aside(element: Element) -> bool:
    """Whether an element stands among reviews or other offers."""
    return any(not words(one).isdisjoint(OTHERS) for one in (element, *element.iterancestors()) if isinstance(one.tag, str))


def within(element: Element, outer: Sequence[Element] | set[Element]) -> bool:
    """Whether an element is one of others, or inside one."""
    return element in outer or any(one in outer for one in element.iterancestors())

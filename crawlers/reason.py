"""Every reason why an address was not read, with what it means to an operator."""

from enum import StrEnum


class Reason(StrEnum):
    """Why an address was refused, rejected or held."""

    NOT_IN_PROFILE = "not_in_profile"
    ACTION_WORD = "action_word"
    HIDDEN = "hidden"
    OFF_MARKET = "off_market"
    NOT_AN_ADDRESS = "not_an_address"
    PAGES_PER_VISIT = "pages_per_visit"
    NOT_ONION = "not_onion"
    REDIRECTED = "redirected"
    HTTP_STATUS = "http_status"
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    EMPTY = "empty"
    NOT_HTML = "not_html"
    HOSTILE = "hostile"
    NO_TITLE = "no_title"
    NO_KEY = "no_key"
    OUTSIDE_HOURS = "outside_hours"
    PAGES_PER_DAY = "pages_per_day"
    UNKNOWN_PAGES = "unknown_pages"
    AUTHORITY_ENDED = "authority_ended"
    MIRROR_LIST = "mirror_list"
    FAULT = "fault"


MEANING = {
    Reason.NOT_IN_PROFILE: "no rule of the profile means it; add one to `follow` if it shows listings",
    Reason.ACTION_WORD: "it looks like a link that acts (cart, report, logout …), and Headstamp only reads",
    Reason.HIDDEN: "the page hides the link from people, as traps for crawlers are",
    Reason.OFF_MARKET: "it leads to a host that is no mirror of the profile",
    Reason.NOT_AN_ADDRESS: "it has more than 2,000 characters or cannot be read",
    Reason.PAGES_PER_VISIT: "the visit had read its number of pages; the next visit takes it up",
    Reason.NOT_ONION: "the guard in front of the network let nothing out: it is no v3 onion address of the profile",
    Reason.REDIRECTED: "the market answered with another address; see what that one leads to",
    Reason.HTTP_STATUS: "the market answered with an error status",
    Reason.UNREACHABLE: "it could not be reached, three times on each mirror; the next visit tries again",
    Reason.MALFORMED: "the answer is no HTTP, or its compression is broken, three times on each mirror; the next visit tries again",
    Reason.TIMEOUT: "the page took longer than crawl.timeout_s, three times; the next visit tries again",
    Reason.TOO_LARGE: "the page is larger than crawl.max_page_bytes",
    Reason.EMPTY: "the page has no content",
    Reason.NOT_HTML: "the answer is no HTML page",
    Reason.HOSTILE: "the page is built to stall its reader",
    Reason.NO_TITLE: "no title where the profile looks for one; the layout may have changed: run `profile check`",
    Reason.NO_KEY: "a row without the market's own key; the layout may have changed: run `profile check`",
    Reason.OUTSIDE_HOURS: "the market is asked only within pace.hours; a crawl within them goes on",
    Reason.PAGES_PER_DAY: "the day's number of pages was read; a crawl on the next day (UTC) goes on",
    Reason.UNKNOWN_PAGES: "three pages in a row were of no known kind, so the market waits a day, or until its profile changes; see its task",
    Reason.AUTHORITY_ENDED: "the authority ended in mid-visit; a crawl under a valid one goes on",
    Reason.MIRROR_LIST: "the list of mirrors there is not signed by the pinned key, or is older than the last; it changed nothing; see its task",
    Reason.FAULT: "Headstamp itself failed on the page; the log says how, and the next visit tries again",
}
"""What each reason means and what to do."""

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
    DENIED = "denied"
    NOT_TEXT = "not_text"
    DISGUISED = "disguised"
    REDIRECTED = "redirected"
    HTTP_STATUS = "http_status"
    UNREACHABLE = "unreachable"
    NO_DESCRIPTOR = "no_descriptor"
    NO_INTRODUCTION = "no_introduction"
    NO_RENDEZVOUS = "no_rendezvous"
    NO_CIRCUIT = "no_circuit"
    NO_SERVICE = "no_service"
    NO_PORT = "no_port"
    BAD_DESCRIPTOR = "bad_descriptor"
    NEEDS_CLIENT_KEY = "needs_client_key"
    WRONG_CLIENT_KEY = "wrong_client_key"
    BAD_ADDRESS = "bad_address"
    TOR_REFUSED = "tor_refused"
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
    Reason.DENIED: "it leads to an onion service on crawl.denylist, which is never contacted",
    Reason.NOT_TEXT: "it is a picture, archive, document or another file by its ending or its content type; only text is fetched",
    Reason.DISGUISED: "the market sent a file (picture, archive, document …) as a page; dropped at its first bytes, none kept",
    Reason.REDIRECTED: "the market answered with another address; see what that one leads to",
    Reason.HTTP_STATUS: "the market answered with an error status",
    Reason.UNREACHABLE: "the connection broke before a page came, three times on each mirror; the next visit tries again",
    Reason.NO_DESCRIPTOR: "tor finds no descriptor of the onion service: it is down, or its address is given up; asked again later; look for new mirrors if it stays so",
    Reason.NO_INTRODUCTION: "the onion service did not take up tor's introduction: it is down, busy or under attack; asked again later",
    Reason.NO_RENDEZVOUS: "tor and the onion service did not meet; asked again later",
    Reason.NO_CIRCUIT: "no way to the onion service was found in time (crawl.connect_timeout_s); asked again later on a new circuit",
    Reason.NO_SERVICE: "the onion service is there, but its web server refuses, or the circuit broke; asked again later",
    Reason.NO_PORT: "the onion service offers nothing at this port; asked again later; look at scheme and port in `mirrors` if it stays so",
    Reason.BAD_DESCRIPTOR: "the onion service's descriptor cannot be read; another mirror is asked; a newer tor may read it",
    Reason.NEEDS_CLIENT_KEY: "the onion service lets in only holders of a client authorisation key: give it to tor, or name another mirror",
    Reason.WRONG_CLIENT_KEY: "the onion service refuses tor's client authorisation key: replace the key, or name another mirror",
    Reason.BAD_ADDRESS: "tor knows no such onion address: correct `mirrors`",
    Reason.TOR_REFUSED: "tor's own settings forbid the way: see the options of SocksPort in its torrc",
    Reason.MALFORMED: "the answer is no HTTP, or its compression is broken, three times on each mirror; the next visit tries again",
    Reason.TIMEOUT: "the page took longer than crawl.timeout_s, three times on each mirror; the next visit tries again",
    Reason.TOO_LARGE: "the page is larger than crawl.max_page_bytes",
    Reason.EMPTY: "the page has no content",
    Reason.NOT_HTML: "the answer is no HTML page",
    Reason.HOSTILE: "the page is built to stall its reader",
    Reason.NO_TITLE: "no title where the profile looks for one; the layout may have changed: run `profile check`",
    Reason.NO_KEY: "a row without the market's own key; the layout may have changed: run `profile check`",
    Reason.OUTSIDE_HOURS: "the market is asked only within pace.hours; a crawl within them goes on",
    Reason.PAGES_PER_DAY: "the day's number of pages was read; a crawl on the next day (UTC) goes on",
    Reason.UNKNOWN_PAGES: "three pages in a row were of no known kind, so the market waits a day, or until its profile changes; `headstamp why MARKET` shows its task",
    Reason.AUTHORITY_ENDED: "the authority ended in mid-visit; a crawl under a valid one goes on",
    Reason.MIRROR_LIST: "the list of mirrors there is not signed by the pinned key, or is older than the last; it changed nothing; `headstamp why MARKET` shows its task",
    Reason.FAULT: "Headstamp itself failed on the page; the log says how, and the next visit tries again",
}
"""What each reason means and what to do."""

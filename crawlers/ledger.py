"""What the frontier keeps beside addresses: which are due, days, pauses, alerts that stand; its second migration."""

from crawlers.mirrors import store
from crawlers.reason import Reason

AGAIN = (Reason.UNREACHABLE, Reason.MALFORMED, Reason.TIMEOUT, Reason.FAULT)
"""Reasons after which the next visit asks again."""
PRESENT = (
    "EXISTS(SELECT 1 FROM listing INDEXED BY listing_address"
    " WHERE listing.market=address.market AND listing.address=address.address AND presence='present')"
)
"""SQL: whether an address showed a listing that is held to be there."""
WANTED = (
    f"(state='waiting' OR state='gated' OR {' OR '.join(f'reason={str(reason)!r}' for reason in AGAIN)} OR {PRESENT})"
)
"""SQL: whether the next visit asks for an address, even where no page links it. IN with a list would make SQLite build a table for each row."""
TABLE = f"""
ALTER TABLE address ADD COLUMN key TEXT NOT NULL DEFAULT '';
ALTER TABLE address ADD COLUMN due INTEGER NOT NULL DEFAULT 0;
ALTER TABLE address ADD COLUMN round INTEGER NOT NULL DEFAULT 0;
ALTER TABLE visit ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE visit ADD COLUMN filled TEXT NOT NULL DEFAULT '{{}}';
ALTER TABLE listing ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE listing ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
UPDATE visit SET number=(SELECT count(*) FROM visit AS one WHERE one.market=visit.market AND one.started<=visit.started);
UPDATE address SET state='waiting', reason='' WHERE reason='pages_per_visit';
UPDATE address SET round=coalesce((SELECT number FROM visit WHERE visit.id=address.visit), 0) WHERE asked<>'';
UPDATE address SET due=1 WHERE kind<>'other' AND state<>'taken' AND {WANTED};
UPDATE address SET round=0 WHERE state='waiting' AND tries=0;
CREATE INDEX address_due ON address(market, round, asked, id) WHERE due=1;
CREATE UNIQUE INDEX address_key ON address(market, key) WHERE key<>'';
CREATE TABLE day(market TEXT NOT NULL, day TEXT NOT NULL, pages INTEGER NOT NULL, PRIMARY KEY(market, day)) STRICT, WITHOUT ROWID;
CREATE TABLE pause(
    market TEXT PRIMARY KEY, reason TEXT NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL, profile TEXT NOT NULL) STRICT;
CREATE TABLE alert(
    market TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, id TEXT NOT NULL, time TEXT NOT NULL,
    detail TEXT NOT NULL, PRIMARY KEY(market, kind, subject)) STRICT, WITHOUT ROWID;
{store.TABLE}"""  # noqa: S608  # as above

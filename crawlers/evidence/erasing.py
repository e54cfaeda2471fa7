"""What stands in a segment where a record was taken out: as long as the record was, so that all others stay where they are."""

import zlib
from uuid import UUID, uuid5

import msgspec

from crawlers.evidence import warc
from crawlers.evidence.chain import Link
from crawlers.evidence.signed import Absence
from pipeline.errors import StorageError


def filling(absence: Absence, link: Link) -> bytes:
    """The bytes in a record's place: a WARC record that says under what it was erased; the same for the same ledger entry."""
    assert absence.erased is not None, "a torn record leaves nothing to fill"
    facts: dict[str, object] = {
        "erased": absence.record,
        "id": absence.id,
        "authority": absence.erased.authority,
        "ledger": absence.number,
        "time": warc.stamp(absence.time),
    }
    id_ = str(uuid5(UUID(link.id), "erased"))
    bare = warc.metadata(warc.Head(id=id_, url="", date=warc.stamp(absence.time)), msgspec.json.encode(facts))
    room = link.length - len(bare) - 1
    if room < 0:
        raise StorageError(f"record {link.number}: its {link.length} bytes are too few to say that it was erased")
    content = zlib.decompress(bare, warc.GZIP)
    return warc.packed(content, b" " * room) if room else bare

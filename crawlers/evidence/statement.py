"""The statement that goes with exported evidence: what it proves, what it cannot, and how to check it."""

from collections.abc import Collection, Sequence

from crawlers.evidence.proof import Proof
from crawlers.evidence.record import CaptureRecord, Kind
from crawlers.evidence.warc import stamp
from pipeline.terminal import plain

HEAD = """STATEMENT ON EXPORTED EVIDENCE

About: {what}
Made: {made} by {software}
Captures: {count}
Signing key (SHA-256 of the Ed25519 public key): {key}

WHAT THIS SHOWS
- Each capture below is the answer that the crawler named in it recorded, at the time it gives, when it asked for that address in the way it gives under "asked".
- The bytes of each capture that is signed in a manifest have not changed since the key above signed it, when the file of the archive they stand in was closed: their SHA-256
  digests lead, by the paths in headstamp/proof.json, to the roots it signed. A capture that is signed in no manifest yet is held by no signature.

WHAT THIS CANNOT SHOW
- It does not prove what the market's server sent: a Tor onion service signs nothing, and whoever holds the key could have recorded something else.
  It shows which key stands for a signed capture, and that nobody without that key changed it since.
- It does not prove the way there. The crawler hands every request to a SOCKS port; which program answered at that port, and where it led, is not in the records.
  A version of tor, where one is given, is what tor said of itself over its control port; that the SOCKS port was the same tor's is
  what the settings of the crawl meant, and nothing in the records shows it.
- It does not prove by itself that no record of the archive was added, dropped or reordered: this file has some of its records only, and nothing but these was checked
  when it was made. Each record names the one before it by its hash; `headstamp verify` checks that for the whole archive. What it finds then holds up to the last anchor that was noted
  outside the machine: before it, whoever has the key could not make the records anew unseen; after it they could, and whoever can write the files could cut off the end.
- The times are those of the recording machine's clock. Each record gives that clock's drift during the crawl and whether it was set back.
- A signature by a key of one's own proves little by itself. Compare the anchors that were noted outside the machine (`headstamp verify --anchor`),
  or a time stamp by a third party (RFC 3161), where there is one.
- What a page says of goods, vendors or places is what the page says.

WHAT WAS CHANGED BEFORE IT WAS STORED
- Pictures inside pages (data: URIs, inline SVG, CSS) were cut out and a placeholder with their size was left: Headstamp keeps text only. Where that happened
  a record gives two digests: of the page as received, and of the page as stored.
- Compressed answers were unpacked; the headers that spoke of it begin with X-Archive-Orig-. The digest of the body as transferred is in the record.
- Cookies and authorisations are replaced by keyed digests (HMAC-SHA256); they were never stored in clear.
- Records that were erased by order are not here; the ledger of the archive says under which authority.

HOW TO CHECK IT WITHOUT HEADSTAMP
1. Unzip the file. For each entry of headstamp/proof.json take `length` bytes at `at` from archive/data.warc.gz: their SHA-256 is `digest`.
2. Hash the digest's 32 bytes behind one zero byte (SHA-256), then along `path`: SHA-256 of a byte 0x01, the left hash and the right hash. The result is `root` of `manifest`.
3. Check `signature` (Ed25519) of `manifest` with headstamp/key.pub, over the manifest's JSON without spaces and with an empty signature.
4. `warcio check`, `wacz validate` and any replay tool (pywb, ReplayWeb.page) read the WARC and the WACZ.

CAPTURES
"""


def statement(proofs: Sequence[Proof], *, what: str, made: str, software: str, key: str) -> str:
    """The statement, as plain text."""
    head = HEAD.format(what=what, made=made, software=software, count=len(proofs), key=key)
    there = {proof.record.id for proof in proofs}
    return head + "\n".join(_capture(proof, there) for proof in proofs)


def _capture(proof: Proof, there: Collection[str]) -> str:
    record, link, seal = proof.record, proof.link, proof.manifest
    facts = {
        "record": f"{record.number} ({record.id})",
        "address": record.url,
        "requested": stamp(record.requested),
        "received": stamp(record.received),
        "clock": _clock(record),
        "asked": _way(record),
        "answer": _answer(record, there),
        "as received": f"{record.page.size:,} bytes, SHA-256 {record.page.sha256}",
        "as stored": f"{record.stored.size:,} bytes, SHA-256 {record.stored.sha256}",
        "pictures cut out": f"{record.pictures_cut} ({record.picture_bytes:,} bytes)",
        "authority": record.origin.authority or "not named",
        "recorded by": f"{record.origin.crawler}, profile {record.origin.profile}",
        "stands in": f"{link.segment}, offset {link.offset:,}, {link.length:,} bytes, SHA-256 {link.digest}",
        "signed in": f"manifest {seal.number} of {stamp(seal.time)}"
        if seal
        else "no manifest yet: its file was not closed when this was made",
    }
    return "".join(f"{name + ':':<18}{plain(value)}\n" for name, value in facts.items())


def _way(record: CaptureRecord) -> str:
    if record.tor:
        return f"through the SOCKS port of a tor of version {record.tor}"
    return "through a SOCKS port; which program answered there is not recorded"


def _clock(record: CaptureRecord) -> str:
    back = "; it had been set back" if record.clock_set_back else ""
    return f"{record.clock_offset_ms:+d} ms against the machine's steady clock since the crawl began{back}"


def _answer(record: CaptureRecord, there: Collection[str]) -> str:
    match record.kind:
        case Kind.REVISIT:
            source = record.source.id if record.source else ""
            kept = "which is in the file too" if source in there else "which was erased since, and the page with it"
            return f"status {record.status}; the same page as record {source}, {kept}"
        case Kind.REFUSED:
            return f"not taken: {record.refused} {record.detail}"
        case Kind.RESPONSE:
            return f"status {record.status}"

"""Tells text from files: by a content type, by the ending of an address, by the first bytes of a body."""

from pathlib import PurePosixPath
from urllib.parse import parse_qsl, urlsplit

HEAD_BYTES = 512
"""Bytes of a body that tell what it is; "ustar" of a tar archive stands farthest in, at 257."""
TEXT_TYPES = frozenset({"", "application/xhtml+xml", "application/xml", "application/json"})
FILES = """
apng avif bmp gif heic heif ico jfif jpe jpeg jpg jxl png psd svg svgz tif tiff webp
3gp avi flv m4v mkv mov mp4 mpeg mpg ogv ts webm wmv
aac flac m4a midi mp3 oga ogg opus wav wma
7z br bz2 cab dmg gz img iso jar lz lzma rar rpm tar tbz tgz txz xz z zip zst
azw3 chm djvu doc docm docx epub mobi odp ods odt pdf pps ppt pptx ps rtf xls xlsm xlsx xps
eot otf ttf woff woff2
apk bin dll elf exe msi pif scr torrent wasm
"""
"""Endings of files that are no text: pictures, video, sound, archives, documents, fonts, programs."""
ENDINGS = frozenset(FILES.split())
MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG", "PNG"),
    (0, b"GIF8", "GIF"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"\0\0\1\0", "icon"),
    (0, b"\0\0\2\0", "cursor"),
    (0, b"8BPS", "Photoshop"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\0\0\0\x0cJXL ", "JPEG XL"),
    (0, b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (4, b"ftyp", "MP4, HEIF or AVIF"),
    (4, b"moov", "QuickTime"),
    (4, b"mdat", "QuickTime"),
    (0, b"\x1aE\xdf\xa3", "Matroska or WebM"),
    (0, b"\0\0\1\xba", "MPEG"),
    (0, b"\0\0\1\xb3", "MPEG"),
    (0, b"FLV\1", "Flash video"),
    (0, b"0&\xb2u\x8ef\xcf\x11", "Windows media"),
    (0, b"OggS", "Ogg"),
    (0, b"ID3", "MP3"),
    (0, b"\xff\xfb", "MP3"),
    (0, b"fLaC", "FLAC"),
    (0, b"MThd", "MIDI"),
    (0, b"PK\3\4", "ZIP, office document or app"),
    (0, b"PK\5\6", "ZIP"),
    (0, b"PK\7\x08", "ZIP"),
    (0, b"Rar!\x1a\7", "RAR"),
    (0, b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (0, b"\x1f\x8b", "gzip"),
    (0, b"\x1f\x9d", "compress"),
    (0, b"BZh", "bzip2"),
    (0, b"\xfd7zXZ\0", "xz"),
    (0, b"(\xb5/\xfd", "Zstandard"),
    (0, b"MSCF", "cabinet"),
    (257, b"ustar", "tar"),
    (0, b"!<arch>", "ar archive"),
    (0, b"\xed\xab\xee\xdb", "RPM"),
    (0, b"%PDF-", "PDF"),
    (0, b"%!PS", "PostScript"),
    (0, b"{\\rtf", "RTF"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Office document"),
    (0, b"AT&TFORM", "DjVu"),
    (0, b"wOFF", "font"),
    (0, b"wOF2", "font"),
    (0, b"OTTO", "font"),
    (0, b"\0\1\0\0\0", "font"),
    (0, b"\x7fELF", "program"),
    (0, b"\xca\xfe\xba\xbe", "program"),
    (0, b"\0asm", "program"),
    (0, b"d8:announce", "torrent"),
)
"""Offset, bytes and name of file formats: IANA's media types, the WHATWG MIME Sniffing Standard, and file(1)'s magic.
Two letters are too few ("BM", "MZ" may begin a page's text), so that those are told below."""
RIFF = (b"WEBP", b"AVI ", b"WAVE")


def is_text_type(content_type: str) -> bool:
    """Whether a content type announces text; a missing one may."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind in TEXT_TYPES or kind.startswith("text/")


def is_file(address: str) -> bool:
    """Whether the path of an address, or a value in its query, ends as the name of a file that is no text."""
    parts = urlsplit(address)
    names = [parts.path, *(value for _, value in parse_qsl(parts.query, max_num_fields=100))]
    return any(PurePosixPath(name).suffix.lower().removeprefix(".") in ENDINGS for name in names)


def file_kind(head: bytes) -> str:
    """What file the first bytes of a body begin; "" for what may be text."""
    for offset, mark, name in MAGIC:
        if head.startswith(mark, offset):
            return name
    if head.startswith(b"RIFF") and head[8:12] in RIFF:
        return "WebP, AVI or WAV"
    if head.startswith((b"BM", b"MZ")) and b"\0" in head[:64]:
        return "bitmap or program"
    return ""

"""Tells text from files: by a content type, by the ending of an address, by the first bytes of a body."""

from pathlib import PurePosixPath
from urllib.parse import parse_qsl

HEAD_BYTES = 512
"""Bytes of a body that tell what it is; "ustar" of a tar archive stands farthest in, at 257."""
SHORT = 64
"""Bytes among which each format of `LIKE_TEXT` has a zero octet."""
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
MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG", "PNG"),
    (b"GIF8", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"\0\0\1\0", "icon"),
    (b"\0\0\2\0", "cursor"),
    (b"8BPS", "Photoshop"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"\x1aE\xdf\xa3", "Matroska or WebM"),
    (b"\0\0\1\xba", "MPEG"),
    (b"\0\0\1\xb3", "MPEG"),
    (b"FLV\1", "Flash video"),
    (b"0&\xb2u\x8ef\xcf\x11", "Windows media"),
    (b"OggS", "Ogg"),
    (b"ID3", "MP3"),
    (b"\xff\xfb", "MP3"),
    (b"\xff\xf3", "MP3"),
    (b"\xff\xf2", "MP3"),
    (b"\xff\xf1", "AAC"),
    (b"\xff\xf9", "AAC"),
    (b"fLaC", "FLAC"),
    (b"MThd", "MIDI"),
    (b"PK\3\4", "ZIP, office document or app"),
    (b"PK\5\6", "ZIP"),
    (b"PK\7\x08", "ZIP"),
    (b"Rar!\x1a\7", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"\x1f\x8b", "gzip"),
    (b"\x1f\x9d", "compress"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"(\xb5/\xfd", "Zstandard"),
    (b"MSCF", "cabinet"),
    (b"!<arch>", "ar archive"),
    (b"\xed\xab\xee\xdb", "RPM"),
    (b"%PDF-", "PDF"),
    (b"%!PS", "PostScript"),
    (b"{\\rtf", "RTF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Office document"),
    (b"AT&TFORM", "DjVu"),
    (b"wOFF", "font"),
    (b"wOF2", "font"),
    (b"OTTO", "font"),
    (b"\0\1\0\0\0", "font"),
    (b"\x7fELF", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"\0asm", "program"),
    (b"d8:announce", "torrent"),
)
"""First bytes and names of file formats: IANA's media types, the WHATWG MIME Sniffing Standard, and file(1)'s magic.
Marks that a page's text may begin with, or have in its midst, stand in `LIKE_TEXT`."""
LIKE_TEXT: tuple[tuple[int, bytes, str], ...] = (
    (0, b"BM", "bitmap"),
    (0, b"MZ", "program"),
    (4, b"ftyp", "MP4, HEIF or AVIF"),
    (4, b"moov", "QuickTime"),
    (4, b"mdat", "QuickTime"),
    (257, b"ustar", "tar"),
)
"""Offset, bytes and name of formats that are told only where a zero octet stands among the first `SHORT` bytes."""
RIFF = (b"WEBP", b"AVI ", b"WAVE")


def is_text_type(content_type: str) -> bool:
    """Whether a content type announces text; a missing one may."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind in TEXT_TYPES or kind.startswith("text/")


def is_file(address: str) -> bool:
    """Whether the path of an address, or a value in its query, ends as the name of a file that is no text."""
    path, _, query = address.partition("#")[0].partition("?")  # urlsplit raises on "//["
    names = [path, *(value for _, value in parse_qsl(query))]
    return any(PurePosixPath(name).suffix.lower().removeprefix(".") in ENDINGS for name in names)


def file_kind(head: bytes) -> str:
    """What file the first bytes of a body begin; "" for what may be text."""
    for mark, name in MAGIC:
        if head.startswith(mark):
            return name
    if head.startswith(b"RIFF") and head[8:12] in RIFF:
        return "WebP, AVI or WAV"
    binary = b"\0" in head[:SHORT]
    return next((name for offset, mark, name in LIKE_TEXT if binary and head.startswith(mark, offset)), "")

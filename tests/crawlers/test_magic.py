"""What is text and what is a file."""

import gzip
import io
import tarfile
import wave
import zipfile
import zlib

import brotli  # type: ignore[import-untyped]  # it ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.route.magic import HEAD_BYTES, file_kind, is_file, is_text_type
from crawlers.route.text_only import opened


def zipped() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.txt", "a")
    return made.getvalue()


def tarred() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.txt"))
    return made.getvalue()


def waved() -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8_000)
        sound.writeframes(bytes(10))
    return made.getvalue()


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xd8\xff\xe0\0\x10JFIF",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"RIFF\x24\0\0\0WEBPVP8 ",
        b"BM\x36\x28\0\0\0\0\0\0",
        b"\0\0\0\x18ftypmp42",
        b"\0\0\0\x1cftypavif",
        b"\x1aE\xdf\xa3\x01\0\0",
        b"OggS\0\x02",
        b"ID3\x03\0",
        b"%PDF-1.7",
        b"{\\rtf1",
        b"Rar!\x1a\7\1\0",
        b"7z\xbc\xaf\x27\x1c",
        b"MZ\x90\0\3\0",
        b"\x7fELF\2",
        b"wOF2",
        gzip.compress(b"<html>", mtime=0),
        zipped(),
        tarred(),
        waved(),
    ],
    ids=lambda body: body[:4].hex(),
)
def test_a_file_is_told_by_its_first_bytes(body: bytes) -> None:
    assert file_kind(body[:HEAD_BYTES])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!DOCTYPE html><html>",
        "\ufeff<html>".encode(),
        "<html>".encode("utf-16"),
        b"BMW parts <b>for sale</b>",
        b"MZ-80 <b>holster</b>",
        b"PK is not a file",
        b"RIFFLE <b>scope</b>",
        b"GIF <p>",
        b"<h1>moov and more",
        b"<h1>ftyp",
        b"x" * 257 + b"ustar",
        b"\n\n  <p>text",
    ],
)
def test_a_page_is_told_as_none(body: bytes) -> None:
    assert not file_kind(body)


@given(st.text())
def test_no_text_in_a_page_is_taken_for_a_file(text: str) -> None:
    assert not file_kind(("<p>" + text).encode("utf-8", "replace")[:HEAD_BYTES])


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("/images/1.jpg", True),
        ("/images/1.JPEG?size=2", True),
        ("/download?name=manual.pdf", True),
        ("/listing/a.zip", True),
        ("/listing/a.tar.gz", True),
        ("/listing/glock.17", False),
        ("/listing/4.5", False),
        ("/show.php?id=4", False),
        ("/page.html", False),
        ("/jpg", False),
        ("/pdf/", False),
        ("/", False),
    ],
)
def test_a_file_is_told_by_its_ending(address: str, file: bool) -> None:  # noqa: FBT001  # a table
    assert is_file(address) is file


@given(st.text())
def test_no_address_breaks_the_look(rest: str) -> None:
    is_file("/" + rest)


def test_an_address_of_many_values_is_looked_at() -> None:
    assert is_file("/show?" + "a=1&" * 490 + "b=1.png")


@pytest.mark.parametrize(
    ("content_type", "text"),
    [
        ("", True),
        ("text/html; charset=utf-8", True),
        ("TEXT/HTML", True),
        ("application/xhtml+xml", True),
        ("application/json", True),
        ("text/plain", True),
        ("image/png", False),
        ("image/svg+xml", False),
        ("video/mp4", False),
        ("application/pdf", False),
        ("application/octet-stream", False),
        ("font/woff2", False),
        ("multipart/mixed", False),
    ],
)
def test_text_is_told_by_its_content_type(content_type: str, text: bool) -> None:  # noqa: FBT001  # a table
    assert is_text_type(content_type) is text


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress)]
)
def test_packed_pages_are_looked_into(encoding: str, pack: object) -> None:
    assert callable(pack)
    packed = pack(b"%PDF-1.7" + bytes(range(256)) * 400)
    assert file_kind(opened(packed[:HEAD_BYTES], [encoding])) == "PDF"
    assert not file_kind(opened(pack(b"<html>" * 100)[:HEAD_BYTES], [encoding]))


@given(st.binary(max_size=600), st.lists(st.sampled_from(["gzip", "deflate", "br", "zstd", "odd", ""]), max_size=3))
def test_no_bytes_break_the_look(head: bytes, encodings: list[str]) -> None:
    file_kind(opened(head, encodings))

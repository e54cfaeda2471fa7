"""Pictures are cut out of pages, whatever the page does to keep them."""

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.pictures import cut, without_pictures

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 2)
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><g><path d='M0 0h9'/></g></svg>"


@pytest.mark.parametrize(
    "page",
    [
        b'<p>before</p><img src="data:image/png;base64,%s"><p>after</p>' % PNG,
        b"<p>before</p><img src='DATA: image/png;charset=x;base64 ,%s'><p>after</p>" % PNG,
        b"<p>before</p><img src=data:image/png;base64,%s><p>after</p>" % PNG,
        b'<p>before</p><object data="data:;base64,%s"></object><p>after</p>' % PNG,
        b'<p>before</p><embed src="data:application/pdf;base64,%s"><p>after</p>' % PNG,
        b"<p>before</p><i style='background:url(data:image/png;base64,%s)'></i><p>after</p>" % PNG,
        b'<p>before</p><style>b{background:url("data:image/png;base64,%s")}</style><p>after</p>' % PNG,
        b"<p>before</p><script>x='%s'</script><p>after</p>" % PNG,
        b'<p>before</p><img src="&#100;ata:image/png;base64,%s"><p>after</p>' % PNG,
        b'<p>before</p><svg><image href="data:image/png;base64,%s"/></svg><p>after</p>' % PNG,
        b'<p>before</p><svg><svg><image href="data:image/png;base64,%s"/></svg><path d="M0"/></svg><p>after</p>' % PNG,
        b'<p>before</p><svg><image href="data:image/png;base64,%s"/><p>after</p>' % PNG,
        b'<p>before</p><img src="data:image/png;base64,%s<p>after</p>' % PNG,
        b'<p>before</p><img src="data:image/svg+xml,%s"><p>after</p>' % SVG,
        b"<p>before</p><img srcset='data:image/png;base64,%s 1x, data:image/png;base64,%s 2x'><p>after</p>"
        % (PNG, PNG),
    ],
)
def test_a_picture_is_gone_and_the_text_is_there(page: bytes) -> None:
    found = cut(page)
    assert b"<p>before</p>" in found.body
    assert b"<p>after</p>" in found.body
    assert PNG[20:60] not in found.body
    assert b"path" not in found.body
    assert found.pieces >= 1
    assert found.size >= len(page) - len(found.body) > 0


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-32", "cp500"])
def test_no_charset_hides_a_picture(charset: str) -> None:
    page = f'<p>Größe</p><img src="data:image/png;base64,{PNG.decode()}">'.encode(charset)
    found = cut(page, f"text/html; charset={charset}")
    assert PNG[20:60] not in found.body
    assert "Größe" in found.body.decode("utf-8")
    assert found.content_type == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\x89PNG\r\n\x1a\n....", "text/html"),
        (b"<svg/>", "image/svg+xml"),
        (b"\xff\xd8\xff\xe0", ""),
        (b"text", "video/mp4"),
        (b"PK\x03\x04", "text/plain"),
    ],
)
def test_what_is_no_text_is_dropped_whole(body: bytes, content_type: str) -> None:
    found = cut(body, content_type)
    assert found.dropped
    assert (found.body, found.size) == (b"", len(body))


def test_a_page_without_pictures_stays_as_it_is() -> None:
    page = "<p>metadata: image/png, see &lt;svg&gt; and ‘url(data)’</p><img src=/p/1.png>".encode("cp1252")
    assert cut(page, "text/html; charset=windows-1252").body == page


def test_a_pgp_block_is_no_picture() -> None:
    block = b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDMEZ" + b"A" * 300 + b"\n-----END PGP PUBLIC KEY BLOCK-----"
    assert without_pictures(block) == block


def test_pictures_by_the_hundred_thousand_do_not_make_a_page_grow() -> None:
    page = b"<p>before</p>" + b"<svg><b>" * 300_000 + b"<svg/>" * 300_000 + SVG
    found = cut(page)
    assert found.body.startswith(b"<p>before</p>")
    assert len(found.body) < len(page)
    assert b"path" not in found.body
    assert without_pictures(found.body) == found.body


@given(st.lists(st.sampled_from([b"<svg", b">", b"</svg>", b"/>", b"data:image/png;base64,", PNG, b'"', b"'", b"(", b")", b"<p>", b" ", b"cut-7", b"<svg data-cut=7>"]), max_size=30))  # fmt: skip
def test_a_second_pass_changes_nothing(parts: list[bytes]) -> None:
    once = without_pictures(b"".join(parts))
    assert without_pictures(once) == once


@pytest.mark.parametrize(
    "piece",
    [b"<svg>", b"<svg ", b"</svg>", b"<svg><div>", b"data:", b"data:image/", b'"data:image/png,', b"data:;base64", b"(data:image/png,",
     b"iVBORw0KGgo", b"iVBORw0KGgo" + b"A" * 60 + b" ", b"<svg/><", b"AAAA", b"data: "],
)  # fmt: skip
def test_no_page_takes_long(piece: bytes) -> None:
    used = [_used(piece * (size // len(piece))) for size in (200_000, 1_600_000)]
    assert used[1] < 0.2 + 24 * used[0], "eight times the page takes about eight times as long"


def _used(page: bytes) -> float:
    begun = time.process_time()
    without_pictures(page)
    return time.process_time() - begun

"""Documents keep the search text that a merge does not touch, so a new way to cut text must show as a new layout."""

from pipeline.index import elastic_layout
from pipeline.records import digest
from pipeline.text import search_text

TEXTS = (
    "Quiet Mill's AK-47 & AK 47 posters, 2nd ed. (A2/A3)",
    "9mm, 9 mm, 9x19, 9 x 19mm, 7.62x39, 7,62 × 39, .45 ACP, 22-lr, .5 oz, 10 x 20 g",
    "Größe: 44; crème brûlée; Łódź; ŞEKER; ӔЛЕКТРОНИКА ёлка; ΣΊΣΥΦΟΣ",
    "G.l.o.c.k, g l o c k, GL0CK, ɢʟᴏᴄᴋ, Gl\u200bock, \u202egnihton",
    "boxes, watches, glasses, buses, knives, batteries, series, gas",
    "日本語の説明 中文说明 한국어 설명",
    "bc1qinvented0address0of0nobody, t.me/quietmill, quietmill@mail.example",
)


def test_search_text_does_not_change_without_a_new_layout() -> None:
    cut = digest("search text", *map(search_text, TEXTS))
    assert {elastic_layout.WORDING: cut} == {"": "1bc49e08199717d5a88b6d402ff2290b"}, (
        "text is cut into other words: give elastic_layout.WORDING another value, tell operators to run `reindex`, and write both here"
    )

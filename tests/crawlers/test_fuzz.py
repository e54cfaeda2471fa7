"""Spoilt pages never break extraction, the links or the gates; benchmarks/fuzz.py reads ten thousand of them."""

from pathlib import Path

import pytest

from benchmarks.fuzz import mutants, read_whole, seeds

PAGES = Path(__file__).parents[3] / "shared" / "data" / "market_html"


def test_no_spoilt_page_of_our_own_breaks_extraction() -> None:
    for spoilt in mutants(seeds(None), 240, seed=7):
        read_whole(spoilt)


@pytest.mark.data
def test_no_spoilt_page_of_a_real_market_breaks_extraction() -> None:
    if not PAGES.is_dir():
        pytest.skip("../shared/data/market_html is absent: no real page was spoilt")
    for spoilt in mutants(seeds(PAGES), 60, seed=7):
        read_whole(spoilt)

"""Names are cut in the middle to a measured width."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoal.reports.names import GAP, MISSING, fit, fit_all, text_width_pt


@given(st.text(max_size=80), st.floats(20, 200))
@settings(deadline=None, max_examples=40)
def test_fits_and_keeps_what_it_can(name: str, width_pt: float) -> None:
    short = fit(name, width_pt, 8.0)
    assert text_width_pt(short, 8.0) <= width_pt
    assert "\n" not in short


def test_keeps_both_ends() -> None:
    short = fit("tomogram_001/particles/subtomo_000123.mrc", 100.0, 8.0)
    start, end = short.split(GAP)
    assert "tomogram_001".startswith(start)
    assert end.endswith("123.mrc")


@pytest.mark.parametrize(
    ("name", "drawn"), [("a\nb", "a b"), ("蛋白", MISSING * 2), ("β-gal Å", "β-gal Å")]
)
def test_draws_what_the_font_has(name: str, drawn: str) -> None:
    assert fit(name, 200.0, 8.0) == drawn


def test_names_that_would_look_alike_are_numbered() -> None:
    names = ["start " + "x" * number + " the same end" for number in (60, 70, 80)]
    short = fit_all([*names, "other"], 90.0, 8.0)
    assert len(set(short)) == 4
    assert [text.split()[0] for text in short] == ["1", "2", "3", "other"]

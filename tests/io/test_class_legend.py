from __future__ import annotations

import pytest

from cryoal.errors import CryoalError
from cryoal.io.class_legend import class_names, legend_of, write_legend


def test_numbers_from_one_and_zero_is_none(tmp_path):
    particles = tmp_path / "p.tbl"
    assert class_names(particles, [0, 2], ["", ""]) == ["", "2"]
    assert write_legend(particles, "column 22", ["a, b", "001"]) == tmp_path / "p.classes.csv"
    assert class_names(particles, [0, 2, 1], [""] * 3) == ["", "001", "a, b"]
    with pytest.raises(CryoalError, match=r"row 7: class 3 is not in .*p\.classes\.csv"):
        class_names(particles, [3], ["row 7"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("number,class\nx,a\n", "line 2: number is 'x'"),
        ("number,class\n1,a\n1,b\n", "line 3: 1 is listed twice"),
        ("number,name\n1,a\n", "line 1: two columns"),
    ],
)
def test_bad_legends_are_refused(tmp_path, text, message):
    legend_of(tmp_path / "p.tbl").write_text(text)
    with pytest.raises(CryoalError, match=message):
        class_names(tmp_path / "p.tbl", [1], ["row 1"])

from __future__ import annotations

import pytest

from cryoal.errors import CryoalError
from cryoal.io.number_text import to_integers, to_numbers


def test_numbers_in_all_their_spellings():
    texts = ["1", "-0.0", "1e-9", "+2.5E3"]
    assert to_numbers(texts, [""] * 4, "x").tolist() == [1, 0, 1e-9, 2500]
    assert to_integers(["7", "7.0", "7e0", "-1"], [""] * 4, "x") == [7, 7, 7, -1]
    assert to_numbers([], [], "x").shape == (0,)


@pytest.mark.parametrize("text", ["", "b", "nan", "-inf", "1e999", "1_0", "1,5"])
def test_what_is_no_number_is_named_with_its_row(text):
    with pytest.raises(CryoalError, match="row 2: x is"):
        to_numbers(["1", text], ["row 1", "row 2"], "x")


@pytest.mark.parametrize("text", ["1.5", "1e300"])
def test_what_is_not_whole_is_refused(text):
    with pytest.raises(CryoalError, match=r"row 2: x is .* not a whole number"):
        to_integers(["1", text], ["row 1", "row 2"], "x")

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoal.errors import CryoalError
from cryoal.io.kept_lines import keep_lines

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\n\ufeff"), max_size=4)


@settings(max_examples=50, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=6), st.sampled_from(["", "\ufeff"]), st.data())
def test_the_other_lines_are_as_they_were(tmp_path_factory, lines, mark, data):
    path = tmp_path_factory.mktemp("lines") / "a"
    path.write_bytes((mark + "\n".join(lines)).encode())
    rows = sorted(data.draw(st.sets(st.integers(0, len(lines) - 1))))
    keep = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    keep_lines(path, path, rows, keep)
    dropped = {row for row, is_kept in zip(rows, keep, strict=True) if not is_kept}
    kept = [line for at, line in enumerate(lines) if at not in dropped]
    assert path.read_bytes().decode() == mark + "\n".join(kept)


def test_another_number_of_rows(tmp_path):
    (tmp_path / "a").write_text("x\n")
    with pytest.raises(CryoalError, match="has 1 particles, the choice is about 2"):
        keep_lines(tmp_path / "a", tmp_path / "a", [0], [True, True])

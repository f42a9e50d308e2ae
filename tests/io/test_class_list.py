"""``classes.txt``."""

from __future__ import annotations

import pytest

from cryoal.errors import CryoalError
from cryoal.io.class_list import read_class_list


def test_one_a_line(tmp_path):
    path = tmp_path / "classes.txt"
    path.write_bytes(b"\xef\xbb\xbfribosome\r\n\r\n  junk \n")
    assert read_class_list(path) == ["ribosome", "junk"]


@pytest.mark.parametrize(
    ("raw", "message"),
    [(b"a\nb\na\n", "line 3: class 'a'"), (b"\n", "names no class"), (b"\xff", "UTF-8")],
)
def test_bad_lists_are_refused(tmp_path, raw, message):
    path = tmp_path / "classes.txt"
    path.write_bytes(raw)
    with pytest.raises(CryoalError, match=message):
        read_class_list(path)

"""CSV tables as people save them."""

from __future__ import annotations

import pytest

from cryoal.errors import CryoalError
from cryoal.io.csv_table import read_csv_table, require_columns

PLAIN = "path,label\na.mrc,x\nb.mrc,\n"


@pytest.mark.parametrize(
    "raw",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.strip().encode(),
        b"Path , LABEL\n a.mrc , x\n\n,\n'b.mrc',\n".replace(b"'", b'"'),
    ],
    ids=["plain", "BOM", "CRLF", "no last newline", "blanks, quotes and empty rows"],
)
def test_habits_of_writing(tmp_path, raw):
    path = tmp_path / "labels.csv"
    path.write_bytes(raw)
    assert read_csv_table(path).columns == {"path": ["a.mrc", "b.mrc"], "label": ["x", ""]}


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"path,label\na.mrc\n", "line 2: 1 values for 2 columns"),
        (b"path,label\na.mrc,x,y\n", "line 2: 3 values for 2 columns"),
        (b"path,path\n", "named twice"),
        (b"path,label\n\xff\xfe,x\n", "is not UTF-8"),
        (b'path,label\n"a,x\n', "line 2: unexpected end"),
    ],
)
def test_bad_files_are_refused(tmp_path, raw, message):
    path = tmp_path / "labels.csv"
    path.write_bytes(raw)
    with pytest.raises(CryoalError, match=message) as caught:
        read_csv_table(path)
    assert str(path) in str(caught.value)


def test_a_missing_header_is_told_by_what_stands_there(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("a.mrc,ribosome\n")
    with pytest.raises(CryoalError, match=r"line 1: no column 'path' among a\.mrc, ribosome"):
        require_columns(path, read_csv_table(path), ["path"])

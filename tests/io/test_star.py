"""STAR tables survive as text; columns are added without touching the rest."""

from __future__ import annotations

import linecache
import string
from pathlib import Path

import pytest
import starfile
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoal.errors import CryoalError
from cryoal.io.star import append_columns, read_star

EXAMPLE = """
# version 50001

data_general

_rlnTomoSubTomosAre2DStacks   0

data_optics

loop_
_rlnOpticsGroup #1
_rlnImagePixelSize #2
1 13.5

data_particles

loop_
_rlnTomoName #1
_rlnImageName #2
_rlnScore #3
_rlnNote #4
001 a/1.mrc 1e-9 5'-cap
TS_02 a/2.mrc 0.000001 "two words"   # why
003 'it''s' NaN a#b

"""


def write(folder: Path, text: str) -> Path:
    path = folder / "particles.star"
    path.write_bytes(text.encode())
    return path


def test_values_are_the_text_of_the_file(tmp_path):
    general, optics, particles = read_star(write(tmp_path, EXAMPLE))
    assert (general.name, general.is_loop, general.rows) == ("general", False, [["0"]])
    assert optics.column("rlnImagePixelSize") == ["13.5"]
    assert particles.column("rlnTomoName") == ["001", "TS_02", "003"]
    assert particles.column("rlnScore") == ["1e-9", "0.000001", "NaN"]
    assert particles.column("rlnNote") == ["5'-cap", "two words", "a#b"]
    assert particles.lines == [21, 22, 23]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_starfile_reads_the_same_from_an_ordinary_file(tmp_path, newline):
    text = "data_\n\nloop_\n_rlnTomoName #1\n_rlnImageName #2\n001 a/1.mrc\n002 b/2.mrc\n"
    path = write(tmp_path, text.replace("\n", newline))
    (block,) = read_star(path)
    linecache.clearcache()
    (frame,) = starfile.read(
        path, always_dict=True, parse_as_string=["rlnTomoName", "rlnImageName"]
    ).values()
    assert {name: block.column(name) for name in block.columns} == frame.to_dict("list")


def test_columns_are_added_and_everything_else_kept(tmp_path):
    path = write(tmp_path, EXAMPLE)
    out = tmp_path / "out.star"
    append_columns(
        path, out, "particles", {"rlnClassNumber": [1, 2, 3], "cryoalProbability": [1e-7, 0.5, 1.0]}
    )
    lines, old = out.read_text().split("\n"), EXAMPLE.split("\n")
    assert lines[:20] == old[:20]
    assert lines[20:23] == [old[20], "_rlnClassNumber #5", "_cryoalProbability #6"]
    assert lines[23] == "001 a/1.mrc 1e-9 5'-cap  1  1e-07"
    assert lines[24] == 'TS_02 a/2.mrc 0.000001 "two words"  2  0.5   # why'
    assert lines[26:] == old[24:]


def test_an_existing_column_is_replaced_in_place(tmp_path):
    path = write(tmp_path, EXAMPLE)
    append_columns(path, path, "particles", {"rlnScore": ["x", "y z", ""]})
    particles = read_star(path)[2]
    assert particles.column("rlnScore") == ["x", "y z", ""]
    assert particles.column("rlnNote") == ["5'-cap", "two words", "a#b"]
    assert len(particles.columns) == 4
    assert path.read_text().count("\n") == EXAMPLE.count("\n")


@pytest.mark.parametrize("header", ["_rlnA #1\r\n_rlnB #2\r\n", "_rlnA\n_rlnB\n"])
def test_header_style_and_line_ends_are_kept(tmp_path, header):
    end = "\r\n" if "\r" in header else "\n"
    path = write(tmp_path, f"data_{end}loop_{end}{header}1 2{end}")
    append_columns(path, path, "", {"rlnC": [3]})
    new = f"_rlnC #3{end}" if "#" in header else f"_rlnC{end}"
    assert path.read_bytes().decode() == f"data_{end}loop_{end}{header}{new}1 2  3{end}"


def test_an_empty_table_gets_the_columns(tmp_path):
    path = write(tmp_path, "data_particles\nloop_\n_rlnA #1")
    append_columns(path, path, "particles", {"rlnB": []})
    assert path.read_text() == "data_particles\nloop_\n_rlnA #1\n_rlnB #2"


WORDS = st.text(
    st.sampled_from(string.ascii_letters + string.digits + "'\"#_;@./[],- é"), max_size=8
).filter(lambda text: '"' not in text or "'" not in text)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(WORDS, min_size=3, max_size=3), max_size=5),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
    st.data(),
)
def test_what_is_written_is_read_back(tmp_path_factory, rows, replace, end, data):
    """Any values, built up a column at a time from a table of row numbers."""
    folder = tmp_path_factory.mktemp("star")
    body = "".join(f"{at}{end}" for at in range(len(rows)))
    text = f"# top{end}data_a{end}_x 1{end}data_b{end}loop_{end}_row #1{end}{body}{end}data_c{end}"
    path = write(folder, text)
    names = ["one", "two", "three"]
    for at, name in enumerate(names):
        append_columns(path, path, "b", {name: [row[at] for row in rows]})
    if replace:
        column = data.draw(st.lists(WORDS, min_size=len(rows), max_size=len(rows)))
        append_columns(path, path, "b", {"two": column})
        rows = [[row[0], value, row[2]] for row, value in zip(rows, column, strict=True)]
    table = read_star(path)[1]
    assert table.columns == ["row", *names]
    assert table.rows == [[str(at), *row] for at, row in enumerate(rows)]
    kept = [line for line in path.read_bytes().decode().split("\n") if not line[:1].isdigit()]
    new = {f"_{name} #{at}" for at, name in enumerate(names, start=2)}
    old = [line for line in text.split("\n") if not line[:1].isdigit()]
    assert [line for line in kept if line.rstrip("\r") not in new] == old


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no data_ block"),
        ("hello\n", "line 1: text before any data_ block"),
        ("data_\nloop_\n_a\n_b\n1 2\n3", "line 6: 1 values for 2 columns of data_; cut"),
        ("data_\nloop_\n_a\n_b\n1 2 3\n", "line 5: 3 values for 2 columns"),
        ("data_\nloop_\n_a\n_a\n1 2\n", "line 4: column _a is named twice"),
        ("data_\nloop_\n_a\n1\nloop_\n_b\n", "line 5: a second table"),
        ("data_x\n_a\n", "line 2: _a needs one value"),
        ("data_x\nvalue\n", "line 2: 'value' belongs to no table"),
        ("data_x\nloop_\n_a\n;long\n", "line 4: text over several lines"),
    ],
)
def test_bad_files_are_refused_with_their_line(tmp_path, text, message):
    path = write(tmp_path, text)
    with pytest.raises(CryoalError, match=message) as caught:
        read_star(path)
    assert str(caught.value).startswith(str(path))


def test_not_utf8(tmp_path):
    path = tmp_path / "a.star"
    path.write_bytes(b"data_\xff\n")
    with pytest.raises(CryoalError, match="is not UTF-8"):
        read_star(path)


def test_absent(tmp_path):
    with pytest.raises(CryoalError, match="cannot be read"):
        read_star(tmp_path / "a.star")


@pytest.mark.parametrize(
    ("block", "columns", "message"),
    [
        ("particles", {"rlnClassNumber": [1]}, "has 3 rows, 1 values"),
        ("general", {"a": [1]}, "no table data_general"),
        ("particles", {"a": ["x\ny", "", ""]}, "line break"),
        ("particles", {"a": ["""a" b' c""", "", ""]}, "cannot be quoted"),
    ],
)
def test_what_cannot_be_appended_changes_nothing(tmp_path, block, columns, message):
    path = write(tmp_path, EXAMPLE)
    with pytest.raises(CryoalError, match=message):
        append_columns(path, path, block, columns)
    assert path.read_text() == EXAMPLE
    assert list(tmp_path.iterdir()) == [path]

"""Dynamo tables: places, orientations, names of tomograms, labels, classes written back."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from particle_lists import PARTICLES

from cryoal.errors import CryoalError
from cryoal.io.class_legend import write_legend
from cryoal.io.dynamo import write_table, write_volume_index
from cryoal.io.dynamo_particles import read_dynamo_table, write_dynamo_classes
from cryoal.io.picks import Frame


def row(**values: object) -> str:
    """42 columns, by ``cN`` the one numbered N."""
    words = ["0"] * 42
    for name, value in values.items():
        words[int(name[1:]) - 1] = str(value)
    return " ".join(words)


def write(folder: Path, *rows: str, end: str = "\n") -> Path:
    path = folder / "p.tbl"
    path.write_bytes((end.join(rows) + end).encode())
    return path


def test_the_simulators_tables_come_back(tmp_path):
    path = tmp_path / "particles.tbl"
    write_table(path, PARTICLES)
    write_volume_index(path.with_suffix(".doc"), {"t_1": "v/t_1.mrc", "t_2": "v/t_2.mrc"})
    picks = read_dynamo_table(path, label_column=22)
    assert picks.frame is Frame.VOXELS
    np.testing.assert_allclose(picks.positions, PARTICLES.picks_px + PARTICLES.shifts_px)
    assert picks.rotations is not None
    apart = (picks.rotations * PARTICLES.rotations.inv()).magnitude()
    np.testing.assert_allclose(apart, 0, atol=1e-5)
    assert list(picks.tomograms) == ["t_2", "t_1", "t_2"]
    assert list(picks.ids) == ["1", "2", "3"]
    assert list(picks.labels) == ["2", "1", "2"]
    assert picks.files["t_1"] == tmp_path / "v/t_1.mrc"
    np.testing.assert_array_equal(picks.voxel_size_A, [8, 8, 8])


def test_by_hand(tmp_path):
    """tdrot turns about z, then tilt about the new x, then narot: particle onto reference."""
    path = write(tmp_path, row(c1=7, c4=0.5, c5=-1, c7=90, c20="3.0", c24=11, c25=21, c26=31))
    picks = read_dynamo_table(path)
    np.testing.assert_allclose(picks.positions, [[10.5, 19, 30]])
    np.testing.assert_allclose(read_dynamo_table(path, first_voxel=0).positions, [[11.5, 20, 31]])
    assert list(picks.tomograms) == ["3"]
    assert picks.rotations is not None
    expected = [[0, 1, 0], [-1, 0, 0], [0, 0, 1]]
    np.testing.assert_allclose(picks.rotations.as_matrix()[0], expected, atol=1e-12)
    assert picks.labels == []
    assert picks.voxel_size_A is None
    assert read_dynamo_table(write(tmp_path, row(c20=1, c36=1))).voxel_size_A is None


@pytest.mark.parametrize("column", [22, 23, 34])
def test_labels_are_in_the_column_that_is_named(tmp_path, column):
    rows = (row(c1=at, c24=at, **{f"c{column}": at % 3}) for at in range(4))
    path = write(tmp_path, *rows)
    assert list(read_dynamo_table(path, label_column=column).labels) == ["", "1", "2", ""]
    write_legend(path, "number", ["ribosome", "a b"])
    labels = read_dynamo_table(path, label_column=column).labels
    assert list(labels) == ["", "ribosome", "a b", ""]


def test_tags_that_repeat_make_way_for_numbers(tmp_path):
    path = write(tmp_path, row(c1=1, c20=1), row(c1=1, c20=2), row(c1=1, c20=1, c24=5))
    assert list(read_dynamo_table(path).ids) == ["1/1", "2/1", "1/2"]


def test_a_volume_list(tmp_path):
    path = write(tmp_path, row(c20=1), row(c20=9))
    text = "# two\na/x.mrc\n> p.tbl\nb/y z.mrc\n* apix = 2\n* index = 9\n"
    (tmp_path / "p.vll").write_text(text)
    assert list(read_dynamo_table(path).tomograms) == ["x", "y z"]
    other = tmp_path / "other.doc"
    other.write_text("1 a/rec.mrc\n9 b/rec.mrc\n")
    assert list(read_dynamo_table(path, volumes=other).tomograms) == ["a/rec.mrc", "b/rec.mrc"]


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1, max_size=6)
BLANKS = st.sampled_from([" ", "  ", "\t", " \t "])


@settings(max_examples=50, deadline=None)
@given(st.data(), st.sampled_from([22, 23, 34]), st.sampled_from(["\n", "\r\n"]))
def test_all_but_the_class_survives_byte_for_byte(tmp_path_factory, data, column, end):
    folder = tmp_path_factory.mktemp("dynamo")
    size = data.draw(st.integers(34, 45))
    rows = data.draw(st.lists(st.lists(WORDS, min_size=size, max_size=size), max_size=4))
    rows = [["1", *words[1:]] for words in rows]
    lead = data.draw(st.sampled_from(["", " ", "\t"]))
    blank = data.draw(BLANKS)
    path = write(folder, *(lead + blank.join(words) for words in rows), end=end)
    numbers = [at + 100 for at in range(len(rows))]
    write_dynamo_classes(path, folder / "o.tbl", numbers, column)
    for words, number in zip(rows, numbers, strict=True):
        words[column - 1] = str(number)
    expected = write(folder, *(lead + blank.join(words) for words in rows), end=end)
    assert (folder / "o.tbl").read_bytes() == expected.read_bytes()


def test_200000_rows_take_seconds(tmp_path):
    path = write(tmp_path, *(row(c1=at, c20=1, c24=at, c28="1.5+2i") for at in range(200_000)))
    start = time.process_time()
    assert len(read_dynamo_table(path)) == 200_000
    write_dynamo_classes(path, path, [3] * 200_000)
    assert time.process_time() - start < 30


def test_an_empty_table(tmp_path):
    path = tmp_path / "p.tbl"
    path.write_text("")
    assert len(read_dynamo_table(path)) == 0
    write_dynamo_classes(path, path, [])
    assert path.read_bytes() == b""


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["1 2 3"], "line 1: 3 values; the 26 or more columns"),
        ([row(), row()[:-9]], "line 2: 37 values, 42 above"),
        ([row(c24="nan")], "line 1: column 24 is 'nan'"),
        ([row(c20="1.5")], "column 20, the tomogram, is '1.5', not a whole"),
        ([row(c20=1, c24=3), row(c1=2, c20=1, c24="3.0")], "line 2: tomogram, place"),
        ([row(c20=4)], r"line 1: tomogram 4 is not in .*p\.doc"),
    ],
)
def test_bad_tables_give_one_line(tmp_path, rows, message):
    path = write(tmp_path, *rows)
    if "doc" in message:
        path.with_suffix(".doc").write_text("1 a.mrc\n")
    with pytest.raises(CryoalError, match=message):
        read_dynamo_table(path)


def test_a_column_that_is_not_there(tmp_path):
    path = write(tmp_path, " ".join(["1"] * 30))
    with pytest.raises(CryoalError, match="no column 34"):
        read_dynamo_table(path, label_column=34)
    with pytest.raises(CryoalError, match="30 values; 34 columns"):
        write_dynamo_classes(path, path, [1], 34)


@pytest.mark.parametrize(
    ("text", "message"),
    [("x\n", "line 1: a number and a path"), ("1 a\n1 b\n", "line 2: number 1 is listed twice")],
)
def test_bad_lists_of_volumes(tmp_path, text, message):
    (tmp_path / "p.doc").write_text(text)
    with pytest.raises(CryoalError, match=message):
        read_dynamo_table(write(tmp_path, row(c20=1)))

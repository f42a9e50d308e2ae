"""Points in CSV files, and columns put into them without touching the rest."""

from __future__ import annotations

import csv
import io
import string
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoal.errors import CryoalError
from cryoal.io.coordinate_unit import Unit
from cryoal.io.csv_columns import put_csv_columns
from cryoal.io.csv_table import read_csv_table
from cryoal.io.picks import Frame, TomogramGeometry
from cryoal.io.point_csv import read_point_csv, write_csv_classes

GEOMETRY = TomogramGeometry((50, 60, 70), 4.0)


def write(folder: Path, text: str, name: str = "points.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_units(tmp_path):
    path = write(tmp_path, "tomogram,x,y,z,label\n001,8,4,-0.0,ribosome\na b,1e-9,2,3,\n")
    pixels, angstrom = (read_point_csv(path, unit) for unit in (Unit.PX, Unit.A))
    assert list(pixels.tomograms) == ["001", "a b"]
    assert list(pixels.ids) == ["001/1", "a b/1"]
    assert list(pixels.labels) == ["ribosome", ""]
    np.testing.assert_allclose(pixels.voxels(np.array([0]), GEOMETRY), [[8, 4, 0]])
    np.testing.assert_allclose(angstrom.voxels(np.array([0]), GEOMETRY), [[2, 1, 0]])


@pytest.mark.parametrize(
    "header", ["run_name,x,y,z,particle_type", "Experiment,X,Y,Z,Particle_Type"]
)
def test_names_that_other_programs_use(tmp_path, header):
    picks = read_point_csv(write(tmp_path, f"{header}\r\nTS_1,1,2,3,apo\r\n"), Unit.A)
    assert (picks.tomograms, picks.labels, picks.frame) == (["TS_1"], ["apo"], Frame.CORNER_A)


def test_another_label_column(tmp_path):
    path = write(tmp_path, "x,y,z,label,Truth\n1,2,3,a,b\n")
    assert read_point_csv(path, Unit.PX, "truth").labels == ["b"]
    write_csv_classes(path, path, ["c"], ["1"], "Truth")
    assert path.read_text() == "x,y,z,label,Truth,probability\n1,2,3,a,c,1\n"
    with pytest.raises(CryoalError, match="no column 'other'"):
        read_point_csv(path, Unit.PX, "other")


def test_without_tomogram_and_label(tmp_path):
    picks = read_point_csv(write(tmp_path, "\ufeffid,x,y,z\nseven,1,2,3\n"), Unit.PX)
    assert (picks.tomograms, picks.ids, picks.labels) == (["points"], ["seven"], [])


def test_the_label_is_replaced_and_the_probability_added(tmp_path):
    text = (
        '\ufefftomogram , x,y,z,"label",note\r\n'
        '"a, b",1e-9,-0.0,3,old," ""kept"" "\r\n\r\nb,1,2,3,,'
    )
    path = write(tmp_path, text)
    write_csv_classes(path, tmp_path / "o.csv", ["new, one", "x"], ["0.5", "1"])
    assert (tmp_path / "o.csv").read_bytes().decode() == (
        '\ufefftomogram , x,y,z,"label",note,probability\r\n'
        '"a, b",1e-9,-0.0,3,"new, one"," ""kept"" ",0.5\r\n\r\nb,1,2,3,x,,1'
    )
    again = tmp_path / "o.csv"
    write_csv_classes(again, again, ["y", "z"], ["0.25", "0.75"])
    assert read_csv_table(again).columns["probability"] == ["0.25", "0.75"]
    assert len(read_csv_table(again).columns) == 7


VALUES = st.text(
    st.sampled_from(string.ascii_letters + string.digits + "\"', \t\n-.é#"), max_size=6
)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.lists(VALUES, min_size=3, max_size=3), max_size=5),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.booleans(),
    st.data(),
)
def test_all_other_characters_survive(tmp_path_factory, rows, end, quoting, is_open, data):
    """The written table is the table that csv itself would have written."""
    folder = tmp_path_factory.mktemp("csv")
    rows = [[str(at), *row] for at, row in enumerate(rows)]
    new = data.draw(st.lists(VALUES, min_size=2 * len(rows), max_size=2 * len(rows)))

    def text(lines: list[list[str]]) -> str:
        buffer = io.StringIO(newline="")
        csv.writer(buffer, lineterminator=end, quoting=quoting).writerows(lines)
        return buffer.getvalue().removesuffix(end) if is_open else buffer.getvalue()

    path = write(folder, text([["n", "a", "b", "c"], *rows]))
    columns = {"b": new[: len(rows)], "d": new[len(rows) :]}
    put_csv_columns(path, folder / "o.csv", columns)
    with (folder / "o.csv").open(newline="", encoding="utf-8") as file:
        read = list(csv.reader(file))
    expected = [[*row[:2], b, row[3], d] for row, b, d in zip(rows, *columns.values(), strict=True)]
    assert read == [["n", "a", "b", "c", "d"], *expected]
    before, after = path.read_bytes().decode(), (folder / "o.csv").read_bytes().decode()
    if quoting == csv.QUOTE_ALL and rows:
        assert after.startswith(before[: before.index('"0"') - len(end)] + ",d" + end)


def test_200000_points_take_seconds(tmp_path):
    lines = "".join(f"t,{at},2,3,a\n" for at in range(200_000))
    path = write(tmp_path, "tomogram,x,y,z,label\n" + lines)
    start = time.process_time()
    assert len(read_point_csv(path, Unit.PX)) == 200_000
    write_csv_classes(path, path, ["b"] * 200_000, ["0.5"] * 200_000)
    assert time.process_time() - start < 30


def test_an_empty_table(tmp_path):
    path = write(tmp_path, "tomogram,x,y,z")
    assert len(read_point_csv(path, Unit.PX)) == 0
    write_csv_classes(path, path, [], [])
    assert path.read_text() == "tomogram,x,y,z,label,probability"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("tomogram,x,y\na,1,2\n", "no column 'z'"),
        ("tomogram,x,y,z\na,1,2,3\na,1,2,nan\n", "line 3: z is 'nan'"),
        ("tomogram,x,y,z\na,1,2\n", "line 2: 3 values for 4 columns"),
        ("tomogram,x,y,z\na,1,2,3\na,1.0,2,3\n", "line 3: tomogram, place"),
    ],
)
def test_bad_files_give_one_line(tmp_path, text, message):
    with pytest.raises(CryoalError, match=message):
        read_point_csv(write(tmp_path, text), Unit.PX)


def test_another_number_of_rows(tmp_path):
    path = write(tmp_path, "tomogram,x,y,z\na,1,2,3\n")
    with pytest.raises(CryoalError, match="has 1 rows, 2 values"):
        write_csv_classes(path, path, ["a", "b"], ["1", "1"])

"""MATLAB files as scipy writes them; nothing damaged or hostile takes the process down."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import scipy.io
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from cryoal.errors import CryoalError
from cryoal.io.mat5 import read_mat5

ROWS = np.array(
    [[(1.0, "n01440764", "tench, Tinca tinca", np.zeros((1, 0)))],
     [(2.0, "n00000002", "Zürich", np.array([[3.0, 4.0]]))],
     [(300.0, "x", "", 0.5)]],
    [("id", object), ("WNID", object), ("words", object), ("children", object)],
)  # fmt: skip
NUMBERS = st.one_of(
    npst.integer_dtypes(endianness="<"),
    npst.unsigned_integer_dtypes(endianness="<"),
    npst.floating_dtypes(endianness="<", sizes=(32, 64)),
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "meta.mat"


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    array=npst.arrays(NUMBERS, npst.array_shapes(min_dims=2, max_dims=4, max_side=4)),
    compressed=st.booleans(),
)
def test_numbers_as_scipy_wrote_them(path, array, compressed):
    scipy.io.savemat(path, {"a": "text", "values": array, "b": 1}, do_compression=compressed)
    found = read_mat5(path, ["values", "none"])
    assert list(found) == ["values"]
    np.testing.assert_array_equal(found["values"].numbers(), array)
    assert found["values"].numbers().dtype == array.dtype


@pytest.mark.parametrize(
    "value",
    [{"a": 1}, "text", 1j, np.array([1, "a"], object)],
    ids=["struct", "text", "complex", "cell"],
)
def test_no_numbers(path, value):
    scipy.io.savemat(path, {"a": value})
    with pytest.raises(CryoalError, match=r"meta\.mat: is damaged, or has no real numbers"):
        read_mat5(path, ["a"])["a"].numbers()


@pytest.mark.parametrize("compressed", [False, True])
def test_rows(path, compressed):
    variables = {"a": 1, "synsets": ROWS, "b": {"c": 2}}
    scipy.io.savemat(path, variables, do_compression=compressed)
    assert read_mat5(path, ["synsets"])["synsets"].rows() == [
        {"id": 1, "WNID": "n01440764", "words": "tench, Tinca tinca", "children": None},
        {"id": 2, "WNID": "n00000002", "words": "Zürich", "children": None},
        {"id": 300, "WNID": "x", "words": "", "children": 0.5},
    ]


def test_no_rows(path):
    scipy.io.savemat(path, {"a": 1})
    with pytest.raises(CryoalError, match=r"meta\.mat: is damaged, or has no struct array"):
        read_mat5(path, ["a"])["a"].rows()


@pytest.mark.parametrize("raw", [b"", b"<html>", bytes(200)], ids=["empty", "html", "zeros"])
def test_other_files(path, raw):
    path.write_bytes(raw)
    with pytest.raises(CryoalError, match=r"meta\.mat: is no MATLAB file of version 5"):
        read_mat5(path, ["a"])


def test_version_7_3(path):
    path.write_bytes(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM" + b"\x89HDF\r\n\x1a\n")
    with pytest.raises(CryoalError, match=r"meta\.mat: is a MATLAB file of version 7\.3"):
        read_mat5(path, ["a"])


def test_not_there(path):
    with pytest.raises(CryoalError, match=r"meta\.mat: cannot be read"):
        read_mat5(path, ["a"])


@pytest.mark.parametrize("compressed", [False, True])
def test_truncated(path, compressed):
    scipy.io.savemat(path, {"synsets": ROWS}, do_compression=compressed)
    raw = path.read_bytes()
    for size in (len(raw) - 12, len(raw) // 2, 135):
        path.write_bytes(raw[:size])
        with pytest.raises(CryoalError, match=r"meta\.mat: is damaged"):
            read_mat5(path, ["synsets"])


def test_what_unpacks_to_too_much(path, monkeypatch):
    scipy.io.savemat(path, {"a": np.zeros((1000, 1000))}, do_compression=True)
    assert read_mat5(path, ["a"])["a"].shape == (1000, 1000)
    monkeypatch.setattr("cryoal.io.mat5._LARGEST", 2**20)
    with pytest.raises(CryoalError, match=r"meta\.mat: is damaged"):
        read_mat5(path, ["a"])


def test_endless_nesting_is_no_crash(path):
    """scipy's reader ends the whole process."""
    inner = struct.pack("<IIII", 6, 8, 1, 0) + struct.pack("<IIii", 5, 8, 1, 1)
    inner += struct.pack("<II", 1, 0)
    edge = 8 + len(inner)
    heads = [struct.pack("<II", 14, edge * depth - 8) + inner for depth in range(20_000, 0, -1)]
    path.write_bytes(b"MATLAB 5.0".ljust(124) + b"\x00\x01IM" + b"".join(heads))
    with pytest.raises(CryoalError, match=r"meta\.mat: is damaged"):
        read_mat5(path, [""])[""].numbers()


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(changes=st.lists(st.tuples(st.integers(120, 900), st.integers(0, 255)), max_size=3))
def test_any_damage_is_one_line(path, changes):
    scipy.io.savemat(path, {"synsets": ROWS})
    raw = bytearray(path.read_bytes())
    for at, value in changes:
        raw[at] = value
    path.write_bytes(raw)
    try:
        for variable in read_mat5(path, ["synsets"]).values():
            assert isinstance(variable.rows(), list)
    except CryoalError as error:
        told = str(error)
        assert "meta.mat: " in told
        assert "\n" not in told

"""The MATLAB files of SVHN, whole and broken."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.io
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from image_sets import noise, write_svhn

from cryoal.errors import CryoalError
from cryoal.io.svhn import read_svhn

X = noise((32, 32, 3, 4))
Y = np.array([[10], [1], [9], [2]], np.uint8)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "train_32x32.mat"


@pytest.mark.parametrize("kind", [np.uint8, np.float64])
def test_images_and_digits(path, kind):
    scipy.io.savemat(path, {"X": X, "y": Y.astype(kind), "meta": {"a": 1}}, do_compression=True)
    images, digits = read_svhn(path)
    assert digits.tolist() == [0, 1, 9, 2]
    assert images.dtype == np.uint8
    assert images.shape == (4, 3, 32, 32)
    assert images[2, 1, 5, 7] == X[5, 7, 1, 2]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"y": Y}, "has no variable 'X'"),
        ({"X": X}, "has no variable 'y'"),
        ({"X": X.astype(float), "y": Y}, "'X' is float64 of shape"),
        ({"X": X[..., 0], "y": Y}, r"'X' is uint8 of shape \(32, 32, 3\)"),
        ({"X": X.transpose(3, 0, 1, 2), "y": Y}, r"'X' is uint8 of shape \(4, 32, 32, 3\)"),
        ({"X": X, "y": Y[:3]}, r"'y' has the shape \(3, 1\) for 4 images"),
        ({"X": X, "y": Y + 1}, "'y' holds other than 1 to 10"),
        ({"X": X, "y": Y - 1}, "'y' holds other than 1 to 10"),
        ({"X": X, "y": Y + 0.5}, "'y' holds other than 1 to 10"),
        ({"X": X, "y": Y * np.nan}, "'y' holds other than 1 to 10"),
        ({"X": X, "y": Y * 1j}, "is damaged, or has no real numbers"),
        ({"X": X, "y": {"a": 1}}, "is damaged, or has no real numbers"),
    ],
    ids=[
        "no X", "no y", "X float", "X of one image", "X in another order", "y too short", "eleven",
        "zero", "fraction", "NaN", "complex", "struct",
    ],
)  # fmt: skip
def test_other_contents(path, variables, message):
    scipy.io.savemat(path, variables)
    with pytest.raises(CryoalError, match=r"train_32x32\.mat: " + message):
        read_svhn(path)


def test_truncated(tmp_path):
    path = write_svhn(tmp_path) / "test_32x32.mat"
    raw = path.read_bytes()
    for size in (len(raw) - 1, len(raw) // 2, 130, 100):
        path.write_bytes(raw[:size])
        with pytest.raises(CryoalError, match=r"test_32x32\.mat: "):
            read_svhn(path)


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(changes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=3))
def test_any_damage_is_one_line(path, changes):
    scipy.io.savemat(path, {"y": Y, "X": X})
    raw = bytearray(path.read_bytes())
    for at, value in changes:
        raw[at] = value
    path.write_bytes(raw)
    try:
        images, digits = read_svhn(path)
        assert len(images) == len(digits)
    except CryoalError as error:
        told = str(error)
        assert "train_32x32.mat: " in told
        assert told.isprintable()

"""The development kit of ImageNet."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.io

from cryoal.errors import CryoalError
from cryoal.io.imagenet_devkit import read_ground_truth, read_synsets

FIELDS = ["ILSVRC2012_ID", "WNID", "words", "num_children"]


def write_meta(path, rows):
    kinds = [(name, object) for name in FIELDS]
    scipy.io.savemat(path, {"synsets": np.array([[row] for row in rows], kinds)})
    return path


def test_classes_are_synsets_without_children(tmp_path):
    rows = [
        (1.0, "n02119789", "kit fox, Vulpes macrotis", 0.0),
        (2.0, "n01440764", "tench", 0.0),
        (1001.0, "n00001740", "entity", 2.0),
    ]
    assert read_synsets(write_meta(tmp_path / "meta.mat", rows)) == {
        1: ("n02119789", "kit fox, Vulpes macrotis"),
        2: ("n01440764", "tench"),
    }


@pytest.mark.parametrize(
    "row",
    [
        (1.5, "n02119789", "kit fox", 0.0),
        ("1", "n02119789", "kit fox", 0.0),
        (np.nan, "n02119789", "kit fox", 0.0),
        (1.0, "../../etc", "kit fox", 0.0),
        (1.0, "n02119789", "kit\nfox", 0.0),
        (1.0, "n02119789", 7.0, 0.0),
    ],
    ids=str,
)
def test_rows_that_name_no_class(tmp_path, row):
    with pytest.raises(CryoalError, match=r"meta\.mat: a row of 'synsets' names no class"):
        read_synsets(write_meta(tmp_path / "meta.mat", [row]))


def test_ground_truth(tmp_path):
    path = tmp_path / "truth.txt"
    path.write_text("490\n361\n1\n")
    assert read_ground_truth(path) == [490, 361, 1]
    path.write_bytes(b"490\nx\n")
    with pytest.raises(CryoalError, match=r"truth\.txt: is not one number a line"):
        read_ground_truth(path)
    path.write_bytes(b"\xff\n")
    with pytest.raises(CryoalError, match=r"truth\.txt: is not one number a line"):
        read_ground_truth(path)
    path.unlink()
    with pytest.raises(CryoalError, match=r"truth\.txt: cannot be read"):
        read_ground_truth(path)

"""What is told of a pool before it is used."""

from __future__ import annotations

import numpy as np
import pytest

from cryoal.pools import open_subtomograms
from cryoal.pools.check import check_pool
from cryoal.pools.contrast_hint import contrast_hint
from cryoal.pools.summary import summarise


@pytest.fixture
def blobs(tmp_path, make_mrc):
    """Bright balls in noise."""
    z, y, x = np.indices((8, 8, 8)) - 3.5
    ball = (z**2 + y**2 + x**2 < 6).astype("f4")
    for number in range(30):
        noise = np.random.default_rng(number).normal(size=(8, 8, 8))
        make_mrc(tmp_path / "ab"[number % 2] / f"{number}.mrc", data=(ball + noise).astype("f4"))
    return tmp_path


def test_counts(blobs):
    summary = summarise(open_subtomograms(blobs))
    assert (summary.items, summary.box_px, summary.classes) == (30, 8, {"a": 15, "b": 15})
    assert (summary.unlabelled, summary.groups, summary.warnings) == (0, {}, [])


def test_contrast_is_seen_but_not_changed(blobs):
    assert contrast_hint(open_subtomograms(blobs)).contrast == "bright"
    dark = open_subtomograms(blobs, contrast="dark")
    assert summarise(dark).warnings == [
        "stated contrast is dark protein, but the centres look bright"
    ]
    assert dark.contrast == "dark"


def test_noise_gives_no_hint(class_folders):
    assert contrast_hint(open_subtomograms(class_folders)).contrast is None


def test_a_single_item_gives_no_hint(tmp_path, make_mrc):
    make_mrc(tmp_path / "a" / "1.mrc")
    hint = contrast_hint(open_subtomograms(tmp_path))
    assert (hint.contrast, hint.items) == (None, 1)


def test_warnings(tmp_path, make_mrc):
    make_mrc(tmp_path / "a" / "1.mrc", voxel_size_A=0.0)
    warnings = summarise(open_subtomograms(tmp_path)).warnings
    assert warnings == [
        "only one class (a): nothing to tell apart",
        "a single item of class a: it cannot be tested",
        "no voxel size in the files (0 or 1 A is unset): state it",
    ]


def test_unlabelled_and_empty_classes(tmp_path, make_mrc):
    make_mrc(tmp_path / "1.mrc")
    assert "no item has a label" in summarise(open_subtomograms(tmp_path)).warnings[0]
    (tmp_path / "labels.csv").write_text("path,label\n1.mrc,a\n")
    (tmp_path / "classes.txt").write_text("a\nb\n")
    assert "no item of class b" in summarise(open_subtomograms(tmp_path)).warnings


def test_check_names_every_bad_item(class_folders, make_mrc):
    pool = open_subtomograms(class_folders)
    assert check_pool(pool) == []
    make_mrc(class_folders / "a" / "t2.mrc", data=np.full((8, 8, 8), np.nan, "f4"))
    make_mrc(class_folders / "b" / "t3.mrc", data=np.zeros((8, 8, 8), "f4"))
    (class_folders / "b" / "t5.mrc").write_bytes(b"")
    seen: list[tuple[int, int]] = []
    faults = check_pool(pool, lambda done, total: seen.append((done, total)))
    assert [fault.split(": ")[0].rsplit("/", 1)[1] for fault in faults] == [
        "t2.mrc",
        "t3.mrc",
        "t5.mrc",
    ]
    assert seen == [(12, 12)]

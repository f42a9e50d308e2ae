"""What lies at a path is recognised, or it is none of the image sets."""

from __future__ import annotations

import os

import numpy as np
import pytest
from image_sets import (
    write_archive,
    write_camvid,
    write_cifar10,
    write_cifar100,
    write_cityscapes,
    write_class_folders,
    write_svhn,
)

from cryoal.errors import CryoalError
from cryoal.pools.images import SegmentationPool, open_images
from cryoal.pools.splits import split


def write_archived(folder):
    return write_archive(write_cifar10(folder), folder / "cifar-10-python.tar.gz")


def write_caltech(folder):
    return write_class_folders(folder, ["Faces_easy", "accordion"])


def write_imagenet(folder):
    write_class_folders(folder / "train", ["n01440764", "n02119789"])
    return folder


SETS = {
    "CIFAR-10": write_cifar10,
    "CIFAR-10 packed": write_archived,
    "CIFAR-100": write_cifar100,
    "SVHN": write_svhn,
    "Cityscapes": write_cityscapes,
    "CamVid": lambda folder: write_camvid(folder, ("{}/images", "{}/labels")),
    "Caltech101": write_caltech,
    "ImageNet": write_imagenet,
    "one folder of images a class": lambda folder: write_class_folders(folder, ["a", "b"]),
}


@pytest.mark.parametrize("kind", SETS)
def test_every_set_is_recognised_and_whole(tmp_path, kind):
    pool = open_images(SETS[kind](tmp_path))
    assert pool.kind == kind.removesuffix(" packed")
    assert isinstance(pool, SegmentationPool) == (kind in ("Cityscapes", "CamVid"))
    count = len(pool)
    assert count == len(set(pool.ids)) == len(pool.labels)
    assert pool.labels.max() < len(pool.classes)
    assert len(set(pool.classes)) == len(pool.classes)
    assert pool.official_test is None or pool.official_test.shape == (count,)
    assert pool.groups is None or pool.groups.shape == (count,)
    assert len(pool.item_shape) == 3
    items = pool.read(np.arange(count))
    assert items.shape == (count, *pool.item_shape)
    assert items.min() >= 0
    assert items.max() <= 255
    assert pool.normalise(items).abs().max() < 4
    assert pool.pictures(items[:1]).shape == (1, *pool.item_shape[1:], 3)
    assert all(name.isprintable() for name in [*pool.warnings, *pool.ids, *pool.classes])


def test_the_official_test_part_is_the_test_part(tmp_path):
    pool = open_images(write_cifar10(tmp_path))
    parts = split(pool, 0.5, 0.2, seed=0)
    assert parts.test.tolist() == np.flatnonzero(pool.official_test).tolist()


@pytest.mark.parametrize("kind", ["CIFAR-10", "SVHN", "Cityscapes", "CamVid"])
def test_a_size_for_images_of_one_size(tmp_path, kind):
    with pytest.raises(CryoalError, match=f"the images of {kind} are read as they are"):
        open_images(SETS[kind](tmp_path), 64)


@pytest.mark.parametrize("kind", ["Caltech101", "ImageNet", "one folder of images a class"])
def test_a_size_for_the_others(tmp_path, kind):
    assert open_images(SETS[kind](tmp_path), 20).item_shape == (3, 20, 20)


@pytest.mark.parametrize("size_px", [0, -1, 5000])
def test_sizes_that_cannot_be(tmp_path, size_px):
    with pytest.raises(CryoalError, match=rf"image size of {size_px} px: give 1 to 4096"):
        open_images(tmp_path, size_px)


def test_what_is_no_image_set(tmp_path, make_mrc):
    make_mrc(tmp_path / "pool" / "a" / "t.mrc")
    (tmp_path / "notes.txt").write_text("x")
    for place in ("pool", "pool/a", "pool/a/t.mrc", "notes.txt", "none", "."):
        assert open_images(tmp_path / place) is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read(tmp_path):
    folder = write_class_folders(tmp_path, ["a", "b"]) / "b"
    folder.chmod(0)
    try:
        with pytest.raises(CryoalError, match=r"/b: cannot be read \(Permission denied\)"):
            open_images(tmp_path)
    finally:
        folder.chmod(0o700)


def test_a_file_that_goes_away_meanwhile(tmp_path, monkeypatch):
    def gone(*_args):
        raise FileNotFoundError(2, "No such file or directory", str(tmp_path / "a"))

    write_class_folders(tmp_path, ["a", "b"])
    monkeypatch.setattr("os.scandir", gone)
    with pytest.raises(CryoalError, match=r"/a: cannot be read \(No such file"):
        open_images(tmp_path)

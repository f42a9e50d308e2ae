"""ImageNet as it is unpacked."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.io
from image_sets import noise, write_class_folders, write_image

from cryoal.errors import CryoalError
from cryoal.pools.images.imagenet import open_imagenet

WNIDS = ["n02119789", "n01440764"]


@pytest.fixture
def folder(tmp_path):
    """Two classes of three training images."""
    write_class_folders(tmp_path / "train", WNIDS, shape=(40, 50, 3), suffix=".JPEG")
    return tmp_path


def add_validation(folder, count=3):
    for number in range(1, count + 1):
        write_image(folder / "val" / f"ILSVRC2012_val_{number:08d}.JPEG", noise((50, 40)))


def add_devkit(folder, truth="2\n1\n1\n"):
    kit = folder / "ILSVRC2012_devkit_t12" / "data"
    kit.mkdir(parents=True)
    rows = [
        (1.0, "n02119789", "kit fox, Vulpes macrotis", 0.0),
        (2.0, "n01440764", "tench, Tinca tinca", 0.0),
        (3.0, "n00001740", "entity", 2.0),
    ]
    names = ("ILSVRC2012_ID", "WNID", "words", "num_children")
    synsets = np.array([[row] for row in rows], [(name, object) for name in names])
    scipy.io.savemat(kit / "meta.mat", {"synsets": synsets}, do_compression=True)
    (kit / "ILSVRC2012_validation_ground_truth.txt").write_text(truth)


def test_validation_images_by_the_development_kit(folder):
    add_validation(folder)
    add_devkit(folder)
    pool = open_imagenet(folder, None)
    assert pool.kind == "ImageNet"
    assert pool.classes == ["n01440764 tench, Tinca tinca", "n02119789 kit fox, Vulpes macrotis"]
    assert pool.labels.tolist() == [0, 0, 0, 1, 1, 1, 0, 1, 1]
    assert pool.official_test.tolist() == [False] * 6 + [True] * 3
    assert pool.ids[0] == "train/n01440764/0.JPEG"
    assert pool.ids[-1] == "val/ILSVRC2012_val_00000003.JPEG"
    assert pool.item_shape == (3, 224, 224)
    assert pool.read([0, 8]).shape == (2, 3, 224, 224)
    assert pool.warnings[0].startswith("9 images, but the official ImageNet has 1331167")


def test_validation_images_by_folder(folder):
    write_class_folders(folder / "val", WNIDS, count=1, suffix=".JPEG")
    pool = open_imagenet(folder, 64)
    assert pool.classes == sorted(WNIDS)
    assert pool.official_test.tolist() == [False] * 6 + [True] * 2
    assert pool.item_shape == (3, 64, 64)


def test_training_images_alone(folder):
    pool = open_imagenet(folder, None)
    assert pool.official_test is None
    assert len(pool) == 6


def test_no_image_is_opened(folder):
    (folder / "train" / WNIDS[0] / "0.JPEG").write_bytes(b"x")
    pool = open_imagenet(folder, None)
    with pytest.raises(CryoalError, match=r"n02119789/0\.JPEG: is no image"):
        pool.read([3])


def test_validation_images_without_labels(folder):
    add_validation(folder)
    with pytest.raises(
        CryoalError, match=r"need ILSVRC2012_devkit_t12 beside train and val"
    ) as told:
        open_imagenet(folder, None)
    assert "fa75699e90414af021442c21a62c3abf" in str(told.value)


@pytest.mark.parametrize(
    "truth", ["2\n1\n", "2\n1\n3\n", "2\n1\n0\n"], ids=["short", "entity", "0"]
)
def test_ground_truth_that_does_not_fit(folder, truth):
    add_validation(folder)
    add_devkit(folder, truth)
    with pytest.raises(
        CryoalError, match=r"val_00000003\.JPEG: the development kit .* does not label"
    ):
        open_imagenet(folder, None)


def test_a_validation_image_of_another_name(folder):
    add_validation(folder)
    add_devkit(folder)
    write_image(folder / "val" / "holiday.JPEG", noise((50, 40)))
    with pytest.raises(
        CryoalError, match=r"val/holiday\.JPEG: the development kit .* does not label"
    ):
        open_imagenet(folder, None)


def test_a_damaged_development_kit(folder):
    add_validation(folder)
    add_devkit(folder)
    meta = folder / "ILSVRC2012_devkit_t12" / "data" / "meta.mat"
    meta.write_bytes(meta.read_bytes()[:200])
    with pytest.raises(CryoalError, match=r"meta\.mat: is damaged"):
        open_imagenet(folder, None)


def test_other_folders(tmp_path):
    write_class_folders(tmp_path / "train", ["dog", "n02119789"])
    assert open_imagenet(tmp_path, None) is None
    assert open_imagenet(tmp_path / "train", None) is None
    (tmp_path / "empty" / "train").mkdir(parents=True)
    assert open_imagenet(tmp_path / "empty", None) is None

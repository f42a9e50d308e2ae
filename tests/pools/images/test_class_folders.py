"""Class folders of images, with and without parts; Caltech101."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from image_sets import noise, write_class_folders, write_image
from PIL import Image

from cryoal.errors import CryoalError
from cryoal.pools.images.class_folders import open_caltech101, open_class_folders


def test_images_of_one_size_are_taken_as_they_are(tmp_path):
    pool = open_class_folders(write_class_folders(tmp_path, ["dog", "cat"]), None)
    assert pool.kind == "one folder of images a class"
    assert pool.classes == ["cat", "dog"]
    assert pool.ids == [f"{name}/{row}.png" for name in ("cat", "dog") for row in range(3)]
    assert pool.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert pool.item_shape == (3, 6, 8)
    assert pool.official_test is None
    assert pool.groups is None
    assert pool.warnings == []
    expected = torch.from_numpy(noise((6, 8, 3), 2)).permute(2, 0, 1).float()
    torch.testing.assert_close(pool.read([5])[0], expected)


def test_levels_of_imagenet(tmp_path):
    pool = open_class_folders(write_class_folders(tmp_path, ["dog", "cat"]), None)
    white = pool.normalise(torch.full((1, 3, 1, 1), 255.0)).flatten().tolist()
    assert white == pytest.approx([0.515 / 0.229, 0.544 / 0.224, 0.594 / 0.225])


def test_images_of_varying_sizes_are_resized(tmp_path):
    write_class_folders(tmp_path, ["dog"], shape=(40, 60, 3))
    write_class_folders(tmp_path, ["cat"], shape=(50, 30))
    pool = open_class_folders(tmp_path, None)
    assert pool.item_shape == (3, 224, 224)
    assert pool.read([0, 5]).shape == (2, 3, 224, 224)
    assert pool.warnings == [
        "images of varying sizes (30 x 50 px, but dog/0.png not) are cut to squares and resized "
        "to 224 px"
    ]
    small = open_class_folders(tmp_path, 16)
    assert small.item_shape == (3, 16, 16)
    assert small.warnings == []
    assert small.fingerprint != pool.fingerprint


def test_a_wanted_size_is_kept_to(tmp_path):
    pool = open_class_folders(write_class_folders(tmp_path, ["dog", "cat"]), 12)
    assert pool.read([1]).shape == (1, 3, 12, 12)


@pytest.mark.parametrize(
    ("parts", "held_out"),
    [
        (["train", "test"], "test"),
        (["train", "val"], "val"),
        (["train", "val", "test"], "test"),
        (["train"], None),
    ],
    ids=["test", "val", "both", "none"],
)
def test_parts(tmp_path, parts, held_out):
    for part in parts:
        write_class_folders(tmp_path / part, ["dog", "cat"], count=2)
    pool = open_class_folders(tmp_path, None)
    assert len(pool) == 4 * len(parts)
    assert pool.classes == ["cat", "dog"]
    if held_out is None:
        assert pool.official_test is None
    else:
        assert pool.official_test.tolist() == [name.startswith(held_out) for name in pool.ids]
        assert pool.official_test.sum() == 4
    warned = any("val counts as part of the training images" in w for w in pool.warnings)
    assert warned == (len(parts) == 3)


def test_a_class_of_that_name(tmp_path):
    """A folder 'train' with images in it is a class of vehicles."""
    pool = open_class_folders(write_class_folders(tmp_path, ["train", "test", "car"]), None)
    assert pool.classes == ["car", "test", "train"]
    assert pool.official_test is None


def test_a_class_that_one_part_lacks(tmp_path):
    write_class_folders(tmp_path / "train", ["dog", "cat"])
    write_class_folders(tmp_path / "test", ["eel", "cat"])
    pool = open_class_folders(tmp_path, None)
    assert pool.classes == ["cat", "dog", "eel"]
    assert pool.labels.tolist() == [0] * 3 + [1] * 3 + [0] * 3 + [2] * 3


def test_what_is_no_image_is_passed_over(tmp_path):
    write_class_folders(tmp_path, ["dog", "cat"])
    (tmp_path / "notes").mkdir()
    (tmp_path / ".cache").mkdir()
    for name in ("dog/Thumbs.db", "dog/._0.png", "notes/a.txt", "readme.txt", ".cache/a.png"):
        (tmp_path / name).write_bytes(b"x")
    pool = open_class_folders(tmp_path, None)
    assert len(pool) == 6
    assert pool.classes == ["cat", "dog"]
    assert pool.warnings == ["folder notes holds no images and is left out"]


def test_subtomograms_with_pictures_of_them(tmp_path, make_mrc):
    for place in (
        "pool/a/t.mrc",
        "flat/t.mrc",
        "inner/a/subtomogram_mrc/t.mrc",
        "v/SNR005/a/t.mrc",
    ):
        make_mrc(tmp_path / place)
    for place in ("pool/a", "flat/pictures", "inner/a", "v/pictures"):
        write_image(tmp_path / place / "t.png", noise((8, 8)))
        assert open_class_folders(tmp_path / place.split("/")[0], None) is None


def test_other_places(tmp_path):
    assert open_class_folders(tmp_path, None) is None
    assert open_class_folders(tmp_path / "none", None) is None
    path = write_image(tmp_path / "a.png", noise((4, 4)))
    assert open_class_folders(path, None) is None
    assert open_class_folders(tmp_path, None) is None


def test_a_broken_image_is_named_when_the_pool_is_opened(tmp_path):
    write_class_folders(tmp_path, ["dog", "cat"])
    (tmp_path / "dog" / "1.png").write_bytes(b"x")
    with pytest.raises(CryoalError, match=r"dog/1\.png: is no image"):
        open_class_folders(tmp_path, None)


def test_names_that_cannot_be_told(tmp_path):
    write_class_folders(tmp_path, ["dog", "cat"])
    (tmp_path / "dog" / "a\nb.png").write_bytes(b"x")
    with pytest.raises(CryoalError, match=r"the name 'a\\nb\.png' cannot be printed"):
        open_class_folders(tmp_path, None)


def test_links_to_nothing(tmp_path):
    write_class_folders(tmp_path, ["dog", "cat"])
    (tmp_path / "dog" / "a.png").symlink_to(tmp_path / "annex")
    with pytest.raises(CryoalError, match=r"dog/a\.png: leads to no file"):
        open_class_folders(tmp_path, None)


def write_caltech(folder):
    classes = ["Faces_easy", "accordion", "Faces", "BACKGROUND_Google"]
    write_class_folders(folder, classes, count=2, shape=(30, 40, 3), suffix=".jpg")
    write_image(folder / "accordion" / "grey.jpg", noise((50, 20)))
    return folder


def test_caltech101(tmp_path):
    folder = write_caltech(tmp_path / "caltech-101" / "101_ObjectCategories")
    pool = open_caltech101(folder, None)
    assert pool.kind == "Caltech101"
    assert pool.classes == ["Faces", "Faces_easy", "accordion"]
    assert len(pool) == 7
    assert pool.item_shape == (3, 224, 224)
    assert pool.official_test is None
    assert pool.read(range(7)).shape == (7, 3, 224, 224)
    assert pool.warnings[0].startswith("7 images, but the official Caltech101 has 8677")
    parent = open_caltech101(folder.parent, 32)
    assert parent.ids == pool.ids
    assert parent.source == folder
    assert parent.item_shape == (3, 32, 32)


def test_other_folders_are_no_caltech101(tmp_path):
    assert open_caltech101(write_class_folders(tmp_path, ["dog", "cat"]), None) is None
    assert open_caltech101(tmp_path / "none", None) is None


def test_orientation_counts_for_the_size(tmp_path):
    """A photograph taken sideways has the size that it is shown at."""
    write_class_folders(tmp_path, ["dog"], shape=(16, 8, 3), suffix=".jpg")
    exif = Image.Exif()
    exif[274] = 6
    write_image(tmp_path / "cat" / "0.jpg", noise((8, 16, 3)), exif=exif)
    pool = open_class_folders(tmp_path, None)
    assert pool.item_shape == (3, 16, 8)
    assert np.isfinite(pool.read(range(4)).numpy()).all()

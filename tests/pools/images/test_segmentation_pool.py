"""Images with label images: Cityscapes, CamVid, and what both share."""

from __future__ import annotations

import os
import pickle

import numpy as np
import pytest
import torch
from image_sets import noise, write_camvid, write_cityscapes, write_image
from PIL import Image

from cryoal.errors import CryoalError
from cryoal.pools.images.camvid import open_camvid
from cryoal.pools.images.cityscapes import open_cityscapes

LAYOUTS = [("{}/images", "{}/labels"), ("{}", "{}annot")]
BOCHUM = "train/bochum/bochum_000000_000019"


@pytest.fixture
def cityscapes(tmp_path):
    return write_cityscapes(tmp_path)


def mask_of(folder):
    return folder / "gtFine" / f"{BOCHUM}_gtFine_labelIds.png"


def test_cityscapes(cityscapes):
    pool = open_cityscapes(cityscapes)
    assert pool.kind == "Cityscapes"
    assert pool.outputs[:3] == ["road", "sidewalk", "building"]
    assert pool.outputs[-1] == "bicycle"
    assert len(pool.outputs) == 19
    assert pool.ids == [
        "leftImg8bit/train/aachen/aachen_000000_000019_leftImg8bit.png",
        "leftImg8bit/train/bochum/bochum_000000_000019_leftImg8bit.png",
        "leftImg8bit/val/lindau/lindau_000000_000019_leftImg8bit.png",
    ]
    assert pool.groups.tolist() == ["aachen", "bochum", "lindau"]
    assert pool.official_test.tolist() == [False, False, True]
    assert pool.labels.tolist() == [0, 0, 0]
    assert pool.has_mask.tolist() == [True, True, True]
    assert pool.item_shape == (3, 8, 16)
    assert pool.warnings[0].startswith("3 images, but the official Cityscapes has 3475")
    expected = torch.from_numpy(noise((8, 16, 3), 1)).permute(2, 0, 1).float()
    torch.testing.assert_close(pool.read([1])[0], expected)


def test_cityscapes_has_19_classes_and_void(cityscapes):
    """The official table: of the ids 0 to 33, those that are evaluated, in their order."""
    evaluated = [7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33]
    write_image(mask_of(cityscapes), (np.arange(128) % 34).reshape(8, 16).astype(np.uint8))
    found = open_cityscapes(cityscapes).masks([1])
    assert found.dtype == torch.int64
    assert found.shape == (1, 8, 16)
    expected = [evaluated.index(at % 34) if at % 34 in evaluated else -1 for at in range(128)]
    assert found.flatten().tolist() == expected


def test_a_missing_mask(cityscapes):
    mask_of(cityscapes).unlink()
    pool = open_cityscapes(cityscapes)
    assert pool.has_mask.tolist() == [True, False, True]
    assert pool.labels.tolist() == [0, -1, 0]
    assert pool.masks([0, 2]).shape == (2, 8, 16)
    with pytest.raises(
        CryoalError, match=r"bochum_000000_000019_leftImg8bit\.png: has no label image"
    ):
        pool.masks([0, 1])


def test_annotations_are_missing(cityscapes):
    (cityscapes / "gtFine").rename(cityscapes / "other")
    with pytest.raises(
        CryoalError, match=r"gtFine is missing; unpack gtFine_trainvaltest\.zip"
    ) as told:
        open_cityscapes(cityscapes)
    assert "252567705 bytes, MD5 4237c19de34c8a376e9ba46b495d6f66" in str(told.value)


def test_no_images(tmp_path):
    (tmp_path / "leftImg8bit" / "train").mkdir(parents=True)
    (tmp_path / "gtFine").mkdir()
    with pytest.raises(CryoalError, match=r"holds no images of train or val; unpack leftImg8bit"):
        open_cityscapes(tmp_path)


@pytest.mark.parametrize("layout", LAYOUTS, ids=["images and labels", "SegNet"])
def test_camvid(tmp_path, layout):
    pool = open_camvid(write_camvid(tmp_path, layout))
    assert pool.kind == "CamVid"
    assert len(pool.outputs) == 11
    assert pool.outputs[0] == "sky"
    assert pool.outputs[3] == "road"
    assert pool.ids[0] == layout[0].format("train") + "/train_0.png"
    assert pool.official_test.tolist() == [False] * 4 + [True] * 2
    assert pool.groups is None
    assert pool.has_mask.all()
    assert pool.warnings == ["val counts as part of the training images"]
    values = noise((6, 8), 121).astype(int) % 12
    assert pool.masks([5])[0].tolist() == np.where(values == 11, -1, values).tolist()


def test_camvid_in_part(tmp_path):
    write_camvid(tmp_path, LAYOUTS[0])
    for folder in ("val/images", "test/labels"):
        for path in (tmp_path / folder).iterdir():
            path.unlink()
        (tmp_path / folder).rmdir()
    pool = open_camvid(tmp_path)
    assert pool.official_test.tolist() == [False, False, True, True]
    assert pool.has_mask.tolist() == [True, True, False, False]
    assert pool.warnings == []


def test_a_mask_of_another_size(cityscapes):
    write_image(mask_of(cityscapes), noise((8, 15)))
    with pytest.raises(
        CryoalError, match=r"bochum_.*labelIds\.png: has 15 x 8 px, but the images have 16 x 8"
    ):
        open_cityscapes(cityscapes)


def test_an_image_of_another_size(cityscapes):
    write_image(cityscapes / "leftImg8bit" / f"{BOCHUM}_leftImg8bit.png", noise((8, 15, 3)))
    with pytest.raises(CryoalError, match=r"bochum_.*leftImg8bit\.png: is not of 16 x 8 px"):
        open_cityscapes(cityscapes)


def test_a_mask_that_changed_its_size(cityscapes):
    pool = open_cityscapes(cityscapes)
    write_image(mask_of(cityscapes), noise((8, 15)))
    with pytest.raises(CryoalError, match=r"bochum_.*labelIds\.png: has 15 x 8 px"):
        pool.masks([1])


@pytest.mark.parametrize("value", [34, 255])
def test_values_that_the_data_set_does_not_have(cityscapes, value):
    values = np.zeros((8, 16), np.uint8)
    values[3, 5] = value
    write_image(mask_of(cityscapes), values)
    pool = open_cityscapes(cityscapes)
    with pytest.raises(CryoalError, match=rf"bochum_.*: holds the value {value}, which Cityscapes"):
        pool.masks([1])


def test_values_of_16_bits(cityscapes):
    Image.fromarray(np.full((8, 16), 40_000, np.uint16)).save(mask_of(cityscapes))
    pool = open_cityscapes(cityscapes)
    with pytest.raises(CryoalError, match=r"holds the value 40000"):
        pool.masks([1])


def test_a_mask_of_colours(cityscapes):
    write_image(mask_of(cityscapes), noise((8, 16, 3)))
    pool = open_cityscapes(cityscapes)
    with pytest.raises(CryoalError, match=r"labelIds\.png: has colours"):
        pool.masks([1])


def test_crops_are_windows_of_image_and_mask_alike(cityscapes):
    pool = open_cityscapes(cityscapes)
    order = [2, 0, 0, 1] * 8
    images, classes = pool.crops(order, 5, torch.Generator().manual_seed(3))
    assert images.shape == (32, 3, 5, 5)
    assert classes.shape == (32, 5, 5)
    whole, masks = pool.read(order), pool.masks(order)
    corners = set()
    for row in range(32):
        # Noise is alike in no two windows.
        (corner,) = [
            (top, left)
            for top in range(4)
            for left in range(12)
            if torch.equal(whole[row, :, top : top + 5, left : left + 5], images[row])
        ]
        top, left = corner
        assert torch.equal(masks[row, top : top + 5, left : left + 5], classes[row])
        corners.add(corner)
    assert {top for top, _ in corners} == set(range(4))
    assert {left for _, left in corners} >= {0, 11}


def test_crops_are_drawn_from_the_generator(cityscapes):
    pool = open_cityscapes(cityscapes)
    first, again, other = (
        pool.crops([0, 1, 2], 5, torch.Generator().manual_seed(seed))[0] for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_largest_crop(cityscapes):
    pool = open_cityscapes(cityscapes)
    images, _ = pool.crops([0], 8, torch.Generator().manual_seed(0))
    assert images.shape == (1, 3, 8, 8)
    for crop_px in (0, 9):
        with pytest.raises(
            CryoalError, match=rf"crops of {crop_px} px do not fit images of 16 x 8 px"
        ):
            pool.crops([0], crop_px, torch.Generator())


def test_fingerprints(cityscapes):
    pool = open_cityscapes(cityscapes)
    state = mask_of(cityscapes).stat()
    os.utime(mask_of(cityscapes), ns=(state.st_atime_ns, state.st_mtime_ns + 10**9))
    relabelled = open_cityscapes(cityscapes)
    assert relabelled.fingerprint == pool.fingerprint
    assert relabelled.label_fingerprint != pool.label_fingerprint
    mask_of(cityscapes).unlink()
    without = open_cityscapes(cityscapes)
    assert without.fingerprint == pool.fingerprint
    assert without.label_fingerprint not in (pool.label_fingerprint, relabelled.label_fingerprint)


def test_travels_to_another_process(cityscapes):
    pool = open_cityscapes(cityscapes)
    assert torch.equal(pickle.loads(pickle.dumps(pool)).masks([1]), pool.masks([1]))


def test_other_folders(tmp_path):
    assert open_cityscapes(tmp_path) is None
    assert open_camvid(tmp_path) is None
    (tmp_path / "train").mkdir()
    assert open_camvid(tmp_path) is None


def test_real_scenes(data_folder):
    path = data_folder / "camvid-small"
    if not path.is_dir():
        pytest.skip(f"no CamVid in {data_folder}")
    pool = open_camvid(path)
    assert len(pool) == 220
    assert pool.official_test.sum() == 60
    assert pool.has_mask.all()
    chosen = np.arange(0, 220, 11)
    masks = pool.masks(chosen)
    assert set(masks.unique().tolist()) <= set(range(-1, 11))
    # The sky is above and bright, the road below and dark.
    height = torch.arange(masks.shape[1])[None, :, None].expand_as(masks).float()
    images = pool.read(chosen).mean(1)
    sky, road = (masks == pool.outputs.index(name) for name in ("sky", "road"))
    assert height[sky].mean() < 60
    assert height[road].mean() > 120
    assert images[sky].mean() > 2 * images[road].mean()

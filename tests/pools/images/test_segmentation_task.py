"""What a segmentation pool is to the loop."""

from __future__ import annotations

import numpy as np
import pytest
from image_sets import write_image
from scenes import open_scenes, write_scenes

from cryoal.augmentation_settings import AugmentationSettings
from cryoal.errors import CryoalError
from cryoal.pools.check import check_pool
from cryoal.pools.images.segmentation_pool import SegmentationPool


@pytest.fixture
def scenes(tmp_path) -> SegmentationPool:
    return open_scenes(write_scenes(tmp_path))


def test_the_answer_to_a_query_is_a_mask(scenes) -> None:
    assert scenes.task == "segmentation"
    assert scenes.classes == ["labelled"]
    assert scenes.labels.tolist() == [0] * 11
    assert scenes.outputs[:3] == ["sky", "building", "pole"]


def test_a_bad_mask_is_found_before_a_run(scenes) -> None:
    assert check_pool(scenes) == []
    bad = np.full((32, 40), 12, np.uint8)
    write_image(scenes.source / "train" / "labels" / "3.png", bad)
    (fault,) = check_pool(scenes)
    assert "train/labels/3.png: holds the value 12" in fault


def test_only_large_images_are_shown_in_windows(scenes, monkeypatch) -> None:
    assert scenes.recipe["augmentation"]["crop_px"] is None
    monkeypatch.setattr(scenes, "item_shape", (3, 1024, 2048))
    assert scenes.recipe["augmentation"]["crop_px"] == 688
    assert scenes.most_at_once == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rotations": "none", "crop_px": 33}, "crops of 33 px do not fit images of 40 x 32 px"),
        ({"rotations": "any"}, "images are not turned"),
    ],
)
def test_views_that_it_does_not_have(scenes, settings, message) -> None:
    with pytest.raises(CryoalError, match=message):
        scenes.augmentation(AugmentationSettings(**settings))

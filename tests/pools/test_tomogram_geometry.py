"""Objects at known places and angles come out in the middle of their boxes, the right way round."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hand_made_picks import picks_of
from tripods import (
    PLACES_PX,
    ROTATIONS,
    SIZE_PX,
    UNBINNED_A,
    VOXEL_A,
    fit,
    write_tripods,
)

from cryoal.io.picks import Frame, Picks
from cryoal.pools.tomogram_boxes import BoxChoice, boxes_in_tomograms
from cryoal.pools.tomogram_pool import TomogramPool

BINNING = VOXEL_A / UNBINNED_A
# By the formulas of the programs that write such files, not by the code that reads them.
POSITIONS = {
    Frame.VOXELS: PLACES_PX,
    Frame.CORNER_A: PLACES_PX * VOXEL_A,
    Frame.CENTRED_A: (PLACES_PX - np.array(SIZE_PX) / 2) * VOXEL_A,
    Frame.UNBINNED_PX: PLACES_PX * BINNING,
    Frame.CENTRED_UNBINNED_PX: (PLACES_PX - np.array([30, 26, 23])) * BINNING,
}


@pytest.fixture(scope="module")
def tomogram(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tripods(tmp_path_factory.mktemp("tomograms") / "T.mrc")


def pool_of(tomogram: Path, frame: Frame, box: str, voxel_A: float = VOXEL_A) -> TomogramPool:
    picks: Picks = picks_of(
        ["T"] * 4,
        POSITIONS[frame],
        frame,
        unbinned_A=np.full(4, UNBINNED_A),
        rotations=ROTATIONS,
    )
    return boxes_in_tomograms(picks, tomogram, BoxChoice(box, voxel_A, "error", "bright"))


@pytest.mark.parametrize("frame", list(Frame))
@pytest.mark.parametrize("box_px", [20, 21])
def test_every_frame_gives_the_same_boxes_to_half_a_voxel(tomogram, frame, box_px):
    pool = pool_of(tomogram, frame, str(box_px))
    assert pool.item_shape == (1, box_px, box_px, box_px)
    boxes = pool.read(range(4))[:, 0].numpy()
    expected = pool_of(tomogram, Frame.VOXELS, str(box_px)).read(range(4))[:, 0].numpy()
    np.testing.assert_array_equal(boxes, expected)
    assert pool.places.positions_A == pytest.approx(PLACES_PX * VOXEL_A)
    if frame is Frame.VOXELS:
        for box, turn in zip(boxes, pool.origin.rotations, strict=True):
            off_px, likeness = fit(box, turn)
            assert off_px < 0.51
            assert likeness > 0.99


@pytest.mark.parametrize("box_px", [16, 17])
@pytest.mark.parametrize("voxel_A", [6.5, 10.0])
def test_other_voxels_put_the_object_in_the_middle_exactly(tomogram, box_px, voxel_A):
    box_px += 8 if voxel_A < VOXEL_A else 0
    pool = pool_of(tomogram, Frame.CENTRED_A, str(box_px), voxel_A)
    for box, turn in zip(pool.read(range(4))[:, 0].numpy(), ROTATIONS, strict=True):
        off_px, likeness = fit(box, turn, voxel_A / VOXEL_A)
        assert off_px < 0.03
        assert likeness > 0.98


ORDERS = list(itertools.permutations(range(3)))
FLIPS = [axes for count in range(4) for axes in itertools.combinations(range(3), count)]


def test_a_flip_or_an_exchange_of_axes_would_be_seen(tomogram):
    """Mirrored objects and those of another order of axes are others."""
    box = pool_of(tomogram, Frame.VOXELS, "21").read([1])[0, 0].numpy()
    assert fit(box, ROTATIONS[1])[1] > 0.99
    for order, flips in itertools.product(ORDERS, FLIPS):
        if order != (0, 1, 2) or flips:
            changed = np.flip(box.transpose(order), flips)
            assert fit(changed, ROTATIONS[1])[1] < 0.9


def test_an_inverse_rotation_would_be_seen(tomogram):
    boxes = pool_of(tomogram, Frame.VOXELS, "21").read(range(4))[:, 0].numpy()
    turned = zip(boxes[1:3], ROTATIONS[1:3], strict=True)
    assert max(fit(box, turn.inv())[1] for box, turn in turned) < 0.9

"""Packed volumes: true to the eye, and nothing but a volume of the right shape comes out."""

from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from cryoal.labelling.volume_codec import STEPS, PackedVolume, pack_volume, unpack_volume

SHAPE = (8, 8, 8)


def noise(scale: float = 1.0, offset: float = 0.0) -> npt.NDArray[np.float32]:
    values = np.random.default_rng(0).standard_normal(SHAPE)
    return (values * scale + offset).astype(np.float32)


@pytest.mark.parametrize(("scale", "offset"), [(1, 0), (1e-9, 0), (3e6, 1e8), (1, -5)])
def test_voxels_come_back_to_a_part_of_their_deviation(scale: float, offset: float) -> None:
    volume = noise(scale, offset)
    again = unpack_volume(pack_volume(volume), SHAPE)
    assert again.dtype == np.float32
    assert np.abs(again - volume).max() <= volume.std() * (0.6 / STEPS) + abs(offset) * 1e-6


def test_a_bead_much_brighter_than_the_rest_keeps_its_height() -> None:
    volume = noise()
    volume[4, 4, 4] = 400
    again = unpack_volume(pack_volume(volume), SHAPE)
    assert again[4, 4, 4] == pytest.approx(400, rel=1e-3)


def test_an_even_volume_comes_back() -> None:
    assert (unpack_volume(pack_volume(np.full(SHAPE, 3, np.float32)), SHAPE) == 3).all()


def test_noise_takes_about_eight_bits_a_voxel() -> None:
    volume = np.random.default_rng(0).standard_normal((32, 32, 32)).astype(np.float32)
    assert len(pack_volume(volume).data) < 1.05 * 32**3


@pytest.mark.parametrize("shape", [(8, 8, 7), (8, 8, 9), (16, 16, 16)])
def test_another_shape_is_refused(shape: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match=f"not voxels of 8 x 8 x {shape[2]}|16 x 16"):
        unpack_volume(pack_volume(noise()), shape)


def test_a_small_file_cannot_fill_the_memory() -> None:
    bomb = zlib.compress(bytes(50_000_000))
    with pytest.raises(ValueError, match="not voxels of 8 x 8 x 8"):
        unpack_volume(PackedVolume(0.0, 1.0, bomb), SHAPE)


def test_broken_and_infinite_voxels_are_refused() -> None:
    packed = pack_volume(noise())
    with pytest.raises(ValueError, match="broken voxels"):
        unpack_volume(replace(packed, data=b"not zlib"), SHAPE)
    with pytest.raises(ValueError, match="not voxels"):
        unpack_volume(replace(packed, data=packed.data[:-9]), SHAPE)
    with pytest.raises(ValueError, match="infinite"):
        unpack_volume(replace(packed, deviation=float("inf")), SHAPE)

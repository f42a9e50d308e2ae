from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage
from scipy.spatial.transform import Rotation

from cryoal.simulation.density import Density, density_from_beads
from cryoal.simulation.template import Template


@pytest.mark.parametrize("scale", [1.0, 250.0])
def test_solid_is_one_whatever_the_maps_scale(scale: float) -> None:
    ball = density_from_beads("b", [[0, 0, 0]], [80], voxel_size_A=5.0)
    scaled = Density("b", scale * ball.voxels, 5.0)
    template = Template(scaled, 10.0, name="ball", strength=2.0)
    middle = len(template.voxels) // 2
    assert template.voxels[middle, middle, middle] == pytest.approx(2.0, rel=0.1)
    assert template.volume_px == pytest.approx(4 / 3 * np.pi * 8.5**3, rel=0.1)


def test_the_centre_of_mass_is_the_middle_and_turns_in_its_place() -> None:
    pair = density_from_beads("b", [[0, 0, 0], [80, 20, 0]], [30, 15], voxel_size_A=5.0)
    template = Template(pair, 10.0, name="pair")
    middle = len(template.voxels) // 2
    found = ndimage.center_of_mass(np.clip(template.voxels, 0, None))
    np.testing.assert_allclose(found, middle, atol=0.2)
    rotation = Rotation.from_euler("z", 90, degrees=True)
    mask = template.mask_in_box(rotation, np.array([1.0, 0, -2]), 40)
    assert mask.shape == (40, 40, 40)
    # The small bead, on +x before, lies on +y.
    z, y, x = np.argwhere(mask).max(axis=0)
    assert (z, y) > (20, 20)
    assert y - 20 > x - 20
    assert mask.sum() == pytest.approx(template.volume_px, rel=0.1)

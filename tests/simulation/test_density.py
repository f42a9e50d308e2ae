from __future__ import annotations

import os
from pathlib import Path

import mrcfile
import numpy as np
import pytest

from cryoal.errors import CryoalError
from cryoal.simulation.density import Density, density_from_beads, frequencies, read_density

TEMPLATES = (
    Path(os.environ.get("CRYOAL_DATA", Path(__file__).parents[2] / "../shared/data")) / "templates"
)


def write_map(path: Path, voxels: np.ndarray, voxel_size_A: float) -> Path:
    with mrcfile.new(path) as file:
        file.set_data(np.ones(voxels.shape, np.float32))
        file.voxel_size = voxel_size_A
    # Past mrcfile, which warns of NaN.
    path.write_bytes(path.read_bytes()[:1024] + voxels.astype("<f4").tobytes())
    return path


def test_beads_stand_where_xyz_says_on_a_zyx_grid() -> None:
    density = density_from_beads("b", [[40.0, 0, -20.0]], [10.0], voxel_size_A=4.0)
    middle = density.voxels.shape[0] // 2
    np.testing.assert_allclose(density.centre() - middle, [-5, 0, 10], atol=1e-9)


def test_a_bead_holds_its_volume() -> None:
    density = density_from_beads("b", [[0, 0, 0]], [30.0], voxel_size_A=3.0, softness_A=3.0)
    # The blurred edge of a ball adds 4 pi r sigma^2 to its volume.
    volume = 4 / 3 * np.pi * 30.0**3 + 4 * np.pi * 30.0 * 3.0**2
    assert density.voxels.sum() * 3.0**3 == pytest.approx(volume, rel=0.01)
    # 99 % of the mass: the blurred edge reaches further than the bead itself.
    assert density.diameter_A() == pytest.approx(69, abs=3)


def test_overlapping_beads_are_no_denser_than_one() -> None:
    density = density_from_beads("b", [[0, 0, 0], [5, 0, 0]], [20.0, 20.0], voxel_size_A=4.0)
    assert density.voxels.max() <= 1


@pytest.mark.parametrize(
    ("voxel_size_A", "message"),
    [
        (0.0005, "b: 130 Å is too large for a map with voxels of 0.0005 Å; use larger voxels"),
        (500.0, "b: voxels of 500 Å are larger than its parts; use smaller ones"),
    ],
)
def test_absurd_voxels_are_refused_before_anything_is_made(
    voxel_size_A: float, message: str
) -> None:
    with pytest.raises(CryoalError, match=message):
        density_from_beads("b", [[0, 0, 40]], [10.0], voxel_size_A=voxel_size_A)


def test_low_pass_keeps_what_is_coarse_and_removes_what_is_fine() -> None:
    axis = np.arange(32)
    coarse, fine = np.cos(2 * np.pi * axis / 16), np.cos(2 * np.pi * axis / 4)
    voxels = np.broadcast_to(coarse + fine, (32, 32, 32))
    low = Density("waves", voxels, 5.0).low_passed(40.0).voxels
    np.testing.assert_allclose(low, np.broadcast_to(coarse, (32, 32, 32)), atol=1e-12)


@pytest.mark.parametrize("shape", [(8, 8, 8), (6, 7, 9)])
def test_frequencies_match_the_full_transform(shape: tuple[int, int, int]) -> None:
    grid = np.stack(np.meshgrid(*[np.fft.fftfreq(n, 2.5) for n in shape], indexing="ij"))
    expected = np.linalg.norm(grid, axis=0)[:, :, : shape[2] // 2 + 1]
    np.testing.assert_allclose(frequencies(shape, 2.5), expected, atol=1e-15)


@pytest.mark.parametrize(
    ("voxels", "voxel_size_A", "message"),
    [
        (np.ones((8, 8, 8)), 0.0, "no voxel size"),
        (np.zeros((8, 8, 8)), 10.0, "no density"),
        (-np.ones((8, 8, 8)), 10.0, "no density"),
        (np.full((8, 8, 8), np.nan), 10.0, "NaN"),
    ],
)
def test_bad_maps_are_refused(
    tmp_path: Path, voxels: np.ndarray, voxel_size_A: float, message: str
) -> None:
    path = write_map(tmp_path / "1abc.mrc", voxels, voxel_size_A)
    with pytest.raises(CryoalError, match=rf"1abc\.mrc.*{message}"):
        read_density(path)


def test_what_is_no_map_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.mrc").write_text("hello")
    with pytest.raises(CryoalError, match=r"x\.mrc"):
        read_density(tmp_path / "x.mrc")


@pytest.mark.skipif(not TEMPLATES.is_dir(), reason=f"no template maps in {TEMPLATES}")
def test_template_maps() -> None:
    maps = {path.stem: read_density(path) for path in sorted(TEMPLATES.glob("*.mrc"))}
    assert {density.voxel_size_A for density in maps.values()} == {10.0}
    assert {name: density.name for name, density in maps.items()} == {name: name for name in maps}
    # A chaperone of 70 kDa, a proteasome of 2.5 MDa.
    assert maps["1s3x"].diameter_A() < 120 < 250 < maps["4cr2"].diameter_A()

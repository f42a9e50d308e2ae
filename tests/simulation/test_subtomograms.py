from __future__ import annotations

import math
import os
import time
from pathlib import Path

import numpy as np
import pytest
from atom_files import carbon_ball, write_pdb
from scipy import ndimage
from scipy.spatial.transform import Rotation

from cryoal.errors import CryoalError
from cryoal.simulation.assemblies import builtin
from cryoal.simulation.density import MASK_LEVEL, density_from_beads
from cryoal.simulation.microscope import Microscope
from cryoal.simulation.subtomograms import Pose, Simulator, Subtomogram, simulate_arrays

TEMPLATES = (
    Path(os.environ.get("CRYOAL_DATA", Path(__file__).parents[2] / "../shared/data")) / "templates"
)
SCOPE = Microscope(24, 10.0)
STRUCTURES = [builtin("groel"), builtin("apoferritin")]


def simulator(**options: object) -> Simulator:
    return Simulator(STRUCTURES, SCOPE, seed=5, **options)


def test_an_item_is_fixed_by_seed_class_and_index_alone() -> None:
    alone = Simulator([builtin("groel")], SCOPE, seed=5).item("groel", 3, [0.1])[0]
    among = list(simulator().items(4, [0.5, 0.1]))
    same = next(i for i in among if (i.name, i.index, i.snr) == ("groel", 3, 0.1))
    np.testing.assert_array_equal(alone.voxels, same.voxels)
    other_seed = Simulator(STRUCTURES, SCOPE, seed=6).item("groel", 3, [0.1])[0]
    other_index = simulator().item("groel", 4, [0.1])[0]
    for other in (other_seed, other_index):
        assert abs(np.corrcoef(alone.voxels.ravel(), other.voxels.ravel())[0, 1]) < 0.2


def test_measured_snr_is_the_asked_one_on_average() -> None:
    measured: dict[float, list[float]] = {0.02: [], 0.1: [], 1.0: []}
    for item in simulator().items(30, list(measured)):
        measured[item.snr].append(item.snr_measured)
    for snr, values in measured.items():
        assert np.mean(values) == pytest.approx(snr, rel=0.01)
        assert np.std(values) < 0.05 * snr


@pytest.mark.parametrize("snr", [0.02, 0.05, 0.1, 1.0])
def test_snr_recomputed_from_the_volumes_themselves(snr: float) -> None:
    sim = simulator(max_shift_px=0.0)
    ratios = []
    for index in range(12):
        noiseless, noisy = sim.item("groel", index, [math.inf, snr])
        # The noisy volume is a * noiseless + noise; the wedge and CTF leave both without a mean.
        share = np.corrcoef(noiseless.voxels.ravel(), noisy.voxels.ravel())[0, 1]
        noise = noisy.voxels - share * noiseless.voxels
        ratios.append(share**2 * noiseless.voxels.var() / noise.var())
        assert noisy.snr_in_mask > 2 * noisy.snr_measured
    assert np.mean(ratios) == pytest.approx(snr, rel=0.1)


def test_the_ratio_in_the_mask_is_a_multiple_of_that_in_the_box() -> None:
    """How docs/simulation.md turns one into the other, and what the column holds."""
    sim = simulator()
    factors = []
    for index in range(8):
        clean, noisy, noisier = sim.item("groel", index, [math.inf, 0.5, 0.02])
        factors.append(noisy.snr_in_mask / noisy.snr_measured)
        assert noisier.snr_in_mask / noisier.snr_measured == pytest.approx(factors[-1])
        density = sim.posed("groel", noisy.pose)
        mask = density > MASK_LEVEL * density.max()
        share = np.corrcoef(clean.voxels.ravel(), noisy.voxels.ravel())[0, 1]
        noise = noisy.voxels - share * clean.voxels
        found = share**2 * clean.voxels[mask].var() / noise[mask].var()
        assert found == pytest.approx(noisy.snr_in_mask, rel=0.15)
    asked = 0.4 / np.median(factors)
    others = [sim.item("groel", index, [asked])[0] for index in range(8, 28)]
    assert np.mean([item.snr_in_mask for item in others]) == pytest.approx(0.4, rel=0.07)


def test_resolution_must_be_what_the_voxels_hold() -> None:
    with pytest.raises(CryoalError, match="resolution of 19 Å: give at least two voxels, 20 Å"):
        simulator(resolution_A=19.0)


def test_an_atomic_model_is_a_structure_like_any_other(tmp_path: Path) -> None:
    path = write_pdb(tmp_path / "ball.pdb", carbon_ball(35.0, 7300))
    sim = Simulator([path, builtin("groel")], SCOPE, seed=0)
    assert sim.classes == ["ball", "groel"]
    posed = sim.posed("ball", Pose(Rotation.identity(), np.array([2.0, 0.0, -1.0])))
    assert np.count_nonzero(posed > 1.0) * 1e3 == pytest.approx(4 / 3 * np.pi * 35**3, rel=0.1)
    centre = np.array(ndimage.center_of_mass(np.clip(posed, 0, None)))
    np.testing.assert_allclose(centre, [11, 12, 14], atol=0.3)


def test_a_particle_is_the_same_at_every_snr() -> None:
    loud, quiet, noiseless = simulator().item("groel", 1, [0.05, 0.5, math.inf])
    for item in (quiet, noiseless):
        assert item.pose is loud.pose
        assert item.defocus_um == loud.defocus_um
    # All three lie in the plane of one signal and one noise: a dependence of rank 2.
    stack = np.stack([i.voxels.ravel() for i in (loud, quiet, noiseless)])
    singular = np.linalg.svd(stack, compute_uv=False)
    assert singular[2] < 1e-9 * singular[0] < singular[1]
    assert noiseless.snr_measured == math.inf


def test_items_have_mean_0_and_standard_deviation_1() -> None:
    for item in simulator().items(2, [0.1, math.inf]):
        assert item.voxels.mean() == pytest.approx(0, abs=1e-12)
        assert item.voxels.std() == pytest.approx(1)


def test_dark_is_bright_turned_over() -> None:
    bright = simulator(contrast="bright").item("groel", 0, [0.1])[0]
    dark = simulator(contrast="dark").item("groel", 0, [0.1])[0]
    np.testing.assert_array_equal(dark.voxels, -bright.voxels)


def test_protein_is_brighter_than_its_surroundings_in_bright_contrast() -> None:
    mask, item = mask_of("apoferritin", 0, simulator())
    assert item.voxels[mask].mean() > 0.5 > item.voxels[~mask].mean()


@pytest.mark.parametrize(
    ("axis", "angle", "end_xyz"),
    [
        ("z", 90, (-20, 80, 0)),
        ("x", 90, (80, 0, 20)),
        ("y", 90, (0, 20, -80)),
        ("z", 0, (80, 20, 0)),
    ],
)
def test_a_rotation_turns_the_structure_the_way_scipy_says(
    axis: str, angle: float, end_xyz: tuple[float, float, float]
) -> None:
    """A small bead far out at xyz = (80, 20, 0) Å on a heavy one at the origin."""
    beads = density_from_beads("b", [[0, 0, 0], [80, 20, 0]], [30, 12], voxel_size_A=5.0)
    scope = Microscope(32, 10.0)
    sim = Simulator([beads], scope, seed=0)
    rotation = Rotation.from_euler(axis, angle, degrees=True)
    middle_zyx = (beads.centre() - np.array(beads.voxels.shape) // 2) * 5.0
    np.testing.assert_allclose(rotation.apply([80, 20, 0]), end_xyz, atol=1e-9)
    posed = sim.posed("b", Pose(rotation, np.array([1.0, 0.0, -2.0])))
    # The box's centre is the structure's centre of mass.
    far = np.array([80, 20, 0]) - middle_zyx[::-1]
    expected_xyz = 16 + rotation.apply(far) / 10.0 + [1, 0, -2]
    first = np.rint(expected_xyz[::-1]).astype(int) - 2
    z, y, x = first
    near = posed[z : z + 5, y : y + 5, x : x + 5]
    found = np.array(ndimage.center_of_mass(np.clip(near, 0, None))) + first
    np.testing.assert_allclose(found, expected_xyz[::-1], atol=0.4)


def test_the_wedge_stays_with_the_box_and_not_with_the_particle() -> None:
    for item in simulator().items(2, [math.inf, 0.1]):
        power = np.abs(np.fft.fftn(item.voxels.astype(np.float32))) ** 2
        frequency = np.fft.fftfreq(24, 1 / 24)
        z, _, x = np.meshgrid(frequency, frequency, frequency, indexing="ij")
        missing = np.abs(z) / 2 - np.abs(x) * np.sqrt(3) / 2 > 1
        assert power[missing].max() < 1e-8 * power.mean()


def test_shift_and_defocus_stay_in_their_ranges_and_orientations_cover_the_sphere() -> None:
    sim = simulator(max_shift_px=1.5)
    items = [sim.item("groel", i, [0.1])[0] for i in range(60)]
    shifts = np.array([item.pose.shift_px for item in items])
    assert 1.0 < np.abs(shifts).max() <= 1.5
    assert 2.0 <= min(i.defocus_um for i in items) < max(i.defocus_um for i in items) <= 4.0
    axes = np.array([item.pose.rotation.apply([0, 0, 1.0]) for item in items])
    assert np.linalg.norm(axes.mean(axis=0)) < 0.3
    np.testing.assert_allclose(np.square(axes).mean(axis=0), 1 / 3, atol=0.12)


def test_arrays_are_the_same_items_with_labels() -> None:
    volumes, labels, classes = simulate_arrays(
        STRUCTURES, snr=0.1, per_class=3, box_px=24, voxel_size_A=10.0, seed=5
    )
    assert classes == ["apoferritin", "groel"]
    assert labels.tolist() == [0, 0, 0, 1, 1, 1]
    expected = [item.voxels.astype(np.float32) for item in simulator().items(3, [0.1])]
    np.testing.assert_array_equal(volumes, expected)


def test_speed_of_32_px_boxes() -> None:
    sim = Simulator(STRUCTURES, Microscope(32, 10.0), seed=0)
    seconds = []
    for index in range(8):
        started = time.process_time()
        sim.item("groel", index, [0.1])
        seconds.append(time.process_time() - started)
    assert np.median(seconds) < 0.1  # 0.01-0.02 s where it was written; slack for slow machines


@pytest.mark.parametrize(
    ("structures", "options", "message"),
    [
        ([], {}, "no structure"),
        ([builtin("groel"), builtin("groel")], {}, "two structures are called 'groel'"),
        ([builtin("ribosome_70s")], {}, "ribosome_70s.*does not fit"),
        (STRUCTURES, {"defocus_um": (3.0, 2.0)}, "defocus"),
        (STRUCTURES, {"defocus_um": (3.0, math.inf)}, "defocus"),
        (STRUCTURES, {"max_shift_px": -1.0}, "shift"),
        (
            STRUCTURES,
            {"resolution_A": 1e9},
            "groel: 184 Å across, is lost at a resolution of 1e.09 Å",
        ),
    ],
)
def test_bad_requests_are_refused(
    structures: list[object], options: dict[str, object], message: str
) -> None:
    with pytest.raises(CryoalError, match=message):
        Simulator(structures, SCOPE, seed=0, **options)


@pytest.mark.skipif(not TEMPLATES.is_dir(), reason=f"no template maps in {TEMPLATES}")
def test_template_maps_of_any_box_and_scale() -> None:
    paths = [TEMPLATES / f"{name}.mrc" for name in ("3gl1", "4cr2", "5mrc")]
    sim = Simulator(paths, Microscope(32, 13.0), seed=0)
    for name in ("3gl1", "4cr2", "5mrc"):
        mask, item = mask_of(name, 0, sim)
        assert item.voxels[mask].mean() > 0.3 > item.voxels[~mask].mean()


def mask_of(name: str, index: int, sim: Simulator) -> tuple[np.ndarray, Subtomogram]:
    item = sim.item(name, index, [math.inf])[0]
    density = sim.posed(name, item.pose)
    return density > MASK_LEVEL * density.max(), item

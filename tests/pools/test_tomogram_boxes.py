"""Lists and tomograms as a pool: what is read, left out, filled and refused."""

from __future__ import annotations

import gzip
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from hand_made_picks import picks_of
from scipy.spatial.transform import Rotation
from tripods import write_tripods

from cryoal.errors import CryoalError
from cryoal.io.coordinate_unit import Unit
from cryoal.io.particle_options import ParticleOptions
from cryoal.io.picks import Picks
from cryoal.pools import open_subtomograms, pack_pool
from cryoal.pools.check import check_pool
from cryoal.pools.tomogram_boxes import BoxChoice, boxes_in_tomograms
from cryoal.pools.tomogram_pool import TomogramPool

SHAPE = (40, 50, 60)
NAMES = ["B", "A", "B", "C", "A", "B"]
PLACES = [[20, 21, 22], [40, 30, 20], [10, 10, 10], [30, 30, 15], [41.4, 12, 30], [50, 40, 30]]
CHOICE = BoxChoice("8", contrast="dark")


@pytest.fixture(scope="module")
def volumes() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {name: rng.normal(3, 2, SHAPE).astype("f4") for name in "ABC"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, volumes: dict[str, np.ndarray]) -> Path:
    """Three tomograms, one of them packed."""
    folder = tmp_path_factory.mktemp("tomograms")
    for name, voxels in volumes.items():
        write_tripods(folder / f"{name}.mrc", voxels)
    (folder / "C.mrc.gz").write_bytes(gzip.compress((folder / "C.mrc").read_bytes()))
    (folder / "C.mrc").unlink()
    return folder


@pytest.fixture
def picks(tmp_path: Path) -> Picks:
    source = tmp_path / "list.csv"
    source.write_text("a list\n")
    return picks_of(
        NAMES,
        PLACES,
        source=source,
        labels=["r", "", "p", "r", "p", ""],
        rotations=Rotation.random(6, rng=np.random.default_rng(1)),
    )


def expected(volumes: dict[str, np.ndarray], at: int) -> np.ndarray:
    x, y, z = np.floor(np.array(PLACES[at]) + 0.5).astype(int) - 4
    box = volumes[NAMES[at]][z : z + 8, y : y + 8, x : x + 8]
    return (box - box.mean()) / box.std()


def test_the_pool_of_a_list(picks, folder, volumes):
    pool = boxes_in_tomograms(picks, folder, CHOICE)
    assert list(pool.ids) == picks.ids
    assert pool.groups.tolist() == NAMES
    assert pool.classes == ["p", "r"]
    assert pool.labels.tolist() == [1, -1, 0, 1, 0, -1]
    assert (pool.voxel_size_A, pool.contrast, pool.kind) == (8.0, "dark", "boxes in tomograms")
    assert pool.warnings == []
    assert pool.origin.source == picks.source
    assert pool.origin.rows.tolist() == [*range(6)]
    assert pool.places.tomograms_A["A"].tolist() == [[0, 0, 0], [480, 400, 320]]
    items = pool.read([5, 0, 3, 3, 1])
    for item, at in zip(items[:, 0], [5, 0, 3, 3, 1], strict=True):
        np.testing.assert_allclose(item, expected(volumes, at), atol=1e-4)
    assert check_pool(pool) == []


def test_any_batch_reads_as_one_at_a_time(picks, folder):
    pool = boxes_in_tomograms(picks, folder, CHOICE)
    order = [4, 1, 3, 5, 0, 2, 2]
    singles = torch.cat([pool.read([at]) for at in order])
    assert torch.equal(pool.read(order), singles)
    again = pickle.loads(pickle.dumps(pool))
    assert torch.equal(again.read(order), singles)


def test_reading_goes_tomogram_by_tomogram(picks, folder, monkeypatch):
    pool = boxes_in_tomograms(picks, folder, CHOICE)
    assert [NAMES[at] for at in pool.reading_order] == list("BBBAAC")
    used: list[str] = []
    take = TomogramPool._tomogram

    def noted(self: TomogramPool, number: int) -> object:
        tomogram = take(self, number)
        used.append(tomogram.path.name[0])
        return tomogram

    monkeypatch.setattr(TomogramPool, "_tomogram", noted)
    pool.read(range(6))
    assert "".join(used) == "BBBAAC"


def test_few_tomograms_are_open_at_once(picks, folder, monkeypatch):
    monkeypatch.setattr("cryoal.pools.tomogram_pool._OPEN_FILES", 1)
    pool = boxes_in_tomograms(picks, folder, CHOICE)
    whole = pool.read(range(6))
    assert torch.equal(torch.cat([pool.read([at]) for at in range(6)]), whole)
    assert len(pool._opened) == 1


def test_fingerprints(picks, folder, tmp_path, volumes):
    def of(picks: Picks, choice: BoxChoice = CHOICE, folder: Path = folder) -> str:
        return boxes_in_tomograms(picks, folder, choice).fingerprint

    moved = picks.positions.copy()
    moved[2, 1] += 1
    first = of(picks)
    assert of(picks) == first
    assert of(picks, BoxChoice("8", contrast="bright")) == first
    assert of(picks_of(NAMES, moved, source=picks.source)) != first
    assert of(picks, BoxChoice("9", contrast="dark")) != first
    assert of(picks, BoxChoice("8", voxel_size_A=9.0, contrast="dark")) != first
    for name, voxels in volumes.items():
        write_tripods(tmp_path / "t" / f"{name}.mrc", voxels + 1)
    assert of(picks, folder=tmp_path / "t") != first


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_packing_keeps_everything(picks, folder, tmp_path, dtype):
    options = ParticleOptions(Path("/a/tomograms.star"), "class", Unit.A, 0)
    pool = boxes_in_tomograms(picks, folder, CHOICE, options)
    pack_pool(pool, tmp_path / "p.h5", dtype)
    packed = open_subtomograms(tmp_path / "p.h5")
    for one, other in ((packed, pool),):
        assert list(one.ids) == list(other.ids)
        assert one.groups.tolist() == other.groups.tolist()
        assert (one.labels == other.labels).all()
        assert (one.voxel_size_A, one.contrast) == (other.voxel_size_A, other.contrast)
        np.testing.assert_array_equal(one.places.positions_A, other.places.positions_A)
        assert one.places.tomograms_A.keys() == other.places.tomograms_A.keys()
        assert one.tomogram("A").box_A.tolist() == other.tomogram("A").box_A.tolist()
        assert one.origin.source == other.origin.source
        assert one.origin.options == options
        assert one.origin.digest == other.origin.digest != ""
        assert (one.origin.rows == other.origin.rows).all()
        turns = one.origin.rotations * other.origin.rotations.inv()
        assert turns.magnitude().max() < 1e-7
    tolerance = 0 if dtype == "float32" else 2e-3
    torch.testing.assert_close(packed.read(range(6)), pool.read(range(6)), atol=tolerance, rtol=0)
    pack_pool(packed, tmp_path / "again.h5", dtype)
    assert open_subtomograms(tmp_path / "again.h5").origin.digest == pool.origin.digest


EDGES = [[4, 4, 4], [3.4, 20, 20], [56.4, 20, 20], [56.5, 20, 20], [-0.4, 20, 20], [70, 20, 20]]


@pytest.fixture
def at_edges() -> Picks:
    """Two whole, three over an edge, one outside."""
    return picks_of(["A"] * 6, EDGES)


def test_boxes_over_the_edge_are_left_out_and_told(at_edges, folder):
    pool = boxes_in_tomograms(at_edges, folder, CHOICE)
    assert list(pool.ids) == ["A/1", "A/3"]
    assert pool.origin.rows.tolist() == [0, 2]
    assert pool.warnings == [
        "1 of 6 particles lies outside of their tomogram: left out",
        "boxes around 3 of 6 particles lie over an edge of their tomogram: left out",
    ]


def test_boxes_over_the_edge_are_filled_and_told(at_edges, folder, volumes):
    inside = picks_of(["A"] * 5, EDGES[:5])
    pool = boxes_in_tomograms(inside, folder, BoxChoice("8", edge="pad", contrast="dark"))
    assert len(pool) == 5
    assert pool.warnings == [
        "boxes around 3 of 5 particles lie over an edge of their tomogram: filled with the mean "
        "of the rest"
    ]
    box = pool.read([4])[0, 0].numpy()
    part = volumes["A"][16:24, 16:24, 0:4]
    assert np.allclose(box[:, :, :4], box[0, 0, 0])
    assert np.corrcoef(box[:, :, 4:].ravel(), part.ravel())[0, 1] == pytest.approx(1)
    with pytest.raises(CryoalError, match=r"list\.star, line 6: 1 of 6 particles lies outside of"):
        boxes_in_tomograms(at_edges, folder, BoxChoice("8", edge="pad"))


def test_boxes_over_the_edge_are_refused(folder):
    picks = picks_of(["A"] * 5, EDGES[:5])
    with pytest.raises(CryoalError, match=r"line 2: boxes of 8 voxels around 3 of 5 particles lie"):
        boxes_in_tomograms(picks, folder, BoxChoice("8", edge="error"))
    with pytest.raises(CryoalError, match="no box of 45 voxels lies inside of a tomogram"):
        boxes_in_tomograms(picks, folder, BoxChoice("45"))


def test_contrast_is_taken_from_the_boxes_and_told(folder, tmp_path):
    places = np.random.default_rng(2).uniform(8, 30, (20, 3))
    voxels = np.random.default_rng(0).normal(size=SHAPE).astype("f4")
    for x, y, z in np.rint(places).astype(int):
        voxels[z - 1 : z + 2, y - 1 : y + 2, x - 1 : x + 2] -= 3
    picks = picks_of(["A"] * 20, places)
    pool = boxes_in_tomograms(picks, write_tripods(tmp_path / "A.mrc", voxels), BoxChoice("12"))
    assert pool.contrast == "dark"
    assert pool.warnings[0].startswith(
        "contrast is not stated: protein looks dark in 20 boxes (centre minus edge -"
    )
    with pytest.raises(CryoalError, match="do not tell whether protein is bright or dark"):
        boxes_in_tomograms(picks, folder, BoxChoice("12"))


def test_voxel_sizes(tmp_path, volumes, picks):
    for name, size_A in (("A", 8.0), ("B", 10.0), ("C", 0.0)):
        write_tripods(tmp_path / f"{name}.mrc", volumes[name], size_A)
    with pytest.raises(CryoalError, match=r"C\.mrc: states no voxel size .* by --tomogram-voxel"):
        boxes_in_tomograms(picks, tmp_path, CHOICE)
    pool = boxes_in_tomograms(picks, tmp_path, BoxChoice("8", None, "drop", "dark", 8.0))
    assert pool.voxel_size_A == 8
    assert pool.warnings == [f"{tmp_path}/B.mrc says 10 A a voxel; the stated 8 A is used"]
    write_tripods(tmp_path / "C.mrc", volumes["C"], 8.0)
    with pytest.raises(CryoalError, match=r"A\.mrc: voxels of 8 A, but B\.mrc has 10 A; give"):
        boxes_in_tomograms(picks, tmp_path, CHOICE)
    pool = boxes_in_tomograms(picks, tmp_path, BoxChoice("64A", 8.0, "drop", "dark"))
    assert pool.item_shape == (1, 8, 8, 8)
    np.testing.assert_allclose(pool.read([1])[0, 0], expected(volumes, 1), atol=1e-4)
    assert pool.places.positions_A[0].tolist() == [200, 210, 220]


def test_blank_boxes_are_refused_with_their_row(tmp_path, volumes):
    blank = volumes["A"].copy()
    blank[:20] = 0
    path = write_tripods(tmp_path / "A.mrc", blank)
    pool = boxes_in_tomograms(picks_of(["A"] * 2, [[30, 30, 30], [30, 30, 8]]), path, CHOICE)
    pool.read([0])
    with pytest.raises(CryoalError, match=r"list\.star, line 2, box in .*A\.mrc: all voxels are 0"):
        pool.read([0, 1])


def test_an_empty_list(folder):
    with pytest.raises(CryoalError, match=r"list\.star: lists no particles"):
        boxes_in_tomograms(picks_of([], np.empty((0, 3))), folder, CHOICE)

"""The packed pool gives what was packed; files from elsewhere are not trusted."""

from __future__ import annotations

import pickle
import resource
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoal.errors import CryoalError
from cryoal.pools import open_subtomograms, pack_pool
from cryoal.pools.packed import _runs


@pytest.fixture
def source(tmp_path, make_mrc):
    """Partly labelled, in three groups."""
    rows = "path,label,group\n"
    for number in range(20):
        make_mrc(tmp_path / "v" / f"{number}.mrc", number)
        rows += f"v/{number}.mrc,{['a', 'b', ''][number % 3]},T{number % 4}\n"
    (tmp_path / "labels.csv").write_text(rows)
    return open_subtomograms(tmp_path, contrast="dark")


@pytest.fixture
def packed(source, tmp_path) -> Path:
    pack_pool(source, tmp_path / "p.h5", "float32")
    return tmp_path / "p.h5"


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 0), ("float16", 2e-3)])
def test_round_trip(source, tmp_path, dtype, tolerance):
    pack_pool(source, tmp_path / "p.h5", dtype)
    pool = open_subtomograms(tmp_path / "p.h5")
    assert pool.kind == "packed HDF5"
    assert list(pool.ids) == list(source.ids)
    assert pool.labels.tolist() == source.labels.tolist()
    assert pool.classes == source.classes
    assert pool.groups.tolist() == source.groups.tolist()
    assert (pool.voxel_size_A, pool.contrast) == (13.5, "dark")
    assert pool.source_fingerprint == source.fingerprint
    assert pool.label_fingerprint == source.label_fingerprint
    order = np.random.default_rng(0).permutation(20)
    torch.testing.assert_close(pool.read(order), source.read(order), atol=tolerance, rtol=0)
    with h5py.File(tmp_path / "p.h5") as file:
        assert file["volumes"].chunks == (1, 8, 8, 8)
        assert file["volumes"].dtype == dtype


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 30), max_size=40), st.integers(1, 9))
def test_runs_cover_every_row_once(wanted, longest):
    covered = []
    for first, last, row in _runs(np.array(wanted, np.int64), longest):
        assert 0 < last - first <= longest
        assert row == len(covered)
        covered += range(first, last)
    assert covered == wanted


@pytest.mark.parametrize("block", [1, 3, 64])
def test_any_order_and_repeats_read_as_one_at_a_time(packed, monkeypatch, block):
    monkeypatch.setattr("cryoal.pools.packed._BLOCK_VOXELS", block * 8**3)
    pack_pool(open_subtomograms(packed), packed.with_name("h.h5"), "float16")
    for path in (packed, packed.with_name("h.h5")):
        pool = open_subtomograms(path)
        wanted = [3, 4, 5, 6, 7, 2, 2, 19, 0, 1, 18, 19]
        expected = torch.cat([pool.read([at]) for at in wanted])
        torch.testing.assert_close(pool.read(wanted), expected, atol=0, rtol=0)


def test_travels_to_another_process(packed):
    pool = open_subtomograms(packed)
    pool.read([0])
    torch.testing.assert_close(pickle.loads(pickle.dumps(pool)).read([1]), pool.read([1]))


def fingerprints(path: Path) -> tuple[str, str]:
    pool = open_subtomograms(path)
    return pool.fingerprint, pool.label_fingerprint


def test_fingerprints(packed, source, tmp_path):
    items, labels = fingerprints(packed)
    pack_pool(source, tmp_path / "again.h5", "float32")
    assert fingerprints(tmp_path / "again.h5") == (items, labels)
    with h5py.File(packed, "r+") as file:
        file["labels"][0] = 1
    assert fingerprints(packed)[0] == items
    assert fingerprints(packed)[1] != labels
    with h5py.File(packed, "r+") as file:
        file["volumes"][0, 0, 0, 0] = 9
    assert fingerprints(packed)[0] != items


def test_contrast_is_what_the_file_says(packed):
    assert open_subtomograms(packed, contrast="dark").contrast == "dark"
    with pytest.raises(CryoalError, match=r"packed as dark protein, not bright"):
        open_subtomograms(packed, contrast="bright")


def test_progress_counts_to_the_end(source, tmp_path):
    seen: list[tuple[int, int]] = []
    pack_pool(source, tmp_path / "p.h5", progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (20, 20)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


@pytest.mark.parametrize(
    ("scale", "offset", "message"),
    [(1e5, 0, "do not fit float16"), (1, 3000, "float16 would blur"), (1e-8, 0, "would blur")],
)
def test_float16_is_refused_where_it_would_change_the_data(
    class_folders, make_mrc, tmp_path, scale, offset, message
):
    data = np.random.default_rng(0).normal(size=(8, 8, 8)) * scale + offset
    make_mrc(class_folders / "b" / "t3.mrc", data=data.astype("f4"))
    pool = open_subtomograms(class_folders)
    with pytest.raises(CryoalError, match=rf"b/t3\.mrc: .*{message}.*; use float32"):
        pack_pool(pool, tmp_path / "p.h5")
    assert not list(tmp_path.glob("*p.h5*"))
    pack_pool(pool, tmp_path / "p.h5", "float32")


def test_a_bad_item_leaves_the_old_file(packed, class_folders, make_mrc):
    old = packed.read_bytes()
    make_mrc(class_folders / "b" / "t3.mrc", data=np.zeros((8, 8, 8), "f4"))
    with pytest.raises(CryoalError, match=r"t3\.mrc: all voxels are 0"):
        pack_pool(open_subtomograms(class_folders), packed)
    assert packed.read_bytes() == old


def test_a_disk_without_room_is_refused_before_writing(source, tmp_path):
    """A limit on the size of files stands for a full disk."""
    target = tmp_path / "p.h5"
    pack_pool(source, target, "float32")
    old = target.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        with pytest.raises(CryoalError, match=r"p\.h5: cannot be written") as caught:
            pack_pool(source, target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "\n" not in str(caught.value)
    assert target.read_bytes() == old
    assert not list(tmp_path.glob(".p.h5*"))


def test_no_such_folder(source, tmp_path):
    with pytest.raises(CryoalError, match="cannot be written"):
        pack_pool(source, tmp_path / "none" / "p.h5")


def replace(file: h5py.File, name: str, data: object) -> None:
    del file[name]
    file.create_dataset(name, data=data)


def external_link(file: h5py.File) -> None:
    del file["volumes"]
    file["volumes"] = h5py.ExternalLink("other.h5", "/volumes")


def soft_link(file: h5py.File) -> None:
    del file["ids"]
    file["ids"] = h5py.SoftLink("/classes")


def external_storage(file: h5py.File) -> None:
    del file["volumes"]
    file.create_dataset(
        "volumes", (20, 8, 8, 8), "f4", external=[("/etc/passwd", 0, h5py.h5f.UNLIMITED)]
    )


def virtual(file: h5py.File) -> None:
    del file["volumes"]
    layout = h5py.VirtualLayout((20, 8, 8, 8), "f4")
    layout[:] = h5py.VirtualSource("other.h5", "volumes", (20, 8, 8, 8))
    file.create_virtual_dataset("volumes", layout)


def group(file: h5py.File) -> None:
    del file["labels"]
    file.create_group("labels")


def with_origin(file: h5py.File, **changes: object) -> None:
    """Places and a list as ``cryoal extract`` writes them, some of it otherwise."""
    values = {
        "positions_A": np.zeros((20, 3)),
        "tomograms": ["T0", "T1"],
        "corners_A": np.zeros((2, 2, 3)),
        "rows": np.arange(20),
        "quaternions": np.tile([0.0, 0, 0, 1], (20, 1)),
    }
    for name, value in {**values, **changes}.items():
        file.create_dataset(name, data=value)


def linked_rows(file: h5py.File) -> None:
    with_origin(file)
    del file["rows"]
    file["rows"] = h5py.SoftLink("/labels")


def with_options(file: h5py.File, text: str) -> None:
    with_origin(file)
    file.attrs["list_options"] = text


HOSTILE = {
    "no JSON": (lambda f: with_options(f, "{"), "options of its list of particles cannot be read"),
    "other JSON": (lambda f: with_options(f, '{"first_voxel": []}'), "options of its list"),
    "places of too few": (
        lambda f: with_origin(f, positions_A=np.zeros((19, 3))),
        r"/positions_A is not float64 of the shape \(20, 3\)",
    ),
    "places of whole numbers": (
        lambda f: with_origin(f, positions_A=np.zeros((20, 3), int)),
        "/positions_A is not float64",
    ),
    "places nowhere": (
        lambda f: with_origin(f, positions_A=np.full((20, 3), np.nan)),
        "/positions_A holds numbers that are not finite",
    ),
    "one tomogram twice": (
        lambda f: with_origin(f, tomograms=["T", "T"]),
        "/tomograms holds one name twice",
    ),
    "corners of too many": (
        lambda f: with_origin(f, corners_A=np.zeros((3, 2, 3))),
        r"/corners_A is not float64 of the shape \(2, 2, 3\)",
    ),
    "few rows": (lambda f: with_origin(f, rows=np.arange(19)), "/rows is not one integer an item"),
    "one row twice": (lambda f: with_origin(f, rows=np.zeros(20, int)), "/rows does not count up"),
    "negative rows": (lambda f: with_origin(f, rows=np.arange(20) - 1), "/rows does not count up"),
    "linked rows": (linked_rows, "/rows is a link to another place"),
    "no rotations": (
        lambda f: with_origin(f, quaternions=np.zeros((20, 4))),
        "/quaternions are not all rotations",
    ),
    "no volumes": (lambda f: f.__delitem__("volumes"), "/volumes is missing"),
    "no ids": (lambda f: f.__delitem__("ids"), "/ids is missing"),
    "not cubes": (lambda f: replace(f, "volumes", np.ones((20, 8, 8, 4), "f4")), "not .N, n, n"),
    "float64": (lambda f: replace(f, "volumes", np.ones((20, 8, 8, 8))), "is float64"),
    "no items": (lambda f: replace(f, "volumes", np.ones((0, 8, 8, 8), "f4")), "has the shape"),
    "few labels": (lambda f: replace(f, "labels", np.zeros(19, int)), "not one integer an item"),
    "float labels": (lambda f: replace(f, "labels", np.zeros(20)), "not one integer an item"),
    "label too high": (lambda f: replace(f, "labels", np.full(20, 2)), "beyond the 2 classes"),
    "label too low": (lambda f: replace(f, "labels", np.full(20, -2)), "beyond the 2 classes"),
    "few ids": (lambda f: replace(f, "ids", ["a"]), "has 1 entries for 20 items"),
    "number ids": (lambda f: replace(f, "ids", np.arange(20)), "/ids is not a list of strings"),
    "one id twice": (lambda f: replace(f, "ids", ["a"] * 20), "/ids holds one name twice"),
    "not UTF-8": (lambda f: replace(f, "classes", [b"\xff", b"a"]), "/classes is not UTF-8"),
    "external link": (external_link, "link to another place"),
    "soft link": (soft_link, "link to another place"),
    "external storage": (external_storage, "stored in another file"),
    "virtual": (virtual, "stored in another file"),
    "group": (group, "/labels is not a dataset"),
    "contrast": (lambda f: f.attrs.__setitem__("contrast", "grey"), "contrast is 'grey'"),
    "voxel size": (lambda f: f.attrs.__setitem__("voxel_size_A", -1.0), "voxel size .*-1"),
    "version": (lambda f: f.attrs.__setitem__("version", 2), "is not a packed pool"),
    "other HDF5": (lambda f: f.attrs.__delitem__("format"), "is not a packed pool"),
}


def test_places_and_lists_that_are_whole(packed):
    with h5py.File(packed, "r+") as file:
        with_origin(file)
        file.attrs["list_source"] = "/data/particles.star"
    pool = open_subtomograms(packed)
    assert pool.origin.rows.tolist() == [*range(20)]
    assert pool.origin.source == Path("/data/particles.star")
    assert pool.origin.digest == ""
    assert pool.origin.rotations.magnitude().max() == 0
    assert pool.tomogram("T1").places_A.shape == (5, 3)


def test_files_without_places_or_lists(packed):
    """All that the first releases wrote."""
    pool = open_subtomograms(packed)
    assert pool.origin is None
    assert pool.places.positions_A is None
    assert pool.tomogram("T1") is None


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files(packed, case):
    change, message = HOSTILE[case]
    with h5py.File(packed, "r+") as file:
        change(file)
    with pytest.raises(CryoalError, match=message) as caught:
        open_subtomograms(packed)
    assert str(caught.value).startswith(str(packed))


def test_text_and_truncated_files(packed, tmp_path):
    (tmp_path / "text.h5").write_text("hello")
    with pytest.raises(CryoalError, match="is not an HDF5 file"):
        open_subtomograms(tmp_path / "text.h5")
    packed.write_bytes(packed.read_bytes()[:-5000])
    with pytest.raises(CryoalError, match="damaged HDF5 file"):
        open_subtomograms(packed)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_bad_voxels_are_found_on_reading(source, tmp_path, dtype):
    pack_pool(source, tmp_path / "p.h5", dtype)
    with h5py.File(tmp_path / "p.h5", "r+") as file:
        file["volumes"][3, 4, 4, 4] = np.inf
        file["volumes"][5] = 2.5
    pool = open_subtomograms(tmp_path / "p.h5")
    with pytest.raises(CryoalError, match=r"p\.h5, v/3\.mrc: holds NaN or infinite"):
        pool.read(range(20))
    with pytest.raises(CryoalError, match=r"p\.h5, v/5\.mrc: all voxels are 2\.5"):
        pool.read(range(4, 20))

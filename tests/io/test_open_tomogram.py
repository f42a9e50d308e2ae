"""Parts of tomograms in every format are those of the whole array; bad files are refused."""

from __future__ import annotations

import gzip
import itertools
import json
import pickle
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import emfile
import mrcfile
import numpy as np
import pytest

from cryoal.errors import CryoalError
from cryoal.io import mapped_array
from cryoal.io.mrc_tomogram import MrcTomogram
from cryoal.io.open_tomogram import is_tomogram_name, open_tomogram

SHAPE = (7, 11, 13)


@pytest.fixture
def voxels() -> np.ndarray:
    return np.random.default_rng(0).integers(-100, 100, SHAPE).astype("f4")


def write_mrc(path: Path, voxels: np.ndarray) -> Path:
    with mrcfile.new(path, overwrite=True) as mrc:
        mrc.set_data(voxels)
        mrc.voxel_size = 7.84
    return path


def write_gzip(path: Path, voxels: np.ndarray) -> Path:
    plain = write_mrc(path.with_suffix(""), voxels)
    path.write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()
    return path


def write_em(path: Path, voxels: np.ndarray) -> Path:
    emfile.write(path, voxels, overwrite=True)
    return path


def axes(unit: str = "angstrom") -> list[dict[str, str]]:
    return [{"name": name, "type": "space", "unit": unit} for name in "zyx"]


def image(scale: list[float], unit: str = "angstrom", path: str = "0") -> dict[str, object]:
    transforms = [{"type": "scale", "scale": scale}]
    datasets = [{"path": path, "coordinateTransformations": transforms}]
    return {"axes": axes(unit), "datasets": datasets}


def write_zarr(path: Path, voxels: np.ndarray, version: int = 2, **about: object) -> Path:
    zarr = pytest.importorskip("zarr")
    group = zarr.open_group(str(path), mode="w", zarr_format=version)
    array = group.create_array(
        "0", shape=voxels.shape, dtype=voxels.dtype, chunks=(4, 5, 3, 2)[: voxels.ndim]
    )
    array[:] = voxels
    scales = [{**image([0.784] * 3, "nanometer"), **about}]
    group.attrs.update(
        {"ome": {"multiscales": scales}} if version == 3 else {"multiscales": scales}
    )
    return path


def write_zarr_3(path: Path, voxels: np.ndarray) -> Path:
    return write_zarr(path, voxels, 3)


WRITERS: dict[str, Callable[[Path, np.ndarray], Path]] = {
    "a.mrc": write_mrc,
    "a.mrc.gz": write_gzip,
    "a.em": write_em,
    "a.ome.zarr": write_zarr,
    "b.zarr": write_zarr_3,
}


@pytest.mark.parametrize("name", WRITERS)
def test_parts_are_those_of_the_whole(tmp_path, voxels, name):
    tomogram = open_tomogram(WRITERS[name](tmp_path / name, voxels))
    assert (tomogram.shape, tomogram.size_px) == (SHAPE, SHAPE[::-1])
    assert tomogram.voxel_size_A == (None if name == "a.em" else pytest.approx(7.84))
    rng = np.random.default_rng(1)
    for _ in range(40):
        low = rng.integers(0, SHAPE)
        high = rng.integers(low + 1, np.array(SHAPE) + 1)
        part = tomogram.read(tuple(low.tolist()), tuple(high.tolist()))
        expected = voxels[tuple(slice(*ends) for ends in zip(low, high, strict=True))]
        np.testing.assert_array_equal(part, expected)
        assert part.dtype == np.float32
        assert part.flags.c_contiguous
        assert part.flags.writeable
        tomogram.release()
    again = pickle.loads(pickle.dumps(tomogram))
    np.testing.assert_array_equal(again.read((0, 0, 0), SHAPE), voxels)
    assert again.digest == tomogram.digest


@pytest.mark.parametrize("name", WRITERS)
def test_the_digest_is_of_the_content(tmp_path, voxels, name):
    digests = []
    for folder, changed in (("one", 0), ("two", 0), ("three", 9)):
        (tmp_path / folder).mkdir()
        other = voxels.copy()
        other[0, 0, 0] += changed
        other = other if changed == 0 else np.concatenate([other, other])
        digests.append(open_tomogram(WRITERS[name](tmp_path / folder / name, other)).digest)
    assert digests[0] == digests[1]
    assert digests[1] != digests[2]


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_axes_of_mrc_files_become_zyx(tmp_path, voxels, order):
    path = write_mrc(tmp_path / "a.mrc", voxels)
    raw = bytearray(path.read_bytes())
    raw[64:76] = struct.pack("<3i", *order)
    path.write_bytes(raw)
    tomogram = open_tomogram(path)
    for section, row, column in [(0, 0, 0), (6, 10, 12), (1, 0, 2), (2, 3, 0)]:
        place = dict(zip(order, (column, row, section), strict=True))
        low = (place[3], place[2], place[1])
        part = tomogram.read(low, tuple(at + 1 for at in low))
        assert part.item() == voxels[section, row, column]


@pytest.mark.parametrize("dtype", ["i1", "i2", "u2", "f2", "f4"])
def test_types_of_voxels(tmp_path, voxels, dtype):
    stored = abs(voxels).astype(dtype)
    tomogram = open_tomogram(write_mrc(tmp_path / "a.mrc", stored))
    np.testing.assert_array_equal(tomogram.read((1, 2, 3), (3, 5, 9)), stored[1:3, 2:5, 3:9])


def test_pages_are_let_go_before_they_add_up(tmp_path, monkeypatch):
    monkeypatch.setattr(mapped_array, "RESIDENT_BYTES", 5 * mapped_array._BLOCK_BYTES)
    large = np.random.default_rng(0).normal(size=(40, 128, 256)).astype("f4")
    tomogram = MrcTomogram(write_mrc(tmp_path / "a.mrc", large))
    released = []
    release = tomogram._array.release
    monkeypatch.setattr(tomogram._array, "release", lambda: released.append(release()))
    for z in range(40):
        part = tomogram.read((z, 3, 5), (z + 1, 9, 200))
        np.testing.assert_array_equal(part, large[z : z + 1, 3:9, 5:200])
    assert len(released) == 19


def test_a_gzip_file_leaves_nothing_behind(tmp_path, voxels, monkeypatch):
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    tomogram = open_tomogram(write_gzip(tmp_path / "a.mrc.gz", voxels))
    tomogram.read((0, 0, 0), (1, 1, 1))
    assert not list((tmp_path / "tmp").iterdir())
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=10))
    tomogram = open_tomogram(tmp_path / "a.mrc.gz")
    with pytest.raises(CryoalError, match=r"a\.mrc\.gz: unpacked it takes .*set TMPDIR"):
        tomogram.read((0, 0, 0), (1, 1, 1))


@pytest.mark.parametrize(
    ("unit", "scale", "size_A"),
    [
        ("angstrom", [10.0] * 3, 10.0),
        ("micrometer", [1e-3] * 3, 10.0),
        ("parsec", [10.0] * 3, None),
        ("angstrom", [0.0] * 3, None),
    ],
)
def test_units_of_zarr(tmp_path, voxels, unit, scale, size_A):
    path = write_zarr(tmp_path / "a.zarr", voxels, **image(scale, unit))
    assert open_tomogram(path).voxel_size_A == (size_A and pytest.approx(size_A))


def test_a_plain_zarr_array_has_no_voxel_size(tmp_path, voxels):
    path = write_zarr(tmp_path / "a.zarr", voxels) / "0"
    path = path.rename(tmp_path / "plain.zarr")
    tomogram = open_tomogram(path)
    assert tomogram.voxel_size_A is None
    np.testing.assert_array_equal(tomogram.read((0, 0, 0), SHAPE), voxels)


def test_channels_and_times_of_one(tmp_path, voxels):
    path = tmp_path / "a.zarr"
    zarr = pytest.importorskip("zarr")
    zarr.open_group(str(path), mode="w", zarr_format=2)
    array = zarr.create_array(str(path / "0"), shape=(1, 1, *SHAPE), dtype="f4", zarr_format=2)
    array[0, 0] = voxels
    five = [{"name": "t"}, {"name": "c"}, *axes()]
    scales = {**image([1.0, 1.0, 5.0, 5.0, 5.0]), "axes": five}
    (path / ".zattrs").write_text(json.dumps({"multiscales": [scales]}))
    tomogram = open_tomogram(path)
    assert tomogram.voxel_size_A == pytest.approx(5)
    np.testing.assert_array_equal(tomogram.read((1, 2, 3), (4, 5, 6)), voxels[1:4, 2:5, 3:6])


def test_zarr_that_is_not_installed(tmp_path, voxels, monkeypatch):
    path = write_zarr(tmp_path / "a.zarr", voxels)
    monkeypatch.setitem(sys.modules, "zarr", None)
    with pytest.raises(CryoalError, match=r"a\.zarr: .*pip install 'cryoal\[zarr\]'"):
        open_tomogram(path)


def change_json(path: Path, **values: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_zarr_from_elsewhere_is_not_trusted(tmp_path, voxels):
    """Codecs that unpickle, levels outside of the folder, cut chunks, wrong axes."""

    def refused(path: Path, message: str) -> None:
        with pytest.raises(CryoalError, match=message) as caught:
            open_tomogram(path).read((0, 0, 0), (1, 1, 1))
        assert str(caught.value).startswith(str(path))
        assert "\n" not in str(caught.value)

    path = write_zarr(tmp_path / "p.zarr", voxels)
    change_json(path / "0" / ".zarray", filters=[{"id": "pickle"}])
    refused(path, "packed by pickle, which is not read")
    path = write_zarr_3(tmp_path / "q.zarr", voxels)
    inner = {"name": "sharding_indexed", "configuration": {"codecs": [{"name": "pickle"}]}}
    change_json(path / "0" / "zarr.json", codecs=[inner])
    refused(path, "packed by pickle")
    for name in ("../p.zarr/0", str(tmp_path / "p.zarr" / "0")):
        path = write_zarr(tmp_path / "o.zarr", voxels, **image([1.0] * 3, path=name))
        refused(path, "lie outside of it")
    path = write_zarr(tmp_path / "x.zarr", voxels, axes=axes()[::-1])
    refused(path, "the axes are not z, y, x")
    path = write_zarr(tmp_path / "n.zarr", voxels, **image([1.0, 1.0, 2.0]))
    refused(path, "voxels of 2 x 1 x 1 A are not cubes")
    path = write_zarr(tmp_path / "c.zarr", voxels)
    (path / "0" / "0.0.0").write_bytes(b"no chunk")
    refused(path, "cannot be read")
    path = write_zarr(tmp_path / "j.zarr", voxels)
    (path / ".zattrs").write_text("{")
    with pytest.raises(CryoalError, match=r"\.zattrs: cannot be read"):
        open_tomogram(path)
    path = write_zarr(tmp_path / "e.zarr", voxels, datasets=[])
    refused(path, "metadata is incomplete")
    path = write_zarr(tmp_path / "b.zarr", np.stack([voxels, voxels]))
    refused(path, "not one volume of real numbers")


def test_names():
    names = ["a.mrc", "TS_1.rec", "a.mrc.gz", "a.em", "a.zarr", "a.ome.zarr", "a.MRC"]
    assert all(map(is_tomogram_name, names))
    assert not any(map(is_tomogram_name, ["a.mrcs", ".a.mrc", "a.txt", "em"]))


def test_bad_files(tmp_path, voxels):
    def refused(path: Path, message: str) -> None:
        with pytest.raises(CryoalError, match=message) as caught:
            open_tomogram(path)
        assert str(caught.value).startswith(str(path))

    refused(tmp_path / "none.mrc", "is not there")
    refused(tmp_path / "none.em", "is not there")
    (tmp_path / "a.txt").write_text("x")
    refused(tmp_path / "a.txt", "is no tomogram; name a file")
    refused(tmp_path, "is no tomogram; name a file")
    stack = np.stack([voxels, voxels])
    refused(write_mrc(tmp_path / "s.mrc", stack), "is a stack of 2 volumes")
    (tmp_path / "short.em").write_bytes(b"x" * 100)
    refused(tmp_path / "short.em", "too short")
    path = write_em(tmp_path / "cut.em", voxels)
    path.write_bytes(path.read_bytes()[:-1])
    refused(path, "truncated, the header promises 4516 bytes")
    path.write_bytes(bytes([6, 0, 0, 8]) + path.read_bytes()[4:])
    refused(path, "not an EM file of little-endian real numbers")

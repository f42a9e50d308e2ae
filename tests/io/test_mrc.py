"""Reading MRC headers and voxels, against mrcfile and against hand-made bytes."""

from __future__ import annotations

import gzip
import itertools
import os
import struct
from pathlib import Path

import mrcfile
import numpy as np
import pytest

from cryoal.errors import CryoalError
from cryoal.io.mrc import is_stack_name, is_volume_name, read_header, read_volume

DTYPES = {0: "i1", 1: "i2", 2: "f4", 6: "u2", 12: "f2"}


def write(path: Path, data: np.ndarray, voxel_size_A: float = 13.5) -> Path:
    with mrcfile.new(path, overwrite=True) as mrc:
        mrc.set_data(data)
        mrc.voxel_size = voxel_size_A
    return path


def patch(path: Path, offset: int, raw: bytes) -> Path:
    content = bytearray(path.read_bytes())
    content[offset : offset + len(raw)] = raw
    path.write_bytes(content)
    return path


def swapped(path: Path, dtype: str) -> Path:
    """The same file in the other byte order."""
    raw = path.read_bytes()
    header = np.frombuffer(raw[:1024], mrcfile.dtypes.HEADER_DTYPE).byteswap().tobytes()
    voxels = np.frombuffer(raw[1024:], dtype).byteswap().tobytes()
    path.write_bytes(header + voxels)
    return patch(path, 212, b"\x11\x11\x00\x00")


@pytest.fixture
def data() -> np.ndarray:
    return np.random.default_rng(0).integers(-100, 100, (4, 5, 6))


@pytest.mark.parametrize("mode", DTYPES)
@pytest.mark.parametrize("big_endian", [False, True])
@pytest.mark.parametrize("packed", [False, True])
def test_modes_byte_orders_and_gzip(tmp_path, data, mode, big_endian, packed):
    data = (abs(data) if mode == 6 else data).astype(DTYPES[mode])
    path = write(tmp_path / "a.mrc", data)
    if big_endian:
        swapped(path, DTYPES[mode])
    if packed:
        raw, path = path.read_bytes(), tmp_path / "a.mrc.gz"
        path.write_bytes(gzip.compress(raw))
    header, volume = read_header(path), read_volume(path)
    assert header.shape == data.shape
    assert header.voxel_size_A == pytest.approx(13.5)
    assert volume.dtype == np.float32
    assert volume.flags.writeable
    assert volume.flags.c_contiguous
    np.testing.assert_array_equal(volume, data)


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_axes_are_transposed_to_zyx(tmp_path, data, order):
    """mapc, mapr, maps name the axis that runs along columns, rows and sections."""
    stored = data.astype("f4")
    path = patch(write(tmp_path / "a.mrc", stored), 64, struct.pack("<3i", *order))
    volume = read_volume(path)
    for section, row, column in [(0, 0, 0), (3, 4, 5), (1, 0, 2), (2, 3, 0)]:
        place = dict(zip(order, (column, row, section), strict=True))
        x, y, z = place[1], place[2], place[3]
        assert volume[z, y, x] == stored[section, row, column]
    assert read_header(path).shape == volume.shape


def test_axes_left_at_zero_mean_the_usual_order(tmp_path, data):
    path = patch(write(tmp_path / "a.mrc", data.astype("f4")), 64, bytes(12))
    np.testing.assert_array_equal(read_volume(path), data)


@pytest.mark.parametrize(("flags", "unsigned"), [(0, True), (1, False), (4, True), (5, False)])
def test_imod_flags_say_whether_bytes_are_signed(tmp_path, data, flags, unsigned):
    path = write(tmp_path / "a.mrc", data.astype("i1"))
    patch(path, 152, struct.pack("<2i", 1146047817, flags))
    expected = data.astype("i1").view("u1") if unsigned else data
    np.testing.assert_array_equal(read_volume(path), expected)


@pytest.mark.parametrize("stamp", [b"DA\0\0", b"DD\0\0", b"D   ", bytes(4)])
def test_odd_machine_stamps_are_read_by_the_order_that_makes_sense(tmp_path, data, stamp):
    path = patch(write(tmp_path / "a.mrc", data.astype("f4")), 212, stamp)
    np.testing.assert_array_equal(read_volume(path), data)


@pytest.mark.parametrize("stamp", [b"zzzz", bytes(4)])
def test_big_endian_with_an_odd_stamp(tmp_path, data, stamp):
    path = patch(swapped(write(tmp_path / "a.mrc", data.astype("f4")), "f4"), 212, stamp)
    np.testing.assert_array_equal(read_volume(path), data)


@pytest.mark.parametrize("size", [0.0, 1.0])
def test_unset_voxel_size_is_none(tmp_path, data, size):
    assert read_header(write(tmp_path / "a.mrc", data.astype("f4"), size)).voxel_size_A is None


def test_extended_header_is_skipped(tmp_path, data):
    path = write(tmp_path / "a.mrc", data.astype("f4"))
    raw = path.read_bytes()
    path.write_bytes(raw[:1024] + b"x" * 256 + raw[1024:])
    patch(path, 92, struct.pack("<i", 256))
    np.testing.assert_array_equal(read_volume(path), data)


def test_volume_stack(tmp_path):
    stack = np.random.default_rng(1).normal(size=(5, 4, 4, 4)).astype("f4")
    path = write(tmp_path / "s.mrcs", stack)
    header = read_header(path)
    assert (header.volumes, header.shape, header.is_volume_stack) == (5, (4, 4, 4), True)
    for number in range(5):
        np.testing.assert_array_equal(read_volume(path, number), stack[number])
    with pytest.raises(CryoalError, match=r"holds 5 volume\(s\), number 6"):
        read_volume(path, 5)


def test_digest_notices_a_replaced_volume_in_a_stack(tmp_path):
    stack = np.zeros((5, 16, 16, 16), "f4")
    path = write(tmp_path / "s.mrcs", stack)
    before = read_header(path).digest
    patch(path, 1024 + 3 * 16**3 * 4, b"\1\2\3\4")
    assert read_header(path).digest != before


def test_digest_is_that_of_the_content_not_of_the_place(tmp_path, data):
    one = write(tmp_path / "a.mrc", data.astype("f4"))
    other = tmp_path / "b.mrc"
    other.write_bytes(one.read_bytes())
    os.utime(other, (0, 0))
    assert read_header(one).digest == read_header(other).digest


def test_names():
    assert all(map(is_volume_name, ["a.mrc", "a.MRC", "a.mrc.gz", "a.rec", "a.map"]))
    assert not any(map(is_volume_name, ["a.mrcs", ".a.mrc", "a.txt", "a.gz", "mrc"]))
    assert is_stack_name("a.mrcs")
    assert not is_stack_name("a.mrc")


def test_gzip_of_several_members(tmp_path, data):
    raw = write(tmp_path / "a.mrc", data.astype("f4")).read_bytes()
    path = tmp_path / "a.mrc.gz"
    path.write_bytes(gzip.compress(raw[:1200]) + gzip.compress(raw[1200:]))
    np.testing.assert_array_equal(read_volume(path), data)


def bad_files(folder: Path) -> dict[str, tuple[Path, str]]:
    data = np.random.default_rng(0).normal(size=(4, 4, 4)).astype("f4")
    good = write(folder / "good.mrc", data).read_bytes()

    def made(name: str, raw: bytes) -> Path:
        (folder / name).write_bytes(raw)
        return folder / name

    def changed(name: str, offset: int, *values: int) -> Path:
        return patch(made(name, good), offset, struct.pack(f"<{len(values)}i", *values))

    return {
        "truncated": (made("t.mrc", good[:-8]), "truncated, the header promises 1280 bytes"),
        "header larger than data": (changed("l.mrc", 0, 2**14, 2**14, 2**14), "truncated"),
        "negative extended header": (changed("n.mrc", 92, -500), "truncated"),
        "truncated before gzip": (made("t.mrc.gz", gzip.compress(good[:-8])), "truncated"),
        "empty": (made("e.mrc", b""), "is empty"),
        "empty gzip": (made("e.mrc.gz", gzip.compress(b"")), "is empty"),
        "text": (made("x.mrc", b"hello" * 500), "is not an MRC file"),
        "short": (made("s.mrc", good[:500]), "is not an MRC file"),
        "complex": (changed("c.mrc", 12, 4), "mode 4 .complex float32."),
        "complex int": (changed("ci.mrc", 12, 3), "mode 3 .complex int16."),
        "4-bit": (changed("b.mrc", 12, 101), "mode 101 .packed 4-bit."),
        "unknown mode": (changed("u.mrc", 12, 77), "mode 77 .unknown."),
        "zero size": (changed("z.mrc", 0, 0), "header gives the size 0 x 4 x 4"),
        "axes": (changed("a.mrc", 64, 1, 1, 3), "mapc, mapr, maps = 1, 1, 3"),
        "anisotropic": (
            patch(made("an.mrc", good), 40, struct.pack("<3f", 40, 40, 80)),
            "are not cubes",
        ),
        "no order": (
            patch(changed("o.mrc", 12, 77), 212, b"zzzz"),
            "machine stamp 7a7a7a7a tells no byte order",
        ),
        "damaged gzip": (made("g.mrc.gz", gzip.compress(good)[:-20] + bytes(20)), "gzip"),
        "not gzip": (made("p.mrc.gz", good), "damaged gzip"),
        "absent": (folder / "absent.mrc", "is not there"),
        "folder": (folder, "is not a file"),
    }


BAD = [
    "truncated",
    "header larger than data",
    "negative extended header",
    "truncated before gzip",
    "empty",
    "empty gzip",
    "text",
    "short",
    "complex",
    "complex int",
    "4-bit",
    "unknown mode",
    "zero size",
    "axes",
    "anisotropic",
    "no order",
    "damaged gzip",
    "not gzip",
    "absent",
    "folder",
]


def test_all_bad_files_are_tried(tmp_path):
    assert sorted(bad_files(tmp_path)) == sorted(BAD)


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_refused_in_one_line_that_names_them(tmp_path, case):
    path, message = bad_files(tmp_path)[case]
    with pytest.raises(CryoalError, match=message) as caught:
        read_volume(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_stack_whose_sections_do_not_divide(tmp_path):
    path = write(tmp_path / "s.mrcs", np.zeros((5, 4, 4, 4), "f4"))
    patch(path, 36, struct.pack("<i", 3))
    with pytest.raises(CryoalError, match="20 sections with 3 a volume"):
        read_header(path)


def test_fifo_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "a.mrc")
    with pytest.raises(CryoalError, match="is not a file"):
        read_header(tmp_path / "a.mrc")

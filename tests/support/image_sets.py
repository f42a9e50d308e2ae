"""Small data sets in the formats that the image benchmarks are distributed in."""

from __future__ import annotations

import io
import struct
import tarfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.io
from PIL import Image

CIFAR10_NAMES = (
    b"airplane automobile bird cat deer dog frog horse ship truck".split()  # in the official order
)
CIFAR10_BATCHES = [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]

_DTYPE = (
    b"cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
)
_EMPTY_ARRAY = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"


def python2_pickle(record: Mapping[str, object]) -> bytes:
    """A dict as Python 2 pickled it under protocol 2: strings of bytes, numpy's old paths."""
    pairs = b"".join(_instructions(name.encode()) + _instructions(record[name]) for name in record)
    return b"\x80\x02}(" + pairs + b"u."


def _instructions(value: object) -> bytes:
    if isinstance(value, bytes):
        head = b"U" + bytes([len(value)]) if len(value) < 256 else b"T" + _int4(len(value))
        return head + value
    if isinstance(value, int):
        return b"K" + bytes([value]) if 0 <= value < 256 else b"J" + _int4(value)
    if isinstance(value, list):
        return b"](" + b"".join(map(_instructions, value)) + b"e"
    assert isinstance(value, np.ndarray)
    assert value.dtype == np.uint8
    shape = b"(" + b"".join(b"J" + _int4(size) for size in value.shape) + b"t"
    data = _instructions(value.tobytes())
    return _EMPTY_ARRAY + b"(K\x01" + shape + _DTYPE + b"\x89" + data + b"tb"


def _int4(value: int) -> bytes:
    return struct.pack("<i", value)


def noise(shape: Sequence[int], seed: int = 0) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def cifar10_batch(name: str, count: int = 6) -> dict[str, object]:
    """What one file of CIFAR-10 holds; labels run through the classes."""
    seed = CIFAR10_BATCHES.index(name)
    return {
        "batch_label": name.encode(),
        "labels": [(seed + row) % 10 for row in range(count)],
        "data": noise((count, 3072), seed),
        "filenames": [b"image_%d.png" % row for row in range(count)],
    }


def write_cifar10(folder: Path, count: int = 6) -> Path:
    """``cifar-10-batches-py`` in ``folder``, ``count`` images a file."""
    place = folder / "cifar-10-batches-py"
    place.mkdir(parents=True)
    for name in CIFAR10_BATCHES:
        (place / name).write_bytes(python2_pickle(cifar10_batch(name, count)))
    meta = {"num_cases_per_batch": count, "label_names": CIFAR10_NAMES, "num_vis": 3072}
    (place / "batches.meta").write_bytes(python2_pickle(meta))
    return place


def write_cifar100(folder: Path, count: int = 5) -> Path:
    """``cifar-100-python`` in ``folder``, ``count`` images a part."""
    place = folder / "cifar-100-python"
    place.mkdir(parents=True)
    for seed, name in enumerate(("train", "test")):
        part = {
            "filenames": [b"image.png"] * count,
            "fine_labels": [(seed + 99 - row) % 100 for row in range(count)],
            "coarse_labels": [row % 20 for row in range(count)],
            "data": noise((count, 3072), 10 + seed),
        }
        (place / name).write_bytes(python2_pickle(part))
    fine = [b"fine %02d" % number for number in range(100)]
    coarse = [b"coarse %02d" % number for number in range(20)]
    meta = python2_pickle({"fine_label_names": fine, "coarse_label_names": coarse})
    (place / "meta").write_bytes(meta)
    return place


def write_archive(folder: Path, path: Path) -> Path:
    """A folder as the ``.tar.gz`` that it was unpacked from."""
    with tarfile.open(path, "w:gz") as archive:
        archive.add(folder, folder.name)
    return path


def write_svhn(folder: Path, count: int = 12) -> Path:
    """The two files of the cropped digits, labels 1 to 10 in turn."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed, name in enumerate(("train_32x32.mat", "test_32x32.mat")):
        digits = (np.arange(count) % 10 + 1).astype(np.uint8)[:, None]
        contents = {"X": noise((32, 32, 3, count), seed), "y": digits}
        scipy.io.savemat(folder / name, contents, do_compression=True)
    return folder


def write_image(path: Path, pixels: npt.NDArray[np.uint8], **options: object) -> Path:
    """Pixels (H, W) or (H, W, 3), in the format that the name says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)
    return path


def write_class_folders(
    folder: Path,
    classes: Sequence[str],
    count: int = 3,
    shape: Sequence[int] = (6, 8, 3),
    suffix: str = ".png",
) -> Path:
    """``count`` images of noise in each class folder."""
    for number, name in enumerate(classes):
        for row in range(count):
            write_image(folder / name / f"{row}{suffix}", noise(shape, 100 * number + row))
    return folder


def write_camvid(folder: Path, layout: Sequence[str], shape: tuple[int, int] = (6, 8)) -> Path:
    """Two images a part; ``layout`` names the folders of images and label images."""
    for seed, part in enumerate(("train", "val", "test")):
        for row in range(2):
            name = f"{part}_{row}.png"
            write_image(folder / layout[0].format(part) / name, noise((*shape, 3), 10 * seed + row))
            values = (noise(shape, 100 + 10 * seed + row) % 12).astype(np.uint8)
            write_image(folder / layout[1].format(part) / name, values)
    return folder


def write_cityscapes(folder: Path, shape: tuple[int, int] = (8, 16)) -> Path:
    """Two cities to train on and one to validate on, one image each, and a test image."""
    for seed, place in enumerate(("train/aachen", "train/bochum", "val/lindau", "test/berlin")):
        name = f"{place.split('/')[1]}_000000_000019"
        image = folder / "leftImg8bit" / place / f"{name}_leftImg8bit.png"
        write_image(image, noise((*shape, 3), seed))
        values = (noise(shape, 100 + seed) % 34).astype(np.uint8)
        write_image(folder / "gtFine" / place / f"{name}_gtFine_labelIds.png", values)
    return folder


def png_header(width: int, height: int) -> bytes:
    """The beginning of a PNG that says it is of this size."""
    stream = io.BytesIO()
    Image.new("L", (1, 1)).save(stream, "PNG")
    raw = bytearray(stream.getvalue())
    raw[16:24] = struct.pack(">II", width, height)
    raw[29:33] = struct.pack(">I", zlib.crc32(raw[12:29]))
    return bytes(raw)

"""CIFAR-10 and CIFAR-100 as they are downloaded."""

from __future__ import annotations

import os
import pickle

import numpy as np
import pytest
import torch
from image_sets import (
    CIFAR10_BATCHES,
    CIFAR10_NAMES,
    cifar10_batch,
    python2_pickle,
    write_archive,
    write_cifar10,
    write_cifar100,
)

from cryoal.errors import CryoalError
from cryoal.pools.images.cifar import open_cifar


@pytest.fixture
def folder(tmp_path):
    return write_cifar10(tmp_path)


def test_cifar10(folder):
    pool = open_cifar(folder)
    assert pool.kind == "CIFAR-10"
    assert pool.classes == [name.decode() for name in CIFAR10_NAMES]
    assert pool.item_shape == (3, 32, 32)
    assert len(pool) == 36
    assert pool.ids[:2] == ["data_batch_1/0", "data_batch_1/1"]
    assert pool.ids[-1] == "test_batch/5"
    assert len(set(pool.ids)) == 36
    assert pool.groups is None
    assert pool.official_test.tolist() == [False] * 30 + [True] * 6
    expected = [(batch + row) % 10 for batch in range(6) for row in range(6)]
    assert pool.labels.tolist() == expected
    assert pool.labels.dtype == np.int64


def test_pixels(folder):
    """A row is the red plane, then the green, then the blue, each line by line."""
    pool = open_cifar(folder)
    row = cifar10_batch("data_batch_2")["data"][3]
    image = pool.read([9])
    assert image.dtype == torch.float32
    assert image.shape == (1, 3, 32, 32)
    assert image[0, 1, 5, 7] == row[1024 + 5 * 32 + 7]
    order = [30, 2, 2, 17]
    torch.testing.assert_close(pool.read(order), torch.cat([pool.read([at]) for at in order]))


def test_levels_are_the_published_ones(folder):
    pool = open_cifar(folder)
    grey = torch.full((1, 3, 1, 1), 255.0) * torch.tensor([0.4914, 0.4822, 0.4465]).view(3, 1, 1)
    torch.testing.assert_close(pool.normalise(grey), torch.zeros(1, 3, 1, 1), atol=1e-6, rtol=0)
    white = pool.normalise(torch.full((1, 3, 1, 1), 255.0)).flatten()
    assert white.tolist() == pytest.approx([0.5086 / 0.2470, 0.5178 / 0.2435, 0.5535 / 0.2616])


def test_cifar100_has_fine_labels(tmp_path):
    pool = open_cifar(write_cifar100(tmp_path))
    assert pool.kind == "CIFAR-100"
    assert pool.classes == [f"fine {number:02d}" for number in range(100)]
    assert pool.ids[0] == "train/0"
    assert pool.labels.tolist() == [99, 98, 97, 96, 95, 0, 99, 98, 97, 96]
    assert pool.official_test.tolist() == [False] * 5 + [True] * 5


@pytest.mark.parametrize("name", ["cifar-10-python.tar.gz", "cifar-100-python.tar.gz"])
def test_archives_as_downloaded(tmp_path, name):
    write = write_cifar100 if "100" in name else write_cifar10
    folder = write(tmp_path / "unpacked")
    archive = write_archive(folder, tmp_path / name)
    packed, unpacked = open_cifar(archive), open_cifar(folder)
    assert packed.kind == unpacked.kind
    assert packed.fingerprint == unpacked.fingerprint
    assert packed.label_fingerprint == unpacked.label_fingerprint
    torch.testing.assert_close(packed.read([0, 9]), unpacked.read([0, 9]))
    assert packed.source == archive


def test_a_part_is_warned_of(folder):
    (warning,) = open_cifar(folder).warnings
    assert warning.startswith("36 images, but the official CIFAR-10 has 60000")


def test_travels_to_another_process(folder):
    pool = pickle.loads(pickle.dumps(open_cifar(folder)))
    torch.testing.assert_close(pool.read([3]), open_cifar(folder).read([3]))


def test_fingerprints(folder):
    pool = open_cifar(folder)
    again = open_cifar(folder)
    assert again.fingerprint == pool.fingerprint
    batch = cifar10_batch("data_batch_3")
    batch["labels"] = [*batch["labels"][:-1], 9]
    (folder / "data_batch_3").write_bytes(python2_pickle(batch))
    relabelled = open_cifar(folder)
    assert relabelled.fingerprint == pool.fingerprint
    assert relabelled.label_fingerprint != pool.label_fingerprint
    batch["data"] = batch["data"].copy()
    batch["data"][5, 3071] ^= 1
    (folder / "data_batch_3").write_bytes(python2_pickle(batch))
    assert open_cifar(folder).fingerprint != pool.fingerprint


def test_positions_out_of_range(folder):
    with pytest.raises(IndexError, match="0 to 35"):
        open_cifar(folder).read([36])


@pytest.mark.parametrize("name", [*CIFAR10_BATCHES, "batches.meta"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(
        CryoalError, match=rf"cifar-10-batches-py: {name} \(MD5 [0-9a-f]{{32}}\)"
    ) as told:
        open_cifar(folder)
    assert "170498071 bytes, MD5 c58f30108f718f92721af3b95e74349a" in str(told.value)


def test_a_missing_file_of_an_archive(tmp_path):
    folder = write_cifar100(tmp_path)
    (folder / "test").unlink()
    archive = write_archive(folder, tmp_path / "cifar-100-python.tar.gz")
    with pytest.raises(CryoalError, match=r"test \(MD5 f0ef6b0ae62326f3e7ffdfab6717acfc\)") as told:
        open_cifar(archive)
    assert "169001437 bytes, MD5 eb9058c3a382ffc7106e4002c42a8d85" in str(told.value)


def test_an_incomplete_download(tmp_path):
    archive = write_archive(write_cifar10(tmp_path), tmp_path / "cifar-10-python.tar.gz")
    raw = archive.read_bytes()
    archive.write_bytes(raw[: len(raw) // 2])
    with pytest.raises(CryoalError, match=r"damaged or incomplete \(\d+ bytes\)") as told:
        open_cifar(archive)
    assert "170498071 bytes" in str(told.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": [0, 1, 2, 3, 4, 10]}, "image 5 has the label 10, but CIFAR-10 has the classes"),
        ({"labels": [0, -1, 2, 3, 4, 5]}, "image 1 has the label -1"),
        ({"labels": [0, 1, 2]}, "3 labels for 6 images"),
        ({"labels": []}, "'labels' is no list of class numbers"),
        ({"labels": [b"0"] * 6}, "'labels' is no list of class numbers"),
        ({"labels": 3}, "'labels' is no list of class numbers"),
        ({"data": np.zeros((6, 3071), np.uint8)}, "'data' is not rows of 3072 bytes"),
        ({"data": np.zeros(6 * 3072, np.uint8)}, "'data' is not rows of 3072 bytes"),
        ({"data": b"pixels"}, "'data' is not rows of 3072 bytes"),
    ],
    ids=["too large", "negative", "too few", "none", "texts", "one", "rows", "flat", "text"],
)  # fmt: skip
def test_damaged_batches(folder, change, message):
    batch = {**cifar10_batch("data_batch_4"), **change}
    (folder / "data_batch_4").write_bytes(python2_pickle(batch))
    with pytest.raises(CryoalError, match=rf"data_batch_4: {message}"):
        open_cifar(folder)


@pytest.mark.parametrize("names", [[b"one"], [b"a"] * 10, 7, [b"a\n%d" % n for n in range(10)]])
def test_damaged_names(folder, names):
    (folder / "batches.meta").write_bytes(python2_pickle({"label_names": names}))
    with pytest.raises(CryoalError, match=r"batches\.meta: 'label_names' does not name 10 classes"):
        open_cifar(folder)


def test_a_truncated_batch(folder):
    path = folder / "data_batch_5"
    path.write_bytes(path.read_bytes()[:9000])
    with pytest.raises(CryoalError, match=r"data_batch_5: is damaged or incomplete"):
        open_cifar(folder)


@pytest.mark.parametrize("protocol", [2, 4])
def test_a_pickle_that_would_run_code(folder, protocol, tmp_path):
    class Call:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "made"),)

    (folder / "test_batch").write_bytes(pickle.dumps({"data": Call()}, protocol))
    with pytest.raises(CryoalError, match=r"test_batch: holds a call of '\w+\.mkdir'; refused"):
        open_cifar(folder)
    assert not (tmp_path / "made").exists()


def test_what_people_saved_anew(folder):
    """From Python 3, with labels as an array."""
    before = open_cifar(folder)
    batch = cifar10_batch("test_batch")
    batch["labels"] = np.array(batch["labels"], np.uint8)
    (folder / "test_batch").write_bytes(pickle.dumps(batch, 4))
    assert open_cifar(folder).fingerprint == before.fingerprint


def test_other_folders(tmp_path):
    assert open_cifar(tmp_path) is None
    assert open_cifar(tmp_path / "none") is None
    (tmp_path / "train").mkdir()
    (tmp_path / "test").mkdir()
    (tmp_path / "meta").mkdir()
    assert open_cifar(tmp_path) is None


def test_real_images(data_folder):
    path = data_folder / "cifar-10-batches-py"
    if not path.is_dir():
        pytest.skip(f"no CIFAR-10 in {data_folder}")
    pool = open_cifar(path)
    assert pool.kind == "CIFAR-10"
    counts = np.bincount(pool.labels, minlength=10)
    assert len(set(counts.tolist())) == 1
    images = pool.normalise(pool.read(np.arange(0, len(pool), 20)))
    assert images.mean((0, 2, 3)).abs().max() < 0.1
    assert (images.std((0, 2, 3)) - 1).abs().max() < 0.1
    # Ships and airplanes are seen against water and sky.
    blue = {name: pool.read(np.flatnonzero(pool.labels == label)[:200])[:, 2].mean().item()
            for label, name in enumerate(pool.classes)}  # fmt: skip
    assert min(blue["ship"], blue["airplane"]) > max(blue["frog"], blue["deer"])

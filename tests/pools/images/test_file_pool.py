"""Images that are files: lazy, alike in threads, and known again when they change."""

from __future__ import annotations

import os
import pickle
import shutil

import pytest
import torch
from image_sets import noise, write_class_folders, write_image

from cryoal.errors import CryoalError
from cryoal.pools.images.class_folders import open_class_folders


@pytest.fixture
def folder(tmp_path):
    return write_class_folders(tmp_path / "pool", ["a", "b"])


@pytest.fixture
def threads():
    """More than one, as the tests are run with one."""
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("threads")
def test_batches_are_as_one_at_a_time(folder):
    pool = open_class_folders(folder, None)
    order = [5, 0, 0, 3, 1, 4, 2] * 5
    torch.testing.assert_close(pool.read(order), torch.cat([pool.read([at]) for at in order]))
    assert pool.read([]).shape == (0, 3, 6, 8)


@pytest.mark.usefixtures("threads")
def test_a_broken_image_is_named_from_any_thread(folder):
    pool = open_class_folders(folder, None)
    (folder / "b" / "1.png").write_bytes(b"x")
    with pytest.raises(CryoalError, match=r"b/1\.png: is no image"):
        pool.read(range(6))


def test_an_image_that_changed_its_size(folder):
    pool = open_class_folders(folder, None)
    write_image(folder / "b" / "1.png", noise((7, 8, 3)))
    with pytest.raises(CryoalError, match=r"b/1\.png: 8 x 7 px now, but 8 x 6 px when"):
        pool.read([4])


def test_an_image_that_is_gone(folder):
    pool = open_class_folders(folder, None)
    (folder / "b" / "1.png").unlink()
    with pytest.raises(CryoalError, match=r"b/1\.png: cannot be read"):
        pool.read([4])


def test_positions_out_of_range(folder):
    pool = open_class_folders(folder, None)
    for at in (-1, 6):
        with pytest.raises(IndexError, match="0 to 5"):
            pool.read([at])


def test_travels_to_another_process(folder):
    pool = open_class_folders(folder, None)
    torch.testing.assert_close(pickle.loads(pickle.dumps(pool)).read([1]), pool.read([1]))


def test_fingerprint(folder, tmp_path):
    pool = open_class_folders(folder, None)
    assert open_class_folders(folder, None).fingerprint == pool.fingerprint
    moved = folder.rename(tmp_path / "moved")
    assert open_class_folders(moved, None).fingerprint == pool.fingerprint
    path = moved / "a" / "0.png"
    state = path.stat()
    seen = {pool.fingerprint}

    def changed() -> bool:
        found = open_class_folders(moved, None).fingerprint
        is_new = found not in seen
        seen.add(found)
        return is_new

    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns + 10**9))
    assert changed()
    path.write_bytes(path.read_bytes() + b"x")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert changed()
    shutil.copy2(path, moved / "a" / "9.png")
    assert changed()
    path.unlink()
    assert changed()


def test_label_fingerprint(folder):
    pool = open_class_folders(folder, None)
    (folder / "a").rename(folder / "c")
    assert open_class_folders(folder, None).label_fingerprint != pool.label_fingerprint


def test_pictures(folder):
    pool = open_class_folders(folder, None)
    pictures = pool.pictures(pool.read([0, 1]))
    assert pictures.shape == (2, 6, 8, 3)
    assert (pictures[1] * 255).round().astype(int).tolist() == noise((6, 8, 3), 1).tolist()

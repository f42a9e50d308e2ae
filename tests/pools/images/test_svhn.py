"""SVHN as it is downloaded."""

from __future__ import annotations

import pytest
import torch
from image_sets import noise, write_svhn

from cryoal.errors import CryoalError
from cryoal.pools.images.svhn import open_svhn


def test_svhn(tmp_path):
    pool = open_svhn(write_svhn(tmp_path))
    assert pool.kind == "SVHN"
    assert pool.classes == list("0123456789")
    assert len(pool) == 24
    assert pool.ids[0] == "train_32x32/0"
    assert pool.ids[-1] == "test_32x32/11"
    assert pool.labels[:12].tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2]
    assert pool.official_test.tolist() == [False] * 12 + [True] * 12
    assert pool.warnings[0].startswith("24 images, but the official SVHN has 99289")
    assert not pool.recipe["augmentation"]["flips"]
    expected = torch.from_numpy(noise((32, 32, 3, 12), 1)[..., 4]).permute(2, 0, 1).float()
    torch.testing.assert_close(pool.read([16])[0], expected)
    white = pool.normalise(torch.full((1, 3, 1, 1), 255.0)).flatten().tolist()
    assert white == pytest.approx([0.5623 / 0.1980, 0.5562 / 0.2010, 0.5272 / 0.1970])


def test_by_the_name_of_a_file(tmp_path):
    pool = open_svhn(write_svhn(tmp_path))
    named = open_svhn(tmp_path / "test_32x32.mat")
    assert named.fingerprint == pool.fingerprint
    assert named.source == pool.source == tmp_path


@pytest.mark.parametrize(
    ("name", "official"),
    [
        ("train_32x32.mat", "182040794 bytes, MD5 e26dedcc434d2e4c54c9b2d4a06d8373"),
        ("test_32x32.mat", "64275384 bytes, MD5 eb5a983be6a315427106f1b164d9cef3"),
    ],
)
def test_a_missing_or_broken_file(tmp_path, name, official):
    path = write_svhn(tmp_path) / name
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2])
    with pytest.raises(
        CryoalError, match=rf"{name}: is damaged.*; the official one is {name}"
    ) as told:
        open_svhn(tmp_path)
    assert official in str(told.value)
    path.unlink()
    with pytest.raises(CryoalError, match=f"{name} is missing; download {name}") as told:
        open_svhn(tmp_path)
    assert official in str(told.value)


def test_other_places(tmp_path):
    assert open_svhn(tmp_path) is None
    assert open_svhn(tmp_path / "other.mat") is None
    assert open_svhn(tmp_path / "train_32x32.mat") is None

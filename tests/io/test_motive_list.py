"""Motive lists: places, orientations, classes written back into the same bytes."""

from __future__ import annotations

from pathlib import Path

import emfile
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from particle_lists import PARTICLES

from cryoal.errors import CryoalError
from cryoal.io.class_legend import write_legend
from cryoal.io.motive_list import is_motive_list, read_motive_list, write_motive_classes


def particle(**values: float) -> np.ndarray:
    """20 numbers, by ``rN`` the one numbered N."""
    numbers = np.zeros(20, np.float32)
    for name, value in values.items():
        numbers[int(name[1:]) - 1] = value
    return numbers


def write(folder: Path, rows: np.ndarray | list[np.ndarray], flat: str = "z") -> Path:
    path = folder / "motl.em"
    rows = np.array(rows, np.float32).reshape(-1, 20)
    emfile.write(path, rows[None] if flat == "z" else rows[:, None], overwrite=True)
    content = bytearray(path.read_bytes())
    content[16:26] = b"a comment\xff"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("flat", ["z", "y"])
def test_by_hand(tmp_path, flat):
    """phi about z first, then theta about x, then psi about z: reference to particle."""
    rows = [
        particle(r4=7, r5=3, r8=11, r9=21, r10=31, r11=0.5, r17=90, r20=2),
        particle(r4=8, r5=3, r8=1, r9=1, r10=1, r17=90, r18=0, r19=90),
    ]
    picks = read_motive_list(write(tmp_path, rows, flat), has_labels=True)
    np.testing.assert_allclose(picks.positions, [[10.5, 20, 30], [0, 0, 0]])
    assert picks.rotations is not None
    turned = picks.rotations.apply([[1, 0, 0], [1, 0, 0]])
    np.testing.assert_allclose(turned, [[0, 1, 0], [0, 0, 1]], atol=1e-12)
    assert (list(picks.ids), list(picks.tomograms)) == (["7", "8"], ["3", "3"])
    assert list(picks.labels) == ["2", ""]
    from_zero = read_motive_list(tmp_path / "motl.em", first_voxel=0)
    np.testing.assert_allclose(from_zero.positions, picks.positions + 1)
    assert from_zero.labels == []


def test_what_dynamo_would_write_means_the_same(tmp_path):
    """(Rz(narot) Rx(tilt) Rz(tdrot))^T: phi, theta, psi are its angles reversed and negated."""
    angles = PARTICLES.rotations.as_euler("ZXZ", degrees=True)
    places = PARTICLES.picks_px + 1
    rows = [
        particle(r5=1, r8=x, r9=y, r10=z, r17=phi, r18=psi, r19=theta)
        for (x, y, z), (psi, theta, phi) in zip(places, angles, strict=True)
    ]
    picks = read_motive_list(write(tmp_path, rows))
    assert picks.rotations is not None
    np.testing.assert_allclose(
        (picks.rotations * PARTICLES.rotations.inv()).magnitude(), 0, atol=1e-5
    )
    np.testing.assert_allclose(picks.positions, PARTICLES.picks_px)
    assert list(picks.ids) == ["1/1", "1/2", "1/3"]


def test_a_legend_names_the_classes(tmp_path):
    path = write(tmp_path, [particle(r20=2)])
    write_legend(path, "row", ["x", "a b"])
    assert list(read_motive_list(path, has_labels=True).labels) == ["a b"]


@settings(max_examples=40, deadline=None)
@given(arrays.arrays(np.float32, st.tuples(st.integers(0, 5), st.just(20))))
def test_all_but_the_class_survives_byte_for_byte(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("em")
    path = write(folder, rows)
    before = path.read_bytes() + b"trailing"
    path.write_bytes(before)
    write_motive_classes(path, folder / "o.em", list(range(len(rows))))
    after = (folder / "o.em").read_bytes()
    assert after[:512] == before[:512]
    assert after[-8:] == b"trailing"
    old, new = (
        np.frombuffer(c, "<u4", len(rows) * 20, 512).reshape(-1, 20) for c in (before, after)
    )
    np.testing.assert_array_equal(old[:, :19], new[:, :19])
    assert new[:, 19].copy().view("<f4").tolist() == list(range(len(rows)))


def test_200000_particles(tmp_path):
    rows = np.zeros((200_000, 20), np.float32)
    rows[:, 7] = np.arange(200_000)
    path = write(tmp_path, rows)
    assert len(read_motive_list(path)) == 200_000
    write_motive_classes(path, path, [1] * 200_000)


def test_an_empty_list(tmp_path):
    path = write(tmp_path, np.zeros((0, 20)))
    assert len(read_motive_list(path)) == 0
    write_motive_classes(path, path, [])


def test_a_list_is_told_from_a_tomogram(tmp_path):
    assert is_motive_list(write(tmp_path, [particle()]))
    emfile.write(tmp_path / "t.em", np.zeros((4, 5, 20), np.float32))
    assert not is_motive_list(tmp_path / "t.em")
    (tmp_path / "short.em").write_bytes(b"")
    assert not is_motive_list(tmp_path / "short.em")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([particle(r8=np.nan)], "particle 1: row 8 is nan"),
        ([particle(r8=np.inf)], "particle 1: row 8 is inf"),
        ([particle(), particle(r8=1, r5=1.5)], "particle 2: row 5 is 1.5, not a whole"),
        ([particle(), particle()], "particle 2: tomogram, place"),
    ],
)
def test_bad_lists_give_one_line(tmp_path, rows, message):
    with pytest.raises(CryoalError, match=message):
        read_motive_list(write(tmp_path, rows))


def test_broken_files(tmp_path):
    path = write(tmp_path, [particle()])
    content = path.read_bytes()
    for broken, message in [
        (b"", "too short"),
        (content[:-1], "truncated"),
        (content[:3] + b"\x01" + content[4:], "is not a motive list"),
        (content[:8] + b"\xff" * 4 + content[12:], "is not a motive list"),
    ]:
        path.write_bytes(broken)
        with pytest.raises(CryoalError, match=message):
            read_motive_list(path)
    with pytest.raises(CryoalError, match="cannot be read"):
        read_motive_list(tmp_path / "absent.em")
    with pytest.raises(CryoalError, match="has 1 particles, 2 classes"):
        write_motive_classes(write(tmp_path, [particle()]), path, [1, 2])

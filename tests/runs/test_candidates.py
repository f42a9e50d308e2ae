"""What a query was chosen from, as it is on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cryoal.errors import CryoalError
from cryoal.runs import RunFolder, RunSettings
from cryoal.runs.candidates import scored_items


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A run of five training items and one to test on."""
    folder = RunFolder.create(tmp_path / "run", RunSettings(data="gone"))
    splits = ["train"] * 5 + ["test"]
    folder.journal.create({}, ["a", "b"], list("123456"), None, splits)
    return folder


def test_gives_the_candidates(folder: RunFolder) -> None:
    np.savez(folder.scores_path(1), candidates=np.array([0, 2, 4], np.int32))
    items = scored_items(folder, 1)
    assert items.tolist() == [0, 2, 4]
    assert items.dtype == np.int64


@pytest.mark.parametrize(
    "content",
    [b"", b"no archive", b"PK\x03\x04 cut"],
    ids=["empty", "other", "cut"],
)
def test_a_file_that_is_no_archive(folder: RunFolder, content: bytes) -> None:
    folder.scores_path(1).write_bytes(content)
    with pytest.raises(CryoalError, match="cannot be read"):
        scored_items(folder, 1)


def test_a_missing_file(folder: RunFolder) -> None:
    with pytest.raises(CryoalError, match=r"scores\.npz: cannot be read"):
        scored_items(folder, 1)


@pytest.mark.parametrize(
    "arrays",
    [
        {"scores": np.zeros(3)},
        {"candidates": np.array([{"a": 1}])},
    ],
    ids=["without candidates", "pickled"],
)
def test_an_archive_of_something_else(folder: RunFolder, arrays: dict[str, np.ndarray]) -> None:
    np.savez(folder.scores_path(1), **arrays)
    with pytest.raises(CryoalError, match="cannot be read"):
        scored_items(folder, 1)


def test_one_array_alone(folder: RunFolder) -> None:
    with folder.scores_path(1).open("wb") as file:
        np.save(file, np.arange(3))
    with pytest.raises(CryoalError, match="cannot be read"):
        scored_items(folder, 1)


@pytest.mark.parametrize("items", [[0, 5], [0, 99], [-1], [0.5], [[0, 1]], []], ids=str)
def test_candidates_that_the_run_does_not_have(folder: RunFolder, items: list[object]) -> None:
    np.savez(folder.scores_path(1), candidates=np.array(items))
    with pytest.raises(CryoalError, match="no training items of this run"):
        scored_items(folder, 1)

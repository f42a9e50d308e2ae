"""Models on disk: exact round trip, and refusal of anything else."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from cryoal.errors import CryoalError
from cryoal.learning.checkpoint import ModelDescription, load_model, save_model

DESCRIPTION = ModelDescription("compact", (1, 24, 24, 24), ("a", "b"), "dark", 13.3, 1.0)


def test_round_trip(tmp_path: Path) -> None:
    model = DESCRIPTION.build(5)
    save_model(model, DESCRIPTION, tmp_path / "model.safetensors")
    loaded, description = load_model(tmp_path / "model.safetensors")
    assert description == DESCRIPTION
    assert not loaded.training
    state = model.state_dict()
    assert all(torch.equal(value, state[name]) for name, value in loaded.state_dict().items())
    assert [path.name for path in tmp_path.iterdir()] == ["model.safetensors"]


def test_building_is_seeded_and_leaves_the_global_generator() -> None:
    before = torch.get_rng_state()
    assert torch.equal(DESCRIPTION.build(1).head.weight, DESCRIPTION.build(1).head.weight)
    assert not torch.equal(DESCRIPTION.build(1).head.weight, DESCRIPTION.build(2).head.weight)
    assert torch.equal(before, torch.get_rng_state())


def write_pickle(path: Path) -> None:
    path.write_bytes(pickle.dumps({"a": 1}))


def write_foreign(path: Path) -> None:
    save_file({"a": torch.zeros(2)}, path)


def write_wrong_weights(path: Path) -> None:
    save_model(DESCRIPTION.build(0), DESCRIPTION, path)
    other = ModelDescription("compact", (1, 24, 24, 24), ("a", "b", "c"), "dark", 13.3, 1.0)
    save_model(DESCRIPTION.build(0), other, path)


@pytest.mark.parametrize("write", [write_pickle, write_foreign, write_wrong_weights, Path.touch])
def test_what_is_no_model_is_refused(tmp_path: Path, write: object) -> None:
    path = tmp_path / "model.safetensors"
    assert callable(write)
    write(path)
    with pytest.raises(CryoalError, match=r"model\.safetensors: not a model"):
        load_model(path)


def test_unwritable_place_is_named(tmp_path: Path) -> None:
    with pytest.raises(CryoalError, match="cannot be written"):
        save_model(DESCRIPTION.build(0), DESCRIPTION, tmp_path / "none" / "model.safetensors")

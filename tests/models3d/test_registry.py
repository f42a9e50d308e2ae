"""The registry: what it keeps, and what it refuses in which words."""

import pytest
import torch
from torch import Tensor

import models3d
from models3d import ModelInfo, TaskModel3D, register_model, registry

PUBLISHED = {
    "cb3d",
    "compact",
    "densenet121",
    "dsrf3d-v2",
    "rb3d",
    "resnet10",
    "resnet18",
    "resnet34",
    "yopo",
}


class Mean(TaskModel3D):
    """A user's own model: the mean of each channel."""

    def __init__(self, in_channels: int, num_classes: int, _box_px: int) -> None:
        super().__init__(in_channels, num_classes)

    def embed(self, x: Tensor) -> Tensor:
        return x.mean(dim=(2, 3, 4))


@pytest.fixture(autouse=True)
def own_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers goes away with it."""
    monkeypatch.setattr(registry, "_entries", dict(registry._entries))


def test_all_models_are_there_and_sorted() -> None:
    assert set(models3d.names()) >= PUBLISHED
    assert models3d.names() == sorted(models3d.names())


def test_a_user_can_register_a_model() -> None:
    assert register_model("mean", description="Channel means", source="here")(Mean) is Mean
    assert "mean" in models3d.names()
    assert models3d.info("mean") == ModelInfo("mean", "Channel means", "here", 24)
    model = models3d.build("mean", in_channels=2, num_classes=5, box_px=24)
    assert model(torch.ones(3, 2, 24, 24, 24)).shape == (3, 5)


def test_min_box_is_kept_and_enforced() -> None:
    register_model("mean", description="Channel means", source="here", min_box_px=40)(Mean)
    assert models3d.info("mean").min_box_px == 40
    with pytest.raises(ValueError, match="box_px is 39: model 'mean' takes boxes of 40 to 64 px"):
        models3d.build("mean", 1, 2, 39)


@pytest.mark.parametrize("min_box_px", [23, 65])
def test_min_box_outside_the_range_is_refused(min_box_px: int) -> None:
    with pytest.raises(ValueError, match=f"min_box_px of 'mean' is {min_box_px}"):
        register_model("mean", description="", source="", min_box_px=min_box_px)


def test_a_taken_name_is_refused() -> None:
    with pytest.raises(ValueError, match="'compact' is already registered"):
        register_model("compact", description="", source="")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("resnet81", "did you mean resnet18"),
        ("DSRF3D", "did you mean dsrf3d-v2"),
        ("compakt", "did you mean compact"),
        ("zzz", "choose one of cb3d, compact, "),
    ],
)
def test_an_unknown_name_lists_what_is_near(name: str, hint: str) -> None:
    for refused in (lambda: models3d.info(name), lambda: models3d.build(name, 1, 2, 32)):
        with pytest.raises(ValueError, match=f"unknown model '{name}': {hint}"):
            refused()

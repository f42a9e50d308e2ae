"""The registry: what it keeps, and what it refuses in which words."""

import pytest
import torch
from torch import Tensor

import models2d
from models2d import ModelInfo, SegmentationModel2D, TaskModel2D, register_model, registry


class Mean(TaskModel2D):
    """A user's own classifier: the mean of each channel."""

    def __init__(self, in_channels: int, num_classes: int, _size_px: int) -> None:
        super().__init__(in_channels, num_classes)

    def embed(self, x: Tensor) -> Tensor:
        return x.mean(dim=(2, 3))


class Colour(SegmentationModel2D):
    """A user's own segmentation model: the colour of every second pixel."""

    def __init__(self, in_channels: int, num_classes: int, _size_px: int) -> None:
        super().__init__(in_channels, num_classes)

    def embed(self, x: Tensor) -> Tensor:
        return x[:, :, ::2, ::2]


@pytest.fixture(autouse=True)
def own_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers goes away with it."""
    monkeypatch.setattr(registry, "_entries", dict(registry._entries))


def test_names_are_sorted() -> None:
    assert models2d.names() == sorted(models2d.names())


def test_a_user_can_register_a_classifier() -> None:
    register = register_model(
        "mean", task="classification", description="Channel means", source="here", min_size_px=1
    )
    assert register(Mean) is Mean
    assert "mean" in models2d.names()
    assert models2d.info("mean") == ModelInfo("mean", "classification", "Channel means", "here", 1)
    model = models2d.build("mean", in_channels=2, num_classes=5, size_px=3)
    assert model(torch.ones(3, 2, 3, 4)).shape == (3, 5)


def test_a_user_can_register_a_segmentation_model() -> None:
    register_model("colour", task="segmentation", description="", source="", min_size_px=2)(Colour)
    model = models2d.build("colour", in_channels=3, num_classes=5, size_px=7)
    assert model(torch.ones(1, 3, 7, 9)).shape == (1, 5, 7, 9)


def test_min_size_is_kept_and_enforced() -> None:
    register_model("mean", task="classification", description="", source="", min_size_px=40)(Mean)
    assert models2d.info("mean").min_size_px == 40
    message = "size_px is 39: model 'mean' takes images of 40 px or more"
    with pytest.raises(ValueError, match=message):
        models2d.build("mean", 1, 2, 39)


def test_a_taken_name_is_refused() -> None:
    with pytest.raises(ValueError, match="'compact' is already registered"):
        register_model("compact", task="classification", description="", source="", min_size_px=16)


def test_an_unknown_task_is_refused() -> None:
    message = "task of 'mean' is 'detection': it must be classification or segmentation"
    with pytest.raises(ValueError, match=message):
        register_model(
            "mean",
            task="detection",  # type: ignore[arg-type]
            description="",
            source="",
            min_size_px=1,
        )


def test_a_min_size_under_a_pixel_is_refused() -> None:
    with pytest.raises(ValueError, match="min_size_px of 'mean' is 0: it must be at least 1"):
        register_model("mean", task="classification", description="", source="", min_size_px=0)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("resnet81", "did you mean resnet18"),
        ("ResNet18-CIFAR10", "did you mean resnet18-cifar"),
        ("drn_d_22", "did you mean drn-d-22"),
        ("compakt", "did you mean compact"),
        ("zzz", "choose one of compact, compact-segmentation, "),
    ],
)
def test_an_unknown_name_lists_what_is_near(name: str, hint: str) -> None:
    for refused in (lambda: models2d.info(name), lambda: models2d.build(name, 1, 2, 32)):
        with pytest.raises(ValueError, match=f"unknown model '{name}': {hint}"):
            refused()

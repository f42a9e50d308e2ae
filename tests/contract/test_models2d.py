"""What every registered 2D model must do; a model that is registered is tested here."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from small_models2d import CLASSES, build, evaluated, filled, images, smallest
from torch import nn

import models2d
from models2d import SegmentationModel2D, TaskModel2D

EXACT_LAYERS = (nn.Linear, nn.Conv2d, nn.BatchNorm2d, nn.GroupNorm)

every_model = pytest.mark.parametrize("name", models2d.names())


@every_model
@pytest.mark.parametrize(("higher_px", "wider_px"), [(0, 0), (9, 20), (32, 0)])
def test_logits_and_embedding_have_their_shapes_and_are_finite(
    name: str, higher_px: int, wider_px: int
) -> None:
    model, x = evaluated(name), images(name, 2, higher_px, wider_px)
    with torch.no_grad():
        embedding, logits = model.embed(x), model(x)
    if models2d.info(name).task == "classification":
        assert embedding.shape == (2, model.embedding_size)
        assert logits.shape == (2, CLASSES)
    else:
        assert embedding.ndim == 4
        assert embedding.shape[:2] == (2, model.embedding_size)
        assert logits.shape == (2, CLASSES, *x.shape[2:])
    assert embedding.isfinite().all()
    assert logits.isfinite().all()


@every_model
def test_the_class_is_that_of_the_task(name: str) -> None:
    model = evaluated(name)
    if models2d.info(name).task == "classification":
        assert isinstance(model, TaskModel2D)
        assert isinstance(model.head, nn.Linear)
        assert (model.head.in_features, model.head.out_features) == (model.embedding_size, CLASSES)
    else:
        assert isinstance(model, SegmentationModel2D)
        assert isinstance(model.head, nn.Conv2d)
        assert (model.head.in_channels, model.head.out_channels) == (model.embedding_size, CLASSES)
        assert model.head.kernel_size == (1, 1)
    assert model.num_classes == CLASSES


@every_model
def test_forward_is_the_head_on_the_embedding(name: str) -> None:
    model, x = evaluated(name), images(name)
    with torch.no_grad():
        expected = model.head(model.embed(x))
        if isinstance(model, SegmentationModel2D):
            expected = nn.functional.interpolate(expected, x.shape[2:], mode="bilinear")
        assert torch.equal(model(x), expected)


@every_model
def test_dropout_is_of_the_embedding(name: str) -> None:
    """With all of it dropped the head's bias alone is left."""
    model = filled(name, evaluated(name).state_dict())
    model.dropout.p = 1.0
    model.dropout.train()
    assert model.head.bias is not None
    bias = model.head.bias.reshape(1, CLASSES, *[1] * (2 if model.head.weight.ndim == 4 else 0))
    with torch.no_grad():
        logits = model(images(name))
        torch.testing.assert_close(logits, bias.expand_as(logits))


@every_model
def test_the_output_depends_on_the_input(name: str) -> None:
    with torch.no_grad():
        first, second = evaluated(name)(images(name))
    assert (first - second).abs().max() > 1e-6


@every_model
def test_every_parameter_gets_a_gradient(name: str) -> None:
    model = evaluated(name)
    parameters = dict(model.named_parameters())
    loss = model(images(name)).logsumexp(dim=1).sum()
    gradients = torch.autograd.grad(loss, list(parameters.values()))
    without = [n for n, g in zip(parameters, gradients, strict=True) if not g.any()]
    assert without == []


@every_model
def test_an_item_does_not_depend_on_the_rest_of_its_batch(name: str) -> None:
    model, x = evaluated(name), images(name, 3)
    with torch.no_grad():
        together = model(x)
        alone = torch.cat([model(item[None]) for item in x])
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-4 * float(alone.abs().max()))


@every_model
def test_nothing_is_random_in_eval_mode(name: str) -> None:
    model, x = evaluated(name), images(name)
    before = torch.get_rng_state()
    with torch.no_grad():
        assert torch.equal(model(x), model(x))
    assert torch.equal(torch.get_rng_state(), before)


@every_model
def test_weights_follow_the_seed(name: str) -> None:
    first, same = (build(name, seed=5).state_dict() for _ in range(2))
    assert all(torch.equal(first[key], same[key]) for key in first)
    other = evaluated(name).state_dict()
    drawn = [key for key in first if first[key].ndim > 1]
    assert not any(torch.equal(first[key], other[key]) for key in drawn)


@every_model
def test_state_survives_safetensors(name: str, tmp_path: Path) -> None:
    """``save_file`` refuses tensors that share memory, so this refuses tied parameters too."""
    model, x = evaluated(name), images(name)
    save_file(model.state_dict(), tmp_path / "weights.safetensors")
    restored = filled(name, load_file(tmp_path / "weights.safetensors"))
    with torch.no_grad():
        assert torch.equal(restored(x), model(x))


@every_model
def test_layers_have_exact_fast_gradient_rules_and_work_out_of_place(name: str) -> None:
    for layer_name, module in evaluated(name).named_modules():
        if next(module.parameters(recurse=False), None) is not None:
            assert isinstance(module, EXACT_LAYERS), layer_name
        assert not getattr(module, "inplace", False), layer_name


@every_model
def test_it_trains_on_images_of_the_smallest_size(name: str) -> None:
    model = build(name).train()
    before = [p.detach().clone() for p in model.parameters()]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model(images(name)).logsumexp(dim=1).sum().backward()
    optimizer.step()
    assert all(p.isfinite().all() for p in model.parameters())
    assert any(not torch.equal(p, q) for p, q in zip(before, model.parameters(), strict=True))


@every_model
def test_info_is_complete(name: str) -> None:
    info = models2d.info(name)
    assert info.name == name
    assert info.task in ("classification", "segmentation")
    assert info.description
    assert "\n" not in info.description
    assert info.source
    assert info.min_size_px >= 1


@every_model
@pytest.mark.parametrize(
    ("in_channels", "num_classes", "too_small_px", "message"),
    [
        (0, 3, 0, "in_channels is 0: it must be at least 1"),
        (1, 1, 0, "num_classes is 1: it must be at least 2"),
        (1, 3, 1, "size_px is .*: model '.*' takes images of .* px or more"),
    ],
)
def test_arguments_out_of_range_are_refused(
    name: str, in_channels: int, num_classes: int, too_small_px: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        models2d.build(name, in_channels, num_classes, smallest(name) - too_small_px)

"""What every registered 3D model must do; a model that is registered is tested here."""

from functools import cache
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

import models3d
from models3d import TaskModel3D

CLASSES = 3
EXACT_LAYERS = (nn.Linear, nn.Conv3d, nn.BatchNorm3d, nn.GroupNorm)


def build(name: str, box_px: int, in_channels: int = 1, seed: int = 0) -> TaskModel3D:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return models3d.build(name, in_channels, CLASSES, box_px)


@cache
def evaluated(name: str, box_px: int = 24) -> TaskModel3D:
    """A model in eval mode that tests share and must not change.

    Two channels, and BatchNorm that is not the identity: running statistics and scales differ
    from their start.
    """
    model = build(name, box_px, in_channels=2)
    generator = torch.Generator().manual_seed(1)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm3d):
            assert module.running_mean is not None
            assert module.running_var is not None
            module.running_mean.uniform_(-0.1, 0.1, generator=generator)
            module.running_var.uniform_(0.5, 2.0, generator=generator)
            with torch.no_grad():
                module.weight.uniform_(0.5, 1.5, generator=generator)
    return model.eval()


def filled(name: str, box_px: int, state: dict[str, Tensor]) -> TaskModel3D:
    """A model in eval mode with two channels and given weights, without drawing its own first."""
    with torch.device("meta"):
        model = models3d.build(name, 2, CLASSES, box_px)
    model.load_state_dict(state, assign=True)
    return model.eval()


def boxes(count: int, box_px: int, channels: int = 2, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, channels, box_px, box_px, box_px, generator=generator)


every_model = pytest.mark.parametrize("name", models3d.names())


@every_model
@pytest.mark.parametrize("box_px", [24, 32, 40, 64])
def test_logits_and_embedding_have_their_shapes_and_are_finite(name: str, box_px: int) -> None:
    """With the weights of a 24 px model: they fit every box."""
    if box_px < models3d.info(name).min_box_px:
        pytest.skip(f"{name} takes boxes from {models3d.info(name).min_box_px} px")
    count = 1 if box_px == 64 else 2
    model = filled(name, box_px, evaluated(name).state_dict())
    with torch.no_grad():
        embedding = model.embed(boxes(count, box_px))
        logits = model.head(embedding)
    assert embedding.shape == (count, model.embedding_size)
    assert logits.shape == (count, CLASSES)
    assert embedding.isfinite().all()
    assert logits.isfinite().all()


@every_model
def test_forward_is_the_head_on_the_embedding(name: str) -> None:
    model, x = evaluated(name), boxes(2, 24)
    assert isinstance(model.head, nn.Linear)
    assert (model.head.in_features, model.head.out_features) == (model.embedding_size, CLASSES)
    with torch.no_grad():
        assert torch.equal(model(x), model.head(model.embed(x)))


@every_model
def test_the_output_depends_on_the_input(name: str) -> None:
    with torch.no_grad():
        first, second = evaluated(name)(boxes(2, 24))
    assert (first - second).abs().max() > 1e-6


@every_model
def test_every_parameter_gets_a_gradient(name: str) -> None:
    model = evaluated(name)
    parameters = dict(model.named_parameters())
    loss = model(boxes(2, 24)).logsumexp(dim=1).sum()
    gradients = torch.autograd.grad(loss, list(parameters.values()))
    without = [n for n, g in zip(parameters, gradients, strict=True) if not g.any()]
    assert without == []


@every_model
def test_an_item_does_not_depend_on_the_rest_of_its_batch(name: str) -> None:
    model, x = evaluated(name), boxes(3, 24)
    with torch.no_grad():
        together = model.embed(x)
        alone = torch.cat([model.embed(item[None]) for item in x])
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-4 * float(alone.abs().max()))


@every_model
def test_nothing_is_random_in_eval_mode(name: str) -> None:
    model, x = evaluated(name), boxes(2, 24)
    before = torch.get_rng_state()
    with torch.no_grad():
        assert torch.equal(model(x), model(x))
    assert torch.equal(torch.get_rng_state(), before)


@every_model
def test_weights_follow_the_seed(name: str) -> None:
    first, same = (build(name, 24, seed=5).state_dict() for _ in range(2))
    assert all(torch.equal(first[key], same[key]) for key in first)
    assert not torch.equal(first["head.weight"], evaluated(name).head.weight)


@every_model
def test_state_survives_safetensors(name: str, tmp_path: Path) -> None:
    """``save_file`` refuses tensors that share memory, so this refuses tied parameters too."""
    model, x = evaluated(name), boxes(2, 24)
    save_file(model.state_dict(), tmp_path / "weights.safetensors")
    restored = filled(name, 24, load_file(tmp_path / "weights.safetensors"))
    with torch.no_grad():
        assert torch.equal(restored(x), model(x))


@every_model
def test_layers_have_exact_fast_gradient_rules_and_work_out_of_place(name: str) -> None:
    for layer_name, module in evaluated(name).named_modules():
        if next(module.parameters(recurse=False), None) is not None:
            assert isinstance(module, EXACT_LAYERS), layer_name
        assert not getattr(module, "inplace", False), layer_name


@every_model
def test_full_backward_hooks_work(name: str) -> None:
    model, seen = evaluated(name), set[str]()
    layers = {n: m for n, m in model.named_modules() if isinstance(m, EXACT_LAYERS)}
    handles = [
        module.register_full_backward_hook(lambda _m, _i, _o, layer=layer: seen.add(layer))
        for layer, module in layers.items()
    ]
    try:
        x = boxes(1, 24).requires_grad_()
        torch.autograd.grad(model(x).logsumexp(dim=1).sum(), x)
    finally:
        for handle in handles:
            handle.remove()
    assert seen == set(layers)


@every_model
def test_info_is_complete(name: str) -> None:
    info = models3d.info(name)
    assert info.name == name
    assert info.description
    assert "\n" not in info.description
    assert info.source
    assert 24 <= info.min_box_px <= 64


@every_model
@pytest.mark.parametrize(
    ("in_channels", "num_classes", "box_px", "message"),
    [
        (0, 3, 32, "in_channels is 0"),
        (1, 1, 32, "num_classes is 1"),
        (1, 3, 23, "box_px is 23"),
        (1, 3, 65, "box_px is 65"),
    ],
)
def test_arguments_out_of_range_are_refused(
    name: str, in_channels: int, num_classes: int, box_px: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        models3d.build(name, in_channels, num_classes, box_px)

"""Every layer rule against plain autograd, over random layers."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from cryoal.gradnorm.rules import RULES, rule_for

TOLERANCE = {torch.float32: 1e-4, torch.float64: 1e-9}
DTYPES = st.sampled_from(list(TOLERANCE))
SEEDS = st.integers(0, 2**16)


def autograd_squared(layer: nn.Module, x: Tensor, grad: Tensor) -> dict[str, Tensor]:
    """Squared norms by autograd, one sample at a time."""
    named = dict(layer.named_parameters())
    rows = [
        torch.autograd.grad(layer(x[i : i + 1]), list(named.values()), grad[i : i + 1])
        for i in range(len(x))
    ]
    return {
        name: torch.stack([row[i].double().square().sum() for row in rows]).to(x.dtype)
        for i, name in enumerate(named)
    }


def assert_rule_holds(layer: nn.Module, x: Tensor, generator: torch.Generator) -> None:
    for parameter in layer.parameters():
        parameter.data.normal_(generator=generator)
    output = layer(x)
    grad = torch.randn(output.shape, generator=generator, dtype=x.dtype)
    rule = rule_for(layer)
    assert rule is not None
    with torch.no_grad():
        squared = rule(layer, x, grad)
    expected = autograd_squared(layer, x, grad)
    assert squared.keys() == expected.keys()
    for name, wanted in expected.items():
        torch.testing.assert_close(squared[name], wanted, rtol=TOLERANCE[x.dtype], atol=1e-12)


@st.composite
def convolutions(draw: st.DrawFn) -> tuple[nn.Module, tuple[int, ...]]:
    axes = draw(st.integers(1, 3))
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    per_axis = [
        (
            draw(st.integers(1, 3)),
            draw(st.integers(1, 2)),
            draw(st.integers(0, 2)),
            draw(st.integers(1, 2)),
        )
        for _ in range(axes)
    ]
    kernel, stride, padding, dilation = (tuple(values) for values in zip(*per_axis, strict=True))
    sides = tuple(
        draw(st.integers(max(3, (k - 1) * d + 1), 7)) for k, d in zip(kernel, dilation, strict=True)
    )
    options: dict[str, Any] = {"padding": padding, "stride": stride}
    kind = draw(st.sampled_from(["zeros", "zeros", "same", "valid", "reflect", "circular"]))
    if kind in ("same", "valid"):
        options = {"padding": kind, "stride": 1 if kind == "same" else stride}
    elif kind != "zeros":
        options["padding_mode"] = kind
    channels = groups * draw(st.integers(1, 3))
    layer = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[axes - 1](
        channels,
        groups * draw(st.integers(1, 3)),
        kernel,
        dilation=dilation,
        groups=groups,
        bias=draw(st.booleans()),
        **options,
    )
    return layer, (channels, *sides)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@settings(deadline=None, max_examples=60)
@given(convolutions(), st.integers(1, 3), DTYPES, SEEDS)
def test_random_convolutions(
    case: tuple[nn.Module, tuple[int, ...]], samples: int, dtype: torch.dtype, seed: int
) -> None:
    layer, shape = case
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(samples, *shape, generator=generator, dtype=dtype)
    assert_rule_holds(layer.to(dtype), x, generator)


def tracked_norm(layer: nn.Module) -> nn.Module:
    """Eval mode, with running statistics that are not the defaults."""
    layer.get_buffer("running_mean").add_(0.3)
    layer.get_buffer("running_var").mul_(1.7)
    return layer.eval()


LAYERS: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "linear": (lambda: nn.Linear(5, 4), (5,)),
    "linear, no bias": (lambda: nn.Linear(5, 4, bias=False), (5,)),
    "linear, few positions": (lambda: nn.Linear(9, 8), (2, 9)),
    "linear, many positions": (lambda: nn.Linear(3, 2), (4, 5, 3)),
    "batch norm, no space": (lambda: tracked_norm(nn.BatchNorm1d(6)), (6,)),
    "batch norm 1d": (lambda: tracked_norm(nn.BatchNorm1d(6)), (6, 5)),
    "batch norm 2d": (lambda: tracked_norm(nn.BatchNorm2d(3)), (3, 4, 5)),
    "batch norm 3d": (lambda: tracked_norm(nn.BatchNorm3d(3)), (3, 4, 5, 2)),
    "group norm": (lambda: nn.GroupNorm(2, 6), (6, 3, 4)),
    "group norm, no space": (lambda: nn.GroupNorm(2, 6), (6,)),
    "instance norm 1d": (lambda: nn.InstanceNorm1d(3, affine=True), (3, 7)),
    "instance norm 2d": (lambda: nn.InstanceNorm2d(3, affine=True), (3, 4, 5)),
    "instance norm 3d": (lambda: nn.InstanceNorm3d(3, affine=True), (3, 4, 5, 2)),
    "instance norm, tracked": (
        lambda: tracked_norm(nn.InstanceNorm3d(3, affine=True, track_running_stats=True)),
        (3, 4, 5, 2),
    ),
    "layer norm": (lambda: nn.LayerNorm(5), (5,)),
    "layer norm, last two": (lambda: nn.LayerNorm((4, 5)), (3, 4, 5)),
    "layer norm, no bias": (lambda: nn.LayerNorm(5, bias=False), (3, 5)),
    "prelu, one slope": (lambda: nn.PReLU(), (3, 4)),
    "prelu, a slope a channel": (lambda: nn.PReLU(3), (3, 4, 5)),
    "conv 1d": (lambda: nn.Conv1d(2, 3, 3), (2, 9)),
    "conv 2d": (lambda: nn.Conv2d(4, 6, 3, padding=1, groups=2), (4, 5, 6)),
    "conv 3d": (lambda: nn.Conv3d(2, 3, 3, padding=1), (2, 5, 4, 6)),
}


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize("name", LAYERS)
def test_layers(name: str, dtype: torch.dtype) -> None:
    make, shape = LAYERS[name]
    generator = torch.Generator().manual_seed(7)
    x = torch.randn(3, *shape, generator=generator, dtype=dtype)
    assert_rule_holds(make().to(dtype), x, generator)


def test_every_rule_is_tested() -> None:
    assert {type(make()) for make, _ in LAYERS.values()} == set(RULES)


def test_subclasses_have_no_rule() -> None:
    class Scaled(nn.Linear):
        """Uses its weight in its own way."""

    assert rule_for(Scaled(2, 2)) is None


def test_computed_weights_have_no_rule() -> None:
    assert rule_for(nn.utils.parametrizations.weight_norm(nn.Linear(2, 2))) is None

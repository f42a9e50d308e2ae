"""Per-sample squared gradient norms of each parameter of a layer, one rule a layer kind.

A rule takes the layer, its input x and the gradient g by its output, both with the batch first,
and gives {parameter name: squared L2 norms (B,)} for its weight and bias.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cryoal.gradnorm import conv

LayerRule = Callable[[nn.Module, Tensor, Tensor], dict[str, Tensor]]


def rule_for(layer: nn.Module) -> LayerRule | None:
    """The exact rule for `layer`, or None.

    Subclasses, and layers whose weight is computed from other parameters (weight norm, pruning),
    have none: what they do with a parameter is not known.
    """
    own = {name for name, _ in layer.named_parameters(recurse=False)}
    return RULES.get(type(layer)) if own <= {"weight", "bias"} else None


def linear(layer: nn.Module, x: Tensor, g: Tensor) -> dict[str, Tensor]:
    """x (B, *, in), g (B, *, out)."""
    x, g = x.reshape(len(x), -1, x.shape[-1]), g.reshape(len(g), -1, g.shape[-1])
    positions, outputs, inputs = x.shape[1], g.shape[2], x.shape[2]
    if positions * (inputs + outputs) < inputs * outputs:
        weight = ((x @ x.mT) * (g @ g.mT)).sum((1, 2))
    else:
        weight = (g.mT @ x).square().sum((1, 2))
    return _with_bias(layer, {"weight": weight}, g, (1,))


def convolution(layer: nn.Module, x: Tensor, g: Tensor) -> dict[str, Tensor]:
    """x (B, C_in, *spatial), g (B, C_out, *spatial)."""
    squared = {"weight": conv.weight_squared_norms(layer, x, g)}
    return _with_bias(layer, squared, g, tuple(range(2, g.dim())))


def batch_norm(layer: nn.Module, x: Tensor, g: Tensor) -> dict[str, Tensor]:
    """Eval mode: x (B, C, *spatial) is normalised by the running statistics."""
    assert isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d)
    mean, variance = layer.running_mean, layer.running_var
    assert mean is not None
    assert variance is not None
    return _affine(x, g, mean.expand(x.shape[:2]), variance.expand(x.shape[:2]), layer.eps)


def group_norm(layer: nn.Module, x: Tensor, g: Tensor) -> dict[str, Tensor]:
    """x (B, C, *spatial), normalised over each group of channels."""
    assert isinstance(layer, nn.GroupNorm)
    variance, mean = torch.var_mean(x.reshape(len(x), layer.num_groups, -1), 2, correction=0)
    size = layer.num_channels // layer.num_groups
    return _affine(
        x, g, mean.repeat_interleave(size, 1), variance.repeat_interleave(size, 1), layer.eps
    )


def instance_norm(layer: nn.Module, x: Tensor, g: Tensor) -> dict[str, Tensor]:
    """x (B, C, *spatial), by its own statistics or, if they are tracked, the running ones."""
    assert isinstance(layer, nn.InstanceNorm1d | nn.InstanceNorm2d | nn.InstanceNorm3d)
    if layer.running_mean is not None and layer.running_var is not None:
        mean, variance = layer.running_mean, layer.running_var
        return _affine(x, g, mean.expand(x.shape[:2]), variance.expand(x.shape[:2]), layer.eps)
    variance, mean = torch.var_mean(x.flatten(2), 2, correction=0)
    return _affine(x, g, mean, variance, layer.eps)


def layer_norm(layer: nn.Module, x: Tensor, g: Tensor) -> dict[str, Tensor]:
    """x (B, *, *normalized_shape)."""
    assert isinstance(layer, nn.LayerNorm)
    normalised = F.layer_norm(x, layer.normalized_shape, eps=layer.eps)
    last = x.shape[-len(layer.normalized_shape) :].numel()
    weight = (normalised * g).reshape(len(x), -1, last).sum(1).square().sum(1)
    return _with_bias(layer, {"weight": weight}, g.reshape(len(g), -1, last), (1,))


def prelu(layer: nn.Module, x: Tensor, g: Tensor) -> dict[str, Tensor]:
    """x (B, C, *spatial), or (B, *) with one shared slope."""
    assert isinstance(layer, nn.PReLU)
    by_input = x.clamp(max=0) * g
    if layer.num_parameters == 1:
        slope = by_input.reshape(len(x), 1, -1).sum(2)
    else:
        slope = by_input.reshape(len(x), layer.num_parameters, -1).sum(2)
    return {"weight": slope.square().sum(1)}


def _affine(x: Tensor, g: Tensor, mean: Tensor, variance: Tensor, eps: float) -> dict[str, Tensor]:
    """Scale and shift gradients of a normalisation with statistics (B, C) held fixed.

    With the samples folded into channels, eval-mode batch normalisation's own backward gives
    them all in one pass over x and g.
    """
    samples, channels = x.shape[:2]
    _, scale, shift = torch.ops.aten.native_batch_norm_backward(
        g.reshape(1, samples * channels, -1),
        x.reshape(1, samples * channels, -1),
        None,
        mean.reshape(-1),
        variance.reshape(-1),
        None,
        None,
        False,
        eps,
        (False, True, True),
    )
    return {
        "weight": scale.reshape(samples, channels).square().sum(1),
        "bias": shift.reshape(samples, channels).square().sum(1),
    }


def _with_bias(
    layer: nn.Module, squared: dict[str, Tensor], g: Tensor, positions: tuple[int, ...]
) -> dict[str, Tensor]:
    """Add the bias, whose gradient is g summed over `positions`, if the layer has one."""
    if layer.bias is not None:
        squared["bias"] = g.sum(positions).square().sum(1)
    return squared


RULES: dict[type[nn.Module], LayerRule] = {
    nn.Linear: linear,
    nn.Conv1d: convolution,
    nn.Conv2d: convolution,
    nn.Conv3d: convolution,
    nn.BatchNorm1d: batch_norm,
    nn.BatchNorm2d: batch_norm,
    nn.BatchNorm3d: batch_norm,
    nn.GroupNorm: group_norm,
    nn.InstanceNorm1d: instance_norm,
    nn.InstanceNorm2d: instance_norm,
    nn.InstanceNorm3d: instance_norm,
    nn.LayerNorm: layer_norm,
    nn.PReLU: prelu,
}

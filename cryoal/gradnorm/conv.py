"""Per-sample squared norms of convolution weight gradients, in one, two or three dimensions.

Write x for the unfolded input of one sample (columns x positions) and g for its output gradient
(channels x positions), per group. The weight gradient is g x^T. Its squared norm is found either
by making the gradient (`instantiate_*`) or, without making it, as the inner product of the two
Gram matrices g^T g and x^T x over positions (`gram*`), which wins where positions are few.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
WORKSPACE_BYTES = 8 * 2**20
"""What one rule allocates at once, if two samples fit; beyond the caches, larger is slower."""


@dataclass(frozen=True)
class ConvShape:
    """A zero-padded convolution without its weight values; tuples are per spatial axis."""

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    groups: int
    in_channels: int
    out_channels: int

    @property
    def columns(self) -> int:
        """Length of one unfolded input patch of one group."""
        return self.in_channels // self.groups * math.prod(self.kernel)

    @property
    def pointwise(self) -> bool:
        """Whether each output position sees one input position."""
        return math.prod(self.kernel) == 1 and not any(self.padding)


Rule = Callable[[ConvShape, Tensor, Tensor], Tensor]


def weight_squared_norms(layer: nn.Module, x: Tensor, grad: Tensor) -> Tensor:
    """Squared L2 norm of the weight gradient of each sample, (B,).

    Args:
        layer: an nn.Conv1d, nn.Conv2d or nn.Conv3d.
        x: its input (B, C_in, *spatial).
        grad: gradient by its output (B, C_out, *spatial).
    """
    x, shape = zero_padded(layer, x)
    rule = choose(shape, x, grad)
    return rule(shape, x.contiguous(), grad.contiguous())


def zero_padded(layer: nn.Module, x: Tensor) -> tuple[Tensor, ConvShape]:
    """The same convolution with symmetric zero padding, and the input it then sees."""
    assert isinstance(layer, CONVOLUTIONS)
    pads = list(layer._reversed_padding_repeated_twice)
    padding = tuple(reversed(pads[::2]))
    if layer.padding_mode != "zeros":
        x = F.pad(x, pads, mode=layer.padding_mode)
        padding = (0,) * len(padding)
    elif pads[::2] != pads[1::2]:
        x = F.pad(x, pads)
        padding = (0,) * len(padding)
    shape = ConvShape(
        kernel=tuple(layer.kernel_size),
        stride=tuple(layer.stride),
        padding=padding,
        dilation=tuple(layer.dilation),
        groups=layer.groups,
        in_channels=layer.in_channels,
        out_channels=layer.out_channels,
    )
    return x, shape


def choose(shape: ConvShape, x: Tensor, grad: Tensor) -> Rule:
    """The rule expected to be the fastest for this layer and these sizes.

    Estimates in nanoseconds a sample, fitted to `benchmarks/gradnorm.py --rules` (float32, an
    x86 CPU with AVX-512): 100 multiply-adds a nanosecond inside a convolution and 50 in small
    matrix products; 2 ns for each weight entry made, 4 ns for each pair of padded input
    positions, and for each unfolded input entry more the shorter its rows are.

    Milliseconds measured for 16 samples on one thread, kernel 3 unless said, the chosen rule first:
    21->10 at 20^3: padded 31, ordinary 30, grouped 53;
    3->4 at 29^3, kernel 4: one by one 14, ordinary 23, grouped 41, padded 51;
    64->64 at 16^3: grouped 102, ordinary summed gradient 89, one by one 421;
    128->128 at 8^3: grouped 49, ordinary 38, Gram 63;
    128->256 at 8^3, stride 2: Gram of the unfolded input 19, ordinary 15, Gram 29, grouped 35;
    256->256 at 4^3: Gram 2.6, ordinary 24, grouped 69;
    512->512 at 2^3: Gram 0.8, ordinary 140, grouped 823.
    """
    if shape.in_channels < 8 and max(shape.kernel) > 3:
        return instantiate_one_by_one
    if shape.in_channels == 1:
        return instantiate_grouped if shape.out_channels <= 8 else instantiate_one_by_one
    positions = grad[0, 0].numel()
    entries = shape.columns * shape.out_channels
    columns = shape.columns * shape.groups
    if shape.pointwise:
        few = positions * (columns + shape.out_channels) < entries
        return gram if few else instantiate_matmul
    sides = zip(x.shape[2:], shape.padding, strict=True)
    padded = math.prod(side + 2 * pad for side, pad in sides)
    products = positions**2 * shape.out_channels
    filled = _to_vector(shape.in_channels) * _to_vector(shape.out_channels)
    odd = shape.groups == 1 and 1 < filled / (shape.in_channels * shape.out_channels) <= 4
    instantiate = instantiate_padded if odd else instantiate_grouped
    unfolded = columns * positions * (1.5 + 8 / grad.shape[-1])
    costs: list[tuple[float, Rule]] = [
        (entries * (2 + positions / 100), instantiate),
        (4 * padded**2 + (products + x[0, 0].numel() ** 2 * shape.in_channels) / 50, gram),
        (unfolded + (products + positions**2 * columns) / 50, gram_unfolded),
    ]
    return min(costs, key=lambda cost: cost[0])[1]


def instantiate_grouped(shape: ConvShape, x: Tensor, grad: Tensor) -> Tensor:
    """Fold the samples into groups: one convolution call makes all their weight gradients."""
    entries = shape.out_channels * shape.columns
    parts = [
        _weight_gradients(shape, part, part_grad, len(part))
        for part, part_grad in _parts(x, grad, entries)
    ]
    return torch.cat(parts)


def instantiate_padded(shape: ConvShape, x: Tensor, grad: Tensor) -> Tensor:
    """As `instantiate_grouped`, with empty channels added up to a multiple of the vector length.

    On CPU a group whose channels fill no vector takes up to twice the time, unless it is padded
    in space inside the convolution: then four times, so that is done here too. One group only.
    """
    inputs, outputs = _to_vector(shape.in_channels), _to_vector(shape.out_channels)
    valid = (0,) * len(shape.kernel)
    padded = replace(shape, in_channels=inputs, out_channels=outputs, padding=valid)
    parts = [
        instantiate_grouped(
            padded, _fill(part, inputs, shape.padding), _fill(part_grad, outputs, valid)
        )
        for part, part_grad in _parts(x, grad, x[0].numel() + grad[0].numel())
    ]
    return torch.cat(parts)


def instantiate_one_by_one(shape: ConvShape, x: Tensor, grad: Tensor) -> Tensor:
    """One ordinary weight gradient a sample.

    For one input channel the grouped form is depthwise, which is slow on CPU, and so are groups
    of few channels; for those a single sample is fast only with a kernel above 3.
    """
    pairs = zip(torch.split(x, 1), torch.split(grad, 1), strict=True)
    return torch.cat([_weight_gradients(shape, one, one_grad, 1) for one, one_grad in pairs])


def instantiate_matmul(shape: ConvShape, x: Tensor, grad: Tensor) -> Tensor:
    """Pointwise convolutions only: the gradient is one matrix product a sample."""
    columns = _by_group(_strided(shape, x), shape.groups)
    grads = _by_group(grad, shape.groups)
    entries = shape.out_channels * shape.columns
    parts = [
        _squared_rows(torch.einsum("bgot,bgit->bgoi", part_grad, part))
        for part, part_grad in _parts(columns, grads, entries)
    ]
    return torch.cat(parts)


def gram(shape: ConvShape, x: Tensor, grad: Tensor) -> Tensor:
    """Both Gram matrices, the one of the unfolded input summed from shifts of the input's own.

    (x^T x)[t, s] = sum over kernel offsets k of a[t + k, s + k], where a is the Gram matrix of
    the padded input over its channels. The sum is taken one axis at a time.
    """
    if shape.pointwise:
        x = _strided(shape, x)
        shape = replace(shape, stride=(1,) * len(shape.stride))
    space = x.shape[2:]
    pairs = math.prod(s + 2 * p for s, p in zip(space, shape.padding, strict=True)) ** 2
    parts = [
        _inner(
            _shift_summed(shape, _gram(_by_group(part, shape.groups)), space, part_grad.shape[2:]),
            _gram(_by_group(part_grad, shape.groups)),
        )
        for part, part_grad in _parts(x, grad, 3 * pairs * shape.groups)
    ]
    return torch.cat(parts)


def gram_unfolded(shape: ConvShape, x: Tensor, grad: Tensor) -> Tensor:
    """Both Gram matrices, the input unfolded first."""
    positions = grad[0, 0].numel()
    parts = [
        _inner(
            _gram(_unfold(shape, part)),
            _gram(_by_group(part_grad, shape.groups)),
        )
        for part, part_grad in _parts(x, grad, 2 * positions * shape.columns * shape.groups)
    ]
    return torch.cat(parts)


def _to_vector(channels: int) -> int:
    return -(-channels // 8) * 8


def _fill(x: Tensor, channels: int, padding: tuple[int, ...]) -> Tensor:
    """(B, C, *spatial) with zeros after its channels and on both sides of each spatial axis."""
    return F.pad(x, [*_both_sides(padding), 0, channels - x.shape[1]])


def _both_sides(padding: tuple[int, ...]) -> list[int]:
    """Symmetric padding by axis as `F.pad` takes it, the last axis first."""
    return [pad for axis in reversed(padding) for pad in (axis, axis)]


def _parts(x: Tensor, grad: Tensor, entries: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Split the batch so that `entries` numbers a sample stay within the workspace.

    Not into single samples: for one group torch has no fast 3D weight gradient on CPU.
    """
    size = max(2, WORKSPACE_BYTES // max(1, entries * x.element_size()))
    return zip(torch.split(x, size), torch.split(grad, size), strict=True)


def _weight_gradients(shape: ConvShape, x: Tensor, grad: Tensor, samples: int) -> Tensor:
    weights = (samples * shape.out_channels, shape.in_channels // shape.groups, *shape.kernel)
    _, gradients, _ = torch.ops.aten.convolution_backward(
        grad.reshape(1, -1, *grad.shape[2:]),
        x.reshape(1, -1, *x.shape[2:]),
        x.new_empty(()).expand(weights),  # only its shape is read
        None,
        shape.stride,
        shape.padding,
        shape.dilation,
        False,
        (0,) * len(shape.kernel),
        samples * shape.groups,
        (False, True, False),
    )
    return _squared_rows(gradients.reshape(samples, shape.out_channels, -1))


def _strided(shape: ConvShape, x: Tensor) -> Tensor:
    """The positions that a pointwise convolution reads."""
    return _every(x, shape.stride)


def _every(x: Tensor, steps: tuple[int, ...]) -> Tensor:
    """Each `steps`-th entry along the last axes."""
    index = [slice(None)] * (x.dim() - len(steps)) + [slice(None, None, step) for step in steps]
    return x[tuple(index)]


def _by_group(x: Tensor, groups: int) -> Tensor:
    """(B, C, *spatial) -> (B, groups, C / groups, positions)."""
    return x.reshape(len(x), groups, x.shape[1] // groups, -1)


def _gram(x: Tensor) -> Tensor:
    """(B, groups, channels, positions) -> (B, groups, positions, positions)."""
    return x.transpose(2, 3) @ x


def _inner(a: Tensor, b: Tensor) -> Tensor:
    product: Tensor = torch.linalg.vecdot(a.reshape(len(a), -1), b.reshape(len(b), -1))
    return product


def _squared_rows(x: Tensor) -> Tensor:
    """Squared norms (B,), in two steps: one long float32 sum would lose four digits."""
    lengths: Tensor = torch.linalg.vector_norm(x, dim=-1)
    return lengths.square().flatten(1).sum(1)


def _shift_summed(
    shape: ConvShape, pairs: Tensor, space: torch.Size, out_space: torch.Size
) -> Tensor:
    axes = len(space)
    pairs = pairs.reshape(*pairs.shape[:2], *space, *space)
    if any(shape.padding):
        pairs = F.pad(pairs, 2 * _both_sides(shape.padding))
    for axis in range(axes):
        window = (out_space[axis] - 1) * shape.stride[axis] + 1
        views = [
            _diagonal_window(pairs, 2 + axis, 2 + axes + axis, start, window, shape.stride[axis])
            for start in range(0, shape.kernel[axis] * shape.dilation[axis], shape.dilation[axis])
        ]
        total = views[0].clone()
        for view in views[1:]:
            total += view
        pairs = total
    return pairs


def _diagonal_window(
    pairs: Tensor, first: int, second: int, start: int, length: int, step: int
) -> Tensor:
    window = slice(start, start + length, step)
    index = [slice(None)] * pairs.dim()
    index[first] = window
    index[second] = window
    return pairs[tuple(index)]


def _unfold(shape: ConvShape, x: Tensor) -> Tensor:
    """(B, C, *spatial) -> (B, groups, columns, positions)."""
    axes = len(shape.kernel)
    x = F.pad(x, _both_sides(shape.padding))
    for axis in range(axes):
        reach = (shape.kernel[axis] - 1) * shape.dilation[axis] + 1
        x = x.unfold(2 + axis, reach, shape.stride[axis])
    x = _every(x, shape.dilation)
    x = x.permute(0, 1, *range(2 + axes, 2 + 2 * axes), *range(2, 2 + axes))
    return x.reshape(len(x), shape.groups, shape.columns, -1)

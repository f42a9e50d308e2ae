"""Every way to norm a convolution's weight gradients gives the same numbers."""

import pytest
import torch
from torch import Tensor, nn

from cryoal.gradnorm import conv
from cryoal.gradnorm.conv import ConvShape, Rule

LAYERS = {
    "plain": (nn.Conv3d(4, 6, 3, padding=1), (4, 4, 5, 3)),
    "strided, dilated": (nn.Conv3d(4, 6, 3, 2, 2, 2), (4, 6, 5, 7)),
    "grouped": (nn.Conv2d(4, 6, 3, padding=1, groups=2), (4, 5, 6)),
    "one channel": (nn.Conv3d(1, 3, 3, 2), (1, 5, 6, 7)),
    "pointwise": (nn.Conv3d(4, 6, 1, 2, groups=2), (4, 4, 4, 4)),
    "depthwise": (nn.Conv1d(3, 6, 2, groups=3), (3, 9)),
}
RULES: list[Rule] = [
    conv.instantiate_grouped,
    conv.instantiate_one_by_one,
    conv.gram,
    conv.gram_unfolded,
]


def problem(name: str) -> tuple[ConvShape, Tensor, Tensor, Tensor]:
    """The layer's shape, its input, its output gradient, and the squared norms by autograd."""
    layer, size = LAYERS[name]
    layer = layer.double()
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(5, *size, generator=generator, dtype=torch.float64)
    output = layer(x)
    grad = torch.randn(output.shape, generator=generator, dtype=torch.float64)
    wanted = torch.stack(
        [
            torch.autograd.grad(output[i], layer.weight, grad[i], retain_graph=True)[0]
            .square()
            .sum()
            for i in range(len(x))
        ]
    )
    x, shape = conv.zero_padded(layer, x)
    return shape, x, grad, wanted


@pytest.mark.parametrize("workspace_bytes", [1, 2**20])
@pytest.mark.parametrize(
    ("name", "rule"),
    [(name, rule) for name in LAYERS for rule in RULES]
    + [("pointwise", conv.instantiate_matmul)]
    + [(name, conv.instantiate_padded) for name in ("plain", "strided, dilated", "one channel")],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_rules_agree(
    name: str, rule: Rule, workspace_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shape, x, grad, wanted = problem(name)
    monkeypatch.setattr(conv, "WORKSPACE_BYTES", workspace_bytes)
    torch.testing.assert_close(rule(shape, x, grad), wanted, rtol=1e-9, atol=0)


@pytest.mark.parametrize(
    ("channels", "side", "kernel", "rule"),
    [
        ((64, 64), 16, 3, conv.instantiate_grouped),
        ((21, 10), 20, 3, conv.instantiate_padded),
        ((3, 4), 29, 5, conv.instantiate_one_by_one),
        ((512, 512), 2, 3, conv.gram),
        ((1, 16), 32, 3, conv.instantiate_one_by_one),
        ((64, 64), 8, 1, conv.instantiate_matmul),
        ((512, 512), 2, 1, conv.gram),
    ],
)
def test_choice(channels: tuple[int, int], side: int, kernel: int, rule: Rule) -> None:
    layer = nn.Conv3d(*channels, kernel, padding=kernel // 2, device="meta")
    x = torch.empty(1, channels[0], side, side, side, device="meta")
    x, shape = conv.zero_padded(layer, x)
    assert conv.choose(shape, x, layer(x)) is rule

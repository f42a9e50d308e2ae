"""What parameter counts do not see: resolutions, dilations, and what is added for other sizes."""

import pytest
import torch
from torch import Tensor, nn

import models2d
from models2d.basic_block import BasicBlock


def edges_before(name: str, size_px: int, kind: type[nn.Module]) -> list[int]:
    """Edges of what the layers of ``kind`` get, in order."""
    seen: list[int] = []
    with torch.device("meta"):  # shapes without storage
        model = models2d.build(name, 3, 10, size_px)
        for module in model.modules():
            if isinstance(module, kind):
                module.register_forward_pre_hook(lambda _, args: seen.append(args[0].shape[-1]))
        model(torch.empty(1, 3, size_px, size_px))
    return seen


@pytest.mark.parametrize(
    ("name", "size_px", "edges"),
    [
        ("resnet18", 224, [56, 56, 56, 28, 28, 14, 14, 7]),
        ("resnet18-cifar", 32, [32, 32, 32, 16, 16, 8, 8, 4]),
        ("compact", 32, [32, 16, 8]),
        ("drn-d-22", 224, [112, 56, 56, 28, 28, 28, 28, 28]),
        ("compact-segmentation", 224, [112, 56, 28, 28]),
    ],
)
def test_blocks_work_at_the_resolutions_of_the_source(
    name: str, size_px: int, edges: list[int]
) -> None:
    assert edges_before(name, size_px, BasicBlock) == edges


@pytest.mark.parametrize(("name", "size_px", "edge"), [("vgg16", 224, 7), ("vgg16-cifar", 32, 1)])
def test_the_average_pool_of_vgg_changes_nothing_at_the_size_of_the_source(
    name: str, size_px: int, edge: int
) -> None:
    assert edges_before(name, size_px, nn.AdaptiveAvgPool2d) == [edge]


def test_drn_dilates_its_last_levels() -> None:
    with torch.device("meta"):
        model = models2d.build("drn-d-22", 3, 10, 224)
    convolutions = [m for m in model.modules() if isinstance(m, nn.Conv2d)]
    dilations = [c.dilation[0] for c in convolutions if c.kernel_size == (3, 3)]
    # Levels 1 and 2 have one 3x3 convolution each, 3 to 6 four each, 7 and 8 one each.
    assert dilations == [1] * 2 + [1] * 4 + [1] * 4 + [2] * 4 + [4] * 4 + [2] + [1]
    assert all(c.padding == c.dilation for c in convolutions if c.kernel_size == (3, 3))


@pytest.mark.parametrize(("height", "width"), [(32, 64), (180, 240), (33, 47)])
def test_the_map_of_drn_is_an_eighth_of_the_image(height: int, width: int) -> None:
    with torch.device("meta"):
        model = models2d.build("drn-d-22", 3, 10, 32)
        assert model.embed(torch.empty(1, 3, height, width)).shape == (
            *(1, 512),
            *(-(-height // 8), -(-width // 8)),
        )


def transposed(coarse: Tensor) -> Tensor:
    """Enlarged 8 times by the fixed transposed convolution of the DRN authors' code."""
    ramp = 1 - (torch.arange(16) - 7.5).abs() / 8
    kernel = (ramp[:, None] * ramp).expand(coarse.shape[1], 1, 16, 16)
    return nn.functional.conv_transpose2d(
        coarse, kernel, stride=8, padding=4, groups=coarse.shape[1]
    )


def test_logits_of_drn_are_enlarged_as_in_the_source_but_at_the_edge() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = models2d.build("drn-d-22", 3, 4, 40).eval()
        x = torch.randn(1, 3, 40, 48)
    with torch.no_grad():
        logits, theirs = model(x), transposed(model.head(model.embed(x)))
    inside = (..., slice(4, -4), slice(4, -4))
    torch.testing.assert_close(logits[inside], theirs[inside])

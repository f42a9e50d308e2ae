"""Parameters of the published models, counted by hand, for one channel and 10 classes.

A convolution of kernel edge k from a to b channels has k^3 a b weights and b biases; BatchNorm
of b channels has 2 b; a linear layer from a to b has a b + b.
"""

import pytest
import torch

import models3d

CLASSES = 10


def linear(inputs: int, outputs: int) -> int:
    return inputs * outputs + outputs


# Stem 27*1*32 + 32. A block: left 32*16 + 16, 27*16*32 + 32, 32*16 + 16; right 27*32*16 + 16.
RB3D_BLOCK = 528 + 13_856 + 528 + 13_840
RB3D = 896 + 4 * RB3D_BLOCK + linear(32 * 2**3, CLASSES)

# Convolutions 1-32-32-64-64-128-128, at 32 px 128 channels of 4^3 voxels into the dense layers.
DSRF3D_CONVOLUTIONS = 896 + 27_680 + 55_360 + 110_656 + 221_312 + 442_496
DSRF3D = DSRF3D_CONVOLUTIONS + linear(8192, 1024) + linear(1024, 1024) + linear(1024, CLASSES)

# Convolutions 1-64-128-256-256-512-512, at 32 px 512 channels of 4*2*2 voxels into the dense.
CB3D_CONVOLUTIONS = 1_792 + 221_312 + 884_992 + 1_769_728 + 3_539_456 + 7_078_400
CB3D = CB3D_CONVOLUTIONS + linear(8192, 4096) + linear(4096, 4096) + linear(4096, CLASSES)

# A unit has k^3 a b weights, b biases and 2 b of BatchNorm. Sums of a b and of b by stack:
# kernel 3: 4+20+30+42+56+72 = 224 and 39; 4: 3+12+20+30 = 65 and 18; 5: 2+6+12 = 20 and 9;
# 7: 1+2 = 3 and 3. Trunk from 21: 210+110+132+156+182+210+240+272 = 1512 and 108.
YOPO_STACKS = (27 * 224 + 3 * 39) + (64 * 65 + 3 * 18) + (125 * 20 + 3 * 9) + (343 * 3 + 3 * 3)
YOPO = YOPO_STACKS + (27 * 1512 + 3 * 108) + linear(17, CLASSES)


def resnet(blocks: list[int]) -> int:
    """A basic block keeping c channels has 2*27*c*c + 4*c.

    The first block of stages 2 to 4 goes from c/2 to c: 27*c*c/2 + 27*c*c + 4*c, and its
    shortcut c*c/2 + 2*c. No convolution has a bias. The stem is 343*64 + 2*64.
    """
    total = 343 * 64 + 128 + linear(512, CLASSES)
    for c, count in zip((64, 128, 256, 512), blocks, strict=True):
        keeping = 54 * c * c + 4 * c
        first = keeping if c == 64 else 27 * c * c // 2 + 27 * c * c + c * c // 2 + 6 * c
        total += first + (count - 1) * keeping
    return total


def densenet(layers: tuple[int, ...]) -> int:
    """A layer on c channels: BatchNorm c, 1x1x1 to 128, BatchNorm 128, 3x3x3 from 128 to 32.

    That is 2 c + 128 c + 256 + 27*128*32; it adds 32 channels. A transition halves: BatchNorm
    2 c, 1x1x1 c*c/2. The stem is 343*64 + 2*64, and the last BatchNorm 2 c. No biases.
    """
    total, c = 343 * 64 + 128, 64
    for block, count in enumerate(layers):
        for _ in range(count):
            total += 130 * c + 256 + 27 * 128 * 32
            c += 32
        if block < len(layers) - 1:
            total += 2 * c + c * c // 2
            c //= 2
    return total + 2 * c + linear(c, CLASSES)


# Stem 125*16 + 32. Blocks 16-32, 32-64, 64-128 from a to b: 27*a*b + 27*b*b + a*b + 6*b.
COMPACT_BLOCKS = sum(28 * a * b + 27 * b * b + 6 * b for a, b in ((16, 32), (32, 64), (64, 128)))
COMPACT = 2_032 + COMPACT_BLOCKS + linear(128, CLASSES)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("rb3d", RB3D),
        ("dsrf3d-v2", DSRF3D),
        ("cb3d", CB3D),
        ("yopo", YOPO),
        ("resnet10", resnet([1, 1, 1, 1])),
        ("resnet18", resnet([2, 2, 2, 2])),
        ("resnet34", resnet([3, 4, 6, 3])),
        ("densenet121", densenet((6, 12, 24, 16))),
        ("compact", COMPACT),
    ],
)
def test_parameters_are_as_many_as_the_layers_say(name: str, parameters: int) -> None:
    with torch.device("meta"):  # shapes without storage
        model = models3d.build(name, in_channels=1, num_classes=CLASSES, box_px=32)
    assert sum(p.numel() for p in model.parameters()) == parameters

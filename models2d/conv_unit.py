"""A convolution, BatchNorm and ReLU: the unit that the residual networks are made of."""

from torch import nn


def conv_unit(
    in_channels: int, out_channels: int, kernel: int = 3, stride: int = 1, dilation: int = 1
) -> list[nn.Module]:
    """``(B, in_channels, H, W)`` to ``(B, out_channels, ceil(H/stride), ceil(W/stride))``.

    Args:
        kernel: edge of the kernel, odd.
    """
    return [
        nn.Conv2d(
            in_channels,
            out_channels,
            kernel,
            stride,
            padding=dilation * (kernel // 2),
            dilation=dilation,
            bias=False,
        ),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
    ]

"""The weights that the networks start from."""

from typing import Literal

from torch import nn


def he_init(layers: nn.Module, fan: Literal["fan_in", "fan_out"]) -> None:
    """Draw all convolutions and linear layers of ``layers`` anew, in place.

    Weights: normal with variance 2 / fan; biases: zero (He et al. 2015, arXiv 1502.01852). Fan
    in keeps the variance of activations from layer to layer under ReLU, which a network without
    normalisation needs; fan out keeps that of gradients, and is what the residual networks of
    the field start from.
    """
    for module in layers.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight, mode=fan, nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)

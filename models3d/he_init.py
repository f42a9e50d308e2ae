"""The weights that networks without normalisation start from."""

from torch import nn


def he_init(features: nn.Module) -> None:
    """Draw all convolutions and linear layers of ``features`` anew, in place.

    Weights: normal with variance 2 / fan-in; biases: zero (He et al. 2015, arXiv 1502.01852,
    Eq. 10). This keeps the variance of activations from layer to layer under ReLU. Torch's
    default shrinks it by about 6 a layer, and a network without normalisation then starts with
    outputs that hardly depend on its input.
    """
    for module in features.modules():
        if isinstance(module, nn.Conv3d | nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)

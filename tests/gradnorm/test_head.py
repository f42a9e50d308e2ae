"""The last layer's closed form."""

import pytest
import torch
from torch import Tensor, nn

from cryoal.errors import CryoalError
from cryoal.gradnorm import gradient_norms, reference, score


def batch() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(4, 6, generator=generator, dtype=torch.float64)


def mlp() -> nn.Sequential:
    model = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3)).double()
    generator = torch.Generator().manual_seed(1)
    for parameter in model.parameters():
        parameter.data.normal_(generator=generator)
    return model


def test_entropy_oracle() -> None:
    model, x = mlp(), batch()
    h, log_p = model[:2](x), model(x).log_softmax(1)
    by_logits = log_p.exp() * (log_p - (log_p.exp() * log_p).sum(1, keepdim=True))
    wanted = by_logits.norm(dim=1) * (h.square().sum(1) + 1).sqrt()
    norms = gradient_norms(model, x, "entropy", "global", "head")
    torch.testing.assert_close(norms, wanted.detach(), rtol=1e-9, atol=0)


def test_egl_oracle() -> None:
    model, x = mlp(), batch()
    h, p = model[:2](x), model(x).softmax(1)
    by_class = (p[:, None] - torch.eye(3, dtype=torch.float64)).norm(dim=2)
    wanted = (p * by_class).sum(1) * (h.norm(dim=1) + 1)
    norms = gradient_norms(model, x, "egl", "sum", "head")
    torch.testing.assert_close(norms, wanted.detach(), rtol=1e-9, atol=0)


class Tempered(nn.Module):
    """Logits that are not the head's output."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.head = nn.Linear(6, 5).double(), nn.Linear(5, 3).double()

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(torch.tanh(self.body(x))).div_(0.3)
        return logits


def test_a_tail_after_the_head() -> None:
    model, x = Tempered(), batch()
    for loss in ("entropy", "egl"):
        norms = gradient_norms(model, x, loss, scope="head")
        wanted = reference.gradient_norms(model, x, loss, scope="head")
        torch.testing.assert_close(norms, wanted, rtol=1e-9, atol=0)
    assert score(model, x, ["egl"], scope="head").embeddings.shape == (4, 5)
    assert score(model, x, ["egl"]).embeddings is None
    assert not any(parameter.grad is not None for parameter in model.parameters())


def test_a_frozen_bias_does_not_count() -> None:
    model, x = mlp(), batch()
    model[2].bias.requires_grad_(False)
    h = model[:2](x)
    with_bias = gradient_norms(mlp(), x, scope="head")
    ratio = gradient_norms(model, x, scope="head") / with_bias
    torch.testing.assert_close(ratio, (h.norm(dim=1) / (h.norm(dim=1) + 1)).detach())


def test_no_last_linear_layer_is_refused() -> None:
    model = nn.Sequential(nn.Linear(6, 3), nn.Tanh()).double()
    with pytest.raises(CryoalError, match="no last linear layer"):
        gradient_norms(model, batch(), scope="head")

"""Values and gradients of the losses."""

import pytest
import torch
from torch import Tensor

from cryoal.errors import CryoalError
from cryoal.gradnorm.losses import entropy, expected, logit_gradients, terms


def logits(dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(6, 4, generator=torch.Generator().manual_seed(0), dtype=dtype)


def test_entropy_is_that_of_the_posterior() -> None:
    wanted = torch.distributions.Categorical(logits=logits()).entropy()
    torch.testing.assert_close(entropy(logits()), wanted)


def test_entropy_gradient_in_closed_form() -> None:
    ((_, gradient),) = logit_gradients("entropy", logits())
    log_p = logits().log_softmax(1)
    wanted = -log_p.exp() * (log_p + entropy(logits())[:, None])
    torch.testing.assert_close(gradient, wanted)


def test_expected_is_entropy() -> None:
    torch.testing.assert_close(expected(logits()), entropy(logits()))
    ((_, by_expected),) = logit_gradients("expected", logits())
    ((_, by_entropy),) = logit_gradients("entropy", logits())
    torch.testing.assert_close(by_expected, by_entropy)


def test_expected_with_a_fixed_posterior_has_no_gradient() -> None:
    def detached(z: Tensor) -> Tensor:
        return (z.softmax(1).detach() * -z.log_softmax(1)).sum(1)

    ((_, gradient),) = logit_gradients(detached, logits())
    assert gradient.abs().max() < 1e-15


def test_egl_terms_in_closed_form() -> None:
    posterior = logits().softmax(1)
    for i, (weight, gradient) in enumerate(logit_gradients("egl", logits())):
        torch.testing.assert_close(weight, posterior[:, i])
        torch.testing.assert_close(gradient, posterior - torch.eye(4, dtype=torch.float64)[i])


@pytest.mark.parametrize("loss", ["entropy", "expected", "egl"])
def test_saturated_logits_stay_finite(loss: str) -> None:
    z = torch.tensor([[1e4, 0.0, -1e4], [200.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    for weight, gradient in logit_gradients(loss, z):
        assert weight.isfinite().all()
        assert gradient.isfinite().all()


def test_a_constant_loss_has_no_gradient() -> None:
    ((_, gradient),) = logit_gradients(lambda z: z.new_ones(len(z)), logits())
    assert not gradient.any()


def test_unknown_loss_is_refused() -> None:
    with pytest.raises(CryoalError, match="unknown loss 'entorpy'"):
        terms("entorpy", logits())


def test_a_loss_must_give_a_scalar_a_sample() -> None:
    with pytest.raises(CryoalError, match="one scalar a sample"):
        terms(lambda z: z.sum(), logits())


def test_named_losses_need_classes() -> None:
    with pytest.raises(CryoalError, match=r"shape \(B, C\)"):
        terms("entropy", logits()[:, :, None])

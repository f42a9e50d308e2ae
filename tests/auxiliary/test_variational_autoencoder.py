"""Any size, 2D and 3D; the bound by hand; better than the mean item."""

from __future__ import annotations

import math

import pytest
import torch
from small_pools import bars
from torch.distributions import Normal, kl_divergence

from cryoal.auxiliary import Latent, VariationalAutoencoder, negative_elbo


@pytest.mark.parametrize(
    "edges", [(8, 8), (13, 9), (8, 8, 8), (9, 10, 11), (24, 24, 24), (15,) * 3]
)
@pytest.mark.parametrize("channels", [1, 2])
def test_items_keep_their_shape(edges: tuple[int, ...], channels: int) -> None:
    model = VariationalAutoencoder((channels, *edges), latent=5, width=2)
    items = torch.randn(3, channels, *edges)
    latent = model.encode(items)
    assert latent.mean.shape == latent.log_variance.shape == (3, 5)
    assert model.decode(latent.draw()).shape == items.shape


def test_smaller_items_are_refused() -> None:
    with pytest.raises(ValueError, match="8 px or more"):
        VariationalAutoencoder((1, 7, 8), latent=5, width=2)


def test_bound_by_hand() -> None:
    torch.manual_seed(0)
    items, decoded = torch.randn(2, 4, 1, 5, 5)
    latent = Latent(torch.randn(4, 3), torch.randn(4, 3))
    density = Normal(decoded, 1.0).log_prob(items).flatten(1).sum(1)
    constant = 25 * 0.5 * math.log(2 * math.pi)
    prior = kl_divergence(
        Normal(latent.mean, (latent.log_variance / 2).exp()), Normal(0.0, 1.0)
    ).sum(1)
    for beta in (1.0, 0.3):
        wanted = (-density - constant + beta * prior).mean()
        assert torch.allclose(negative_elbo(items, decoded, latent, beta), wanted, rtol=1e-5)


def test_draws_have_the_mean_and_the_variance() -> None:
    log_variance = torch.tensor([0.0, math.log(4.0)]).expand(20000, 2)
    latent = Latent(torch.full((20000, 2), 3.0), log_variance)
    torch.manual_seed(0)
    drawn = latent.draw()
    assert torch.allclose(drawn.mean(0), torch.tensor([3.0, 3.0]), atol=0.05)
    assert torch.allclose(drawn.std(0), torch.tensor([1.0, 2.0]), atol=0.05)


def test_only_the_decoded_part_is_decoded() -> None:
    torch.manual_seed(0)
    model = VariationalAutoencoder((1, 8, 8), latent=6, width=2, decoded=4).eval()
    one = torch.randn(1, 6)
    other = one.clone()
    other[:, 4:] = 9.0
    assert torch.equal(model.decode(one), model.decode(other))
    other[:, 3] = 9.0
    assert not torch.equal(model.decode(one), model.decode(other))


@pytest.mark.parametrize("axes", [2, 3])
def test_reconstructs_better_than_the_mean_item(axes: int) -> None:
    pool = bars(120, axes, noise=0.2)
    items = pool.normalise(pool.items)
    torch.manual_seed(0)
    model = VariationalAutoencoder(pool.item_shape, latent=8, width=4)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(150):
        batch = items[torch.randperm(100)[:32]]
        latent = model.encode(batch)
        loss = negative_elbo(batch, model.decode(latent.draw()), latent)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    unseen = items[100:]
    with torch.no_grad():
        error = (model.decode(model.encode(unseen).mean) - unseen).square().mean()
    by_mean = (items[:100].mean(0) - unseen).square().mean()
    assert error < 0.7 * by_mean

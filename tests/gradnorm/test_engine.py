"""The engine against the reference, on nets built to trip it, and what it must leave alone."""

import copy
from typing import Literal

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from cryoal.errors import CryoalError
from cryoal.gradnorm import Loss, gradient_norms, reference, score

TOLERANCE = {torch.float32: 1e-4, torch.float64: 1e-9}


def squared_logits(logits: Tensor) -> Tensor:
    return logits.square().sum(1)


LOSSES: list[Loss] = ["entropy", "expected", "egl", squared_logits]


class Residual(nn.Module):
    """Convolutions with in-place activations and an in-place residual addition."""

    def __init__(self, channels: int, norm: nn.Module) -> None:
        super().__init__()
        self.first = nn.Conv3d(channels, channels, 3, padding=1, bias=False)
        self.norm = norm
        self.second = nn.Conv3d(channels, channels, 3, padding=1)
        self.slope = nn.PReLU(channels)

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu_(self.norm(self.first(x)))
        y = self.second(y)
        y += x
        return self.slope(y)


class Net(nn.Module):
    """A small classifier of volumes."""

    def __init__(self, body: nn.Module, channels: int, classes: int = 3) -> None:
        super().__init__()
        self.body = body
        self.head = nn.Linear(channels, classes)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(self.body(x).mean((2, 3, 4)))
        return logits


def seeded(model: nn.Module, dtype: torch.dtype = torch.float64, seed: int = 0) -> nn.Module:
    """In eval mode, with drawn parameters and running statistics."""
    generator = torch.Generator().manual_seed(seed)
    model = model.to(dtype).eval()
    for parameter in model.parameters():
        parameter.data.normal_(std=0.4, generator=generator)
    for name, buffer in model.named_buffers():
        if name.endswith(("running_mean", "running_var")):
            buffer.uniform_(0.5, 1.5, generator=generator)
    return model


def net(dtype: torch.dtype = torch.float64, seed: int = 0, norm: str = "batch") -> nn.Module:
    norms = {
        "batch": nn.BatchNorm3d(4),
        "group": nn.GroupNorm(2, 4),
        "instance": nn.InstanceNorm3d(4, affine=True),
        "tracked instance": nn.InstanceNorm3d(4, affine=True, track_running_stats=True),
        "layer": nn.LayerNorm((5, 5, 5)),
    }
    stem = nn.Conv3d(1, 4, 3, padding=1)
    body = nn.Sequential(stem, nn.ReLU(inplace=True), Residual(4, norms[norm]), nn.Dropout(0.5))
    return seeded(Net(body, 4), dtype, seed)


def volumes(samples: int = 3, dtype: torch.dtype = torch.float64, seed: int = 1) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(samples, 1, 5, 5, 5, generator=generator, dtype=dtype)


def assert_exact(model: nn.Module, x: Tensor, loss: Loss = "entropy") -> None:
    wanted = reference.gradient_norms(model, x, loss)
    torch.testing.assert_close(
        gradient_norms(model, x, loss), wanted, rtol=TOLERANCE[x.dtype], atol=0
    )


@pytest.mark.parametrize("scope", ["all", "head"])
@pytest.mark.parametrize("aggregate", ["sum", "global"])
@pytest.mark.parametrize("loss", LOSSES, ids=lambda value: getattr(value, "__name__", str(value)))
@pytest.mark.parametrize(
    "dtype", TOLERANCE, ids=lambda value: getattr(value, "__name__", str(value))
)
def test_every_option(
    dtype: torch.dtype,
    loss: Loss,
    aggregate: Literal["sum", "global"],
    scope: Literal["all", "head"],
) -> None:
    model, x = net(dtype), volumes(dtype=dtype)
    norms = gradient_norms(model, x, loss, aggregate, scope)
    wanted = reference.gradient_norms(model, x, loss, aggregate, scope)
    assert norms.dtype == dtype
    torch.testing.assert_close(norms, wanted, rtol=TOLERANCE[dtype], atol=0)


@settings(deadline=None, max_examples=15)
@given(
    st.sampled_from(["batch", "group", "instance", "tracked instance", "layer"]),
    st.integers(1, 4),
    st.integers(0, 2**16),
)
def test_random_nets(norm: str, samples: int, seed: int) -> None:
    assert_exact(net(seed=seed, norm=norm), volumes(samples, seed=seed))


class Attention(nn.Module):
    """Uses parameters that belong to no layer, and layers whose hooks never fire."""

    def __init__(self) -> None:
        super().__init__()
        self.positions = nn.Parameter(torch.zeros(5, 4))
        self.embed = nn.Linear(25, 4)
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)
        self.head = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.embed(x.flatten(3).squeeze(1)) + self.positions
        mixed, _ = self.attention(tokens, tokens, tokens)
        logits: Tensor = self.head(mixed.mean(1))
        return logits


class Shared(nn.Module):
    """Calls one layer twice."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv3d(1, 1, 3, padding=1)
        self.head = nn.Linear(125, 3)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(self.conv(torch.tanh(self.conv(x))).flatten(1))
        return logits


class Functional(Shared):
    """Calls a layer once and uses its weight once more."""

    def forward(self, x: Tensor) -> Tensor:
        y = torch.tanh(self.conv(x)) * self.conv.weight.sum()
        logits: Tensor = self.head(y.flatten(1))
        return logits


class RowsAreNotSamples(nn.Module):
    """A layer that sees (B * 5, 25), and one that sees no sample at all."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = nn.Linear(25, 4)
        self.constant = nn.Linear(2, 4)
        self.head = nn.Linear(20, 3)

    def forward(self, x: Tensor) -> Tensor:
        rows = self.rows(x.reshape(-1, 25)).reshape(-1, 5, 4)
        rows = rows + self.constant(x.new_ones(1, 2))
        logits: Tensor = self.head(torch.tanh(rows).flatten(1))
        return logits


class TokensFirst(nn.Module):
    """Its first layer sees (5, B, 25): with a batch of 5 the shape alone would not tell."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(25, 4)
        self.head = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        tokens = x.flatten(3)[:, 0].transpose(0, 1)
        logits: Tensor = self.head(torch.tanh(self.embed(tokens)).mean(0))
        return logits


def weight_normed() -> nn.Module:
    return nn.Sequential(
        nn.Flatten(), nn.utils.parametrizations.weight_norm(nn.Linear(125, 4)), nn.Linear(4, 3)
    )


@pytest.mark.parametrize(
    ("model", "kinds"),
    [
        (Attention(), {"Attention", "MultiheadAttention", "NonDynamicallyQuantizableLinear"}),
        (Shared(), {"Conv3d"}),
        (Functional(), {"Conv3d"}),
        (RowsAreNotSamples(), {"Linear"}),
        (TokensFirst(), {"Linear"}),
        (weight_normed(), {"ParametrizedLinear", "ParametrizationList"}),
        (nn.Sequential(nn.ConvTranspose3d(1, 2, 2), nn.Flatten(), nn.Linear(432, 3)),
         {"ConvTranspose3d"}),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
@pytest.mark.parametrize("loss", ["entropy", "egl"])
def test_fallback_is_exact_and_says_so(model: nn.Module, kinds: set[str], loss: Loss) -> None:
    model, x = seeded(model), volumes(5)
    with pytest.warns(UserWarning, match="no gradient norm rule fits") as caught:
        norms = gradient_norms(model, x, loss)
    warned = {str(warning.message).split(" fits ")[1].split()[0] for warning in caught}
    assert warned <= kinds
    assert len(warned) == len(caught)
    torch.testing.assert_close(norms, reference.gradient_norms(model, x, loss), rtol=1e-9, atol=0)


def test_unused_and_frozen_parameters_do_not_count() -> None:
    model = net()
    model.body[0].requires_grad_(False)
    model.head.bias.requires_grad_(False)
    model.spare = nn.Linear(2, 2).double()
    assert_exact(model, volumes())


def test_a_body_of_frozen_layers() -> None:
    model = net()
    model.body.requires_grad_(False)
    x = volumes()
    torch.testing.assert_close(gradient_norms(model, x), gradient_norms(model, x, scope="head"))


def test_a_users_hook_may_change_the_output() -> None:
    model = net()
    model.body[0].register_forward_hook(lambda _module, _args, output: 2 * torch.tanh(output))
    assert_exact(model, volumes())


def test_splitting_changes_nothing() -> None:
    model, x = net(), volumes(7)
    whole = score(model, x, ["entropy", "egl"])
    for budget in (1, 60_000, 200_000):
        split = score(model, x, ["entropy", "egl"], memory_budget_bytes=budget)
        torch.testing.assert_close(split.norms, whole.norms, rtol=1e-12, atol=0)
        torch.testing.assert_close(split.logits, whole.logits)
        torch.testing.assert_close(split.embeddings, whole.embeddings)


def test_split_keeps_to_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    model, sizes = net(), []
    forward = model.forward
    monkeypatch.setattr(model, "forward", lambda x: (sizes.append(len(x)), forward(x))[1])
    gradient_norms(model, volumes(7), memory_budget_bytes=1)
    assert sizes == [2] + [1] * 7  # the plan's small pass, then one sample at a time


@pytest.mark.parametrize("scope", ["all", "head"])
def test_one_pass_gives_all(scope: Literal["all", "head"]) -> None:
    model, x = net(), volumes()
    scored = score(model, x, LOSSES, scope=scope)
    for loss, norms in zip(LOSSES, scored.norms, strict=True):
        torch.testing.assert_close(norms, gradient_norms(model, x, loss, scope=scope))
    torch.testing.assert_close(scored.logits, model(x).detach())
    torch.testing.assert_close(scored.embeddings, model.body(x).mean((2, 3, 4)).detach())
    assert not scored.logits.requires_grad


def test_a_plan_serves_later_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    model, sizes = net(), []
    gradient_norms(model, volumes(1))
    model.load_state_dict(net(seed=5).state_dict())
    forward = model.forward
    monkeypatch.setattr(model, "forward", lambda x: (sizes.append(len(x)), forward(x))[1])
    for samples in (2, 3):
        x = volumes(samples, seed=samples)
        norms = gradient_norms(model, x)
        torch.testing.assert_close(norms, reference.gradient_norms(model, x))
    assert sizes == [2, *[1] * 2, 3, *[1] * 3]  # each batch once, then the reference


class Switched(nn.Module):
    """Takes one path or another, as its flags say."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.second = nn.Linear(4, 4), nn.Linear(4, 4)
        self.head = nn.Linear(4, 3)
        self.use_second = self.twice = self.functional = False

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        if self.use_second:
            x = self.second(x)
        if self.twice:
            x = self.first(x)
        if self.functional:
            x = nn.functional.linear(x, self.second.weight)
        return self.head(x.relu())


@pytest.mark.filterwarnings("ignore:no gradient norm rule fits")
def test_a_plan_that_no_longer_fits_is_made_again() -> None:
    model, x = Switched(), torch.randn(5, 4)

    def holds() -> None:
        norms = gradient_norms(model, x)
        torch.testing.assert_close(norms, reference.gradient_norms(model, x))

    holds()
    for flag in ("use_second", "twice", "functional"):
        setattr(model, flag, True)
        holds()
        setattr(model, flag, False)
        holds()
    model.first.weight.requires_grad_(False)
    holds()
    model.head = nn.Linear(4, 2, bias=False)
    holds()
    model.second.weight = model.first.weight
    model.first.weight.requires_grad_(True)
    with pytest.raises(CryoalError, match="are tied"):
        gradient_norms(model, x)


def test_a_model_that_changes_at_every_call_is_refused() -> None:
    model, calls = Switched(), iter(range(100))
    forward = model.forward

    def fickle(x: Tensor) -> Tensor:
        model.use_second = next(calls) % 2 == 1
        return forward(x)

    model.forward = fickle  # type: ignore[method-assign]
    with pytest.raises(CryoalError, match="uses other layers at each call"):
        gradient_norms(model, torch.randn(5, 4))


def test_no_losses_give_logits_alone() -> None:
    model, x = net(), volumes()
    assert score(model, x, []).norms == []


@pytest.mark.parametrize("scope", ["all", "head"])
def test_empty_batch(scope: Literal["all", "head"]) -> None:
    scored = score(net(), volumes(0), ["entropy", "egl"], scope=scope)
    assert [norms.shape for norms in scored.norms] == [(0,), (0,)]
    assert scored.logits.shape == (0, 3)


def test_leaves_everything_as_it_was() -> None:
    model, x = net(), volumes()
    model.body[0].weight.grad = torch.ones_like(model.body[0].weight)
    model.head.bias.requires_grad_(False)
    before, grad = copy.deepcopy(model.state_dict()), model.body[0].weight.grad.clone()
    flags = [module.training for module in model.modules()]
    trainable = [parameter.requires_grad for parameter in model.parameters()]
    x_before, drawn = x.clone(), torch.get_rng_state()
    score(model, x, LOSSES)
    gradient_norms(model, x, scope="head")
    torch.testing.assert_close(model.state_dict(), before, rtol=0, atol=0)
    assert torch.equal(model.body[0].weight.grad, grad)
    assert all(p.grad is None for p in model.parameters() if p is not model.body[0].weight)
    assert flags == [module.training for module in model.modules()]
    assert trainable == [parameter.requires_grad for parameter in model.parameters()]
    assert torch.equal(x, x_before)
    assert torch.equal(torch.get_rng_state(), drawn)
    assert not any(module._forward_hooks for module in model.modules())


def test_leaves_no_hooks_after_an_error() -> None:
    model = net()
    with pytest.raises(RuntimeError, match="size"):
        gradient_norms(model, torch.zeros(2, 1, 5, 5, dtype=torch.float64))
    assert not any(module._forward_hooks for module in model.modules())


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_callers_grad_mode_does_not_matter(mode: type[torch.no_grad]) -> None:
    model, x = net(), volumes()
    wanted = gradient_norms(model, x)
    with mode():
        norms = gradient_norms(model, x.clone())
    torch.testing.assert_close(norms, wanted)


def test_callers_autocast_does_not_matter() -> None:
    model, x = net(torch.float32), volumes(dtype=torch.float32)
    wanted = gradient_norms(model, x)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        torch.testing.assert_close(gradient_norms(model, x), wanted)


def test_saturated_samples_give_finite_norms() -> None:
    model = net(torch.float32)
    model.head.weight.data.mul_(1e6)
    for norms in score(model, volumes(dtype=torch.float32), LOSSES[:3]).norms:
        assert norms.isfinite().all()


def test_tiny_gradients_do_not_underflow() -> None:
    model, x = net(torch.float32), volumes(dtype=torch.float32)
    tiny = gradient_norms(model, x, lambda z: 1e-30 * z.square().sum(1))
    whole = gradient_norms(model, x, squared_logits)
    torch.testing.assert_close(1e30 * tiny, whole, rtol=1e-4, atol=0)


class OverwritesItsInput(Shared):
    """Changes in place what a layer has just read."""

    def forward(self, x: Tensor) -> Tensor:
        read = torch.tanh(x) * 2
        y = self.conv(read)
        read.zero_()
        logits: Tensor = self.head((y + read).flatten(1))
        return logits


def tied() -> nn.Module:
    model = net()
    model.body[2].second.weight = model.body[2].first.weight
    return model


def untracked() -> nn.Module:
    return Net(nn.BatchNorm3d(1, track_running_stats=False), 1).eval()


class Pair(nn.Module):
    """Returns more than logits."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(5, 3)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.head(x).mean((1, 2, 3)), x


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (tied(), r"'body.2.first.weight' and 'body.2.second.weight' are tied"),
        (net().train(), r"BatchNorm3d 'body.2.norm' normalises by the statistics of the batch"),
        (untracked(), r"BatchNorm3d 'body' normalises by the statistics of the batch"),
        (net(norm="tracked instance").train(), r"InstanceNorm3d 'body.2.norm' normalises by"),
        (net(norm="group").train(), r"Dropout 'body.3' is in training mode"),
        (net().requires_grad_(False), "no trainable parameter"),
        (seeded(OverwritesItsInput()), r"input of Conv3d 'conv' is overwritten in place"),
        (seeded(Pair()), "must return logits, not tuple"),
    ],
    ids=["tied", "train", "untracked", "instance", "dropout", "frozen", "overwrites", "pair"],
)
def test_refusals(model: nn.Module, message: str) -> None:
    with pytest.raises(CryoalError, match=message):
        gradient_norms(model.double(), volumes())


def test_unknown_options_are_refused() -> None:
    with pytest.raises(CryoalError, match="unknown aggregate 'mean'"):
        gradient_norms(net(), volumes(), aggregate="mean")
    with pytest.raises(CryoalError, match="unknown scope 'tail'"):
        gradient_norms(net(), volumes(), scope="tail")

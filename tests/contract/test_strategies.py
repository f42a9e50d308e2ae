"""The same checks over every registered scheme; one that needs more than is made here fails."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from small_pools import StackPool, bars, small_workshop
from tiny_strategies import BUSY, BUSY_NAMES, QUIET_NAMES, tiny_strategy

from cryoal import strategies
from cryoal.learning.outputs import Outputs
from cryoal.strategies import GRADIENT_LOSSES, Need, QueryContext, Scorer, Strategy

LABELLED = 5
LARGEST = 50


@cache
def small_pool(axes: int, same: bool) -> StackPool:
    """Volumes or images; all the same where asked for."""
    pool = bars(3 * LARGEST + LABELLED, axes)
    if not same:
        return pool
    return StackPool(pool.items[:1].repeat_interleave(len(pool), 0), pool.labels)


def make_outputs(
    count: int, classes: int, seed: int, *, constant: bool = False, duplicates: bool = False
) -> Outputs:
    """Random outputs of every kind."""
    generator = torch.Generator().manual_seed(seed)
    logits = 3 * torch.randn(count, classes, generator=generator)
    embeddings = torch.randn(count, 8, generator=generator)
    norms = torch.rand(count, generator=generator)
    features = torch.randn(count, 6, generator=generator)
    samples = 3 * torch.randn(4, count, classes, generator=generator)
    every = [logits, embeddings, norms, features, samples.transpose(0, 1)]
    if constant:
        every = [torch.zeros_like(values) for values in every]
    if duplicates and count:
        every = [values[:1].expand_as(values) for values in every]
    logits, embeddings, norms, features, samples = every
    return Outputs(
        logits,
        embeddings,
        dict.fromkeys(GRADIENT_LOSSES.values(), norms),
        samples.transpose(0, 1).softmax(2),
        features,
    )


def make_context(
    candidates: int,
    classes: int,
    seed: int = 0,
    *,
    strategy: Strategy,
    constant: bool = False,
    duplicates: bool = False,
    axes: int = 3,
) -> QueryContext:
    """Outputs of every kind for candidates scattered over a larger pool, and a workshop."""
    workshop = None
    if strategy.needs & BUSY:
        pool = small_pool(axes, constant or duplicates)
        workshop = small_workshop(pool, strategy, classes)
    positions = np.random.default_rng(seed).permutation(3 * candidates + LABELLED)
    return QueryContext(
        np.sort(positions[:candidates]),
        make_outputs(candidates, classes, seed, constant=constant, duplicates=duplicates),
        np.sort(positions[candidates : candidates + LABELLED]),
        np.arange(LABELLED) % classes,
        seed,
        make_outputs(LABELLED, classes, seed + 1, constant=constant, duplicates=duplicates),
        workshop,
    )


def only_declared(outputs: Outputs, needs: frozenset[Need]) -> Outputs:
    """The outputs that a strategy with these ``needs`` gets."""
    return Outputs(
        outputs.logits,
        outputs.embeddings if Need.EMBEDDINGS in needs else None,
        {
            loss: outputs.gradient_norms[loss]
            for need, loss in GRADIENT_LOSSES.items()
            if need in needs
        },
        outputs.samples if Need.DROPOUT_SAMPLES in needs else None,
        outputs.features if Need.FEATURES in needs else None,
    )


@pytest.fixture(params=strategies.names())
def strategy(request: pytest.FixtureRequest) -> Strategy:
    return tiny_strategy(request.param)


def check_query(strategy: Strategy, context: QueryContext, k: int) -> None:
    chosen = strategy.select(context, k)
    assert chosen.dtype == np.int64
    assert len(chosen) == min(k, len(context))
    assert len(np.unique(chosen)) == len(chosen)
    assert np.isin(chosen, context.candidates).all()
    assert not np.isin(chosen, context.labelled).any()
    assert np.array_equal(chosen, strategy.select(context, k))


any_query = given(
    candidates=st.integers(1, 40),
    k=st.integers(1, 45),
    classes=st.sampled_from([2, 5, 100]),
    seed=st.integers(0, 99),
    constant=st.booleans(),
    duplicates=st.booleans(),
)


@pytest.mark.parametrize("name", QUIET_NAMES)
@settings(deadline=None, max_examples=25)
@example(candidates=19, k=19, classes=5, seed=12, constant=False, duplicates=False)
@any_query
def test_query_is_valid(name: str, k: int, **situation: Any) -> None:
    strategy = tiny_strategy(name)
    check_query(strategy, make_context(strategy=strategy, **situation), k)


@pytest.mark.parametrize("name", BUSY_NAMES)
@settings(deadline=None, max_examples=8)
@any_query
def test_query_of_those_that_train_is_valid(name: str, k: int, **situation: Any) -> None:
    strategy = tiny_strategy(name)
    check_query(strategy, make_context(strategy=strategy, **situation), k)


@pytest.mark.parametrize("candidates", [1, 7])
def test_small_pools_and_budgets(strategy: Strategy, candidates: int) -> None:
    for k in (1, candidates, candidates + 3):
        check_query(strategy, make_context(candidates, 2, strategy=strategy), k)


@pytest.mark.parametrize("name", [name for name in BUSY_NAMES if name != "qbc"])
def test_images_as_well_as_volumes(name: str) -> None:
    """But for committees: ``train`` augments volumes alone."""
    strategy = tiny_strategy(name)
    check_query(strategy, make_context(20, 3, strategy=strategy, axes=2), 5)


@pytest.mark.parametrize("name", BUSY_NAMES)
def test_training_leaves_the_task_model_alone(name: str) -> None:
    strategy = tiny_strategy(name)
    context = make_context(20, 3, strategy=strategy)
    assert context.workshop is not None
    modules = [context.workshop.model, context.workshop.companion]
    kept = [module for module in modules if module is not None]
    before = [{key: value.clone() for key, value in m.state_dict().items()} for m in kept]
    strategy.select(context, 5)
    for module, state in zip(kept, before, strict=True):
        assert all(value.equal(state[key]) for key, value in module.state_dict().items())
        assert not any(layer.training for layer in module.modules())
        assert not any(layer._forward_hooks for layer in module.modules())
        assert all(parameter.grad is None for parameter in module.parameters())


@pytest.mark.parametrize("name", BUSY_NAMES)
def test_volumes_are_read_in_batches(name: str) -> None:
    strategy = tiny_strategy(name)
    pool = bars(200)
    context = replace(
        make_context(150, 3, strategy=strategy),
        candidates=np.arange(150),
        labelled=np.arange(150, 150 + LABELLED),
        workshop=small_workshop(pool, strategy, 3),
    )
    strategy.select(context, 5)
    assert pool.most_read <= 64


def test_ties_are_broken_by_the_seed(strategy: Strategy) -> None:
    queries = {
        tuple(
            strategy.select(make_context(30, 3, seed, strategy=strategy, constant=True), 5).tolist()
        )
        for seed in range(6)
    }
    same_candidates = make_context(30, 3, 0, strategy=strategy, constant=True)
    reseeded = [replace(same_candidates, seed=seed) for seed in range(6)]
    assert len({tuple(sorted(strategy.select(one, 5).tolist())) for one in reseeded}) > 1
    assert len(queries) > 1


def test_scores_are_finite_and_higher_comes_first(strategy: Strategy) -> None:
    if not isinstance(strategy, Scorer):
        return
    context = make_context(50, 4, strategy=strategy)
    scores = strategy.score(context)
    assert scores.shape == (50,)
    assert torch.isfinite(scores).all()
    chosen = np.searchsorted(context.candidates, strategy.select(context, 50))
    ordered = scores[chosen]
    assert (ordered[:-1] >= ordered[1:]).all()


def test_global_generators_are_left_alone(strategy: Strategy) -> None:
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()  # noqa: NPY002 - watched
    strategy.select(make_context(20, 3, strategy=strategy), 5)
    assert torch.equal(torch_state, torch.get_rng_state())
    assert str(numpy_state) == str(np.random.get_state())  # noqa: NPY002 - watched


def test_it_reads_only_what_it_declares(strategy: Strategy) -> None:
    full = make_context(20, 3, strategy=strategy)
    labelled_outputs = None
    if full.labelled_outputs is not None and Need.LABELLED in strategy.needs:
        labelled_outputs = only_declared(
            full.labelled_outputs, strategy.needs & {Need.EMBEDDINGS, Need.FEATURES}
        )
    bare = replace(
        full,
        outputs=only_declared(full.outputs, strategy.needs),
        labelled_outputs=labelled_outputs,
    )
    assert np.array_equal(strategy.select(full, 7), strategy.select(bare, 7))


@pytest.mark.parametrize("name", strategies.names())
def test_scheme_is_documented(name: str) -> None:
    scheme = strategies.get(name)
    assert scheme.summary
    assert scheme.paper
    assert scheme.strategy.__doc__

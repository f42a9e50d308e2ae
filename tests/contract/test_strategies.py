"""The same checks over every registered scheme; one that needs more than is made here fails."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoal import strategies
from cryoal.learning.outputs import Outputs
from cryoal.strategies import GRADIENT_LOSSES, Need, QueryContext, Scorer, Strategy


def make_context(
    candidates: int,
    classes: int,
    seed: int = 0,
    *,
    constant: bool = False,
    duplicates: bool = False,
) -> QueryContext:
    """Random outputs of every kind for candidates scattered over a larger pool."""
    generator = torch.Generator().manual_seed(seed)
    logits = 3 * torch.randn(candidates, classes, generator=generator)
    embeddings = torch.randn(candidates, 8, generator=generator)
    norms = torch.rand(candidates, generator=generator)
    if constant:
        logits, embeddings, norms = logits * 0, embeddings * 0, norms * 0 + 1
    if duplicates and candidates:
        logits, embeddings = logits[:1].expand_as(logits), embeddings[:1].expand_as(embeddings)
        norms = norms[:1].expand_as(norms)
    positions = np.random.default_rng(seed).permutation(3 * candidates + 5)
    labelled = np.sort(positions[candidates : candidates + 5])
    return QueryContext(
        np.sort(positions[:candidates]),
        Outputs(logits, embeddings, dict.fromkeys(GRADIENT_LOSSES.values(), norms)),
        labelled,
        np.arange(5) % classes,
        seed,
    )


@pytest.fixture(params=strategies.names())
def strategy(request: pytest.FixtureRequest) -> Strategy:
    return strategies.get(request.param).strategy()


def check_query(strategy: Strategy, context: QueryContext, k: int) -> None:
    chosen = strategy.select(context, k)
    assert chosen.dtype == np.int64
    assert len(chosen) == min(k, len(context))
    assert len(np.unique(chosen)) == len(chosen)
    assert np.isin(chosen, context.candidates).all()
    assert not np.isin(chosen, context.labelled).any()
    assert np.array_equal(chosen, strategy.select(context, k))


@pytest.mark.parametrize("name", strategies.names())
@settings(deadline=None, max_examples=25)
@given(
    candidates=st.integers(1, 40),
    k=st.integers(1, 45),
    classes=st.sampled_from([2, 5, 100]),
    seed=st.integers(0, 99),
    constant=st.booleans(),
    duplicates=st.booleans(),
)
def test_query_is_valid(
    name: str, candidates: int, k: int, classes: int, seed: int, constant: bool, duplicates: bool
) -> None:
    context = make_context(candidates, classes, seed, constant=constant, duplicates=duplicates)
    check_query(strategies.get(name).strategy(), context, k)


def test_ties_are_broken_by_the_seed(strategy: Strategy) -> None:
    queries = {
        tuple(strategy.select(make_context(30, 3, seed, constant=True), 5).tolist())
        for seed in range(6)
    }
    same_candidates = make_context(30, 3, 0, constant=True)
    reseeded = [
        QueryContext(
            same_candidates.candidates,
            same_candidates.outputs,
            same_candidates.labelled,
            same_candidates.labels,
            seed,
        )
        for seed in range(6)
    ]
    assert len({tuple(sorted(strategy.select(one, 5).tolist())) for one in reseeded}) > 1
    assert len(queries) > 1


def test_scores_are_finite_and_higher_comes_first(strategy: Strategy) -> None:
    if not isinstance(strategy, Scorer):
        return
    context = make_context(50, 4)
    scores = strategy.score(context)
    assert scores.shape == (50,)
    assert torch.isfinite(scores).all()
    chosen = np.searchsorted(context.candidates, strategy.select(context, 50))
    ordered = scores[chosen]
    assert (ordered[:-1] >= ordered[1:]).all()


def test_global_generators_are_left_alone(strategy: Strategy) -> None:
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()  # noqa: NPY002 - watched
    strategy.select(make_context(20, 3), 5)
    assert torch.equal(torch_state, torch.get_rng_state())
    assert str(numpy_state) == str(np.random.get_state())  # noqa: NPY002 - watched


def test_it_reads_only_what_it_declares(strategy: Strategy) -> None:
    full = make_context(20, 3)
    kept = {
        GRADIENT_LOSSES[need]: full.outputs.gradient_norms[GRADIENT_LOSSES[need]]
        for need in strategy.needs
        if need in GRADIENT_LOSSES
    }
    embeddings = full.outputs.embeddings if Need.EMBEDDINGS in strategy.needs else None
    bare = QueryContext(
        full.candidates,
        Outputs(full.outputs.logits, embeddings, kept),
        full.labelled,
        full.labels,
        full.seed,
    )
    assert np.array_equal(strategy.select(full, 7), strategy.select(bare, 7))


@pytest.mark.parametrize("name", strategies.names())
def test_scheme_is_documented(name: str) -> None:
    scheme = strategies.get(name)
    assert scheme.summary
    assert scheme.paper
    assert scheme.strategy.__doc__

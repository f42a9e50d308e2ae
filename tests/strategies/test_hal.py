"""HAL: sub-batches against a slow version, and what its discriminator finds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from query_contexts import context_of, random_outputs
from small_pools import bars, small_workshop

from cryoal.strategies import QueryContext
from cryoal.strategies.hal import Hal

QUICK = Hal(sub_batches=3, widths=(6, 4), dense=8, steps=4, batch_size=6)


def hal_context(strategy: Hal, candidates: int = 40) -> QueryContext:
    pool = bars(candidates + 6)
    return replace(
        context_of(random_outputs(candidates), labels=[0, 1, 2, 0, 1, 2]),
        workshop=small_workshop(pool, strategy, 3),
    )


def novelty_by_item(monkeypatch: pytest.MonkeyPatch, seen: list[tuple[set[int], set[int]]]) -> None:
    """A discriminator that knows a fixed number of each item, less the more are labelled."""

    def novelty(
        _self: Hal, _context: object, labelled: np.ndarray, unlabelled: np.ndarray, _seed: int
    ) -> torch.Tensor:
        seen.append((set(labelled.tolist()), set(unlabelled.tolist())))
        return torch.from_numpy(((unlabelled * 7 + len(labelled)) % 11) / 11)

    monkeypatch.setattr(Hal, "novelty", novelty)


@pytest.mark.parametrize(("k", "entropy_weight"), [(1, 1.0), (7, 1.0), (7, 0.0), (12, 3.0)])
def test_sub_batches_by_loops(
    monkeypatch: pytest.MonkeyPatch, k: int, entropy_weight: float
) -> None:
    strategy = replace(QUICK, entropy_weight=entropy_weight)
    context = hal_context(strategy)
    seen: list[tuple[set[int], set[int]]] = []
    novelty_by_item(monkeypatch, seen)
    found = strategy.select(context, k)
    entropy = -(context.probabilities * context.probabilities.log()).sum(1)
    wanted: list[int] = []
    number = 0
    while len(wanted) < k:
        labelled = {*context.labelled.tolist(), *wanted}
        left = [item for item in context.candidates.tolist() if item not in labelled]
        assert seen[number] == (labelled, set(left))
        score = {
            item: (item * 7 + len(labelled)) % 11 / 11 + entropy_weight * float(entropy[item])
            for item in left
        }
        size = min(-(-k // 3), k - len(wanted))
        taken = sorted(left, key=lambda item: -score[item])[:size]
        if entropy_weight:  # else items tie
            assert found[len(wanted) : len(wanted) + size].tolist() == taken
        assert [score[item] for item in found[len(wanted) : len(wanted) + size]] == pytest.approx(
            [score[item] for item in taken]
        )
        wanted += found[len(wanted) : len(wanted) + size].tolist()
        number += 1
    assert number == len(seen)


def test_it_looks_at_so_many_candidates_a_labelled_item(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[set[int], set[int]]] = []
    novelty_by_item(monkeypatch, seen)
    strategy = replace(QUICK, reach=2)
    chosen = strategy.select(hal_context(strategy), 6)
    assert [len(unlabelled) for _, unlabelled in seen] == [12, 16, 20]
    assert all(item in seen[place // 2][1] for place, item in enumerate(chosen.tolist()))


def test_the_discriminator_finds_what_the_labelled_set_lacks() -> None:
    strategy = replace(QUICK, widths=(16, 8), dense=32, steps=150, batch_size=12)
    strategy = replace(strategy, learning_rate=3e-3)
    pool = bars(120, noise=0.2)
    strange = pool.labels == 2
    labelled = np.flatnonzero(~strange)[:30]
    candidates = np.setdiff1d(np.arange(120), labelled)
    context = replace(
        context_of(random_outputs(len(candidates))),
        candidates=candidates,
        labelled=labelled,
        workshop=small_workshop(pool, strategy, 3),
    )
    novelty = strategy.novelty(context, labelled, candidates, seed=0)
    assert ((novelty >= 0) & (novelty <= 1)).all()
    apart = novelty[strange[candidates]][:, None] > novelty[~strange[candidates]][None]
    assert apart.float().mean() > 0.8


def test_training_ends_when_the_two_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    strategy = replace(QUICK, steps=400, batch_size=8, enough=0.5)
    context = hal_context(strategy)
    steps = 0
    original = torch.optim.RMSprop.step

    def counted(self: torch.optim.RMSprop, *args: object) -> object:
        nonlocal steps
        steps += 1
        return original(self, *args)

    monkeypatch.setattr(torch.optim.RMSprop, "step", counted)
    strategy.novelty(context, context.labelled, context.candidates, seed=0)
    assert 10 <= steps < 400

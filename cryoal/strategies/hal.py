"""``hal``: unlike the labelled items and uncertain, in sub-batches."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from cryoal.auxiliary import ConvolutionalDiscriminator, FeatureTaps, find_taps, seeded
from cryoal.strategies.context import QueryContext
from cryoal.strategies.draws import drawn_batches
from cryoal.strategies.given import declared
from cryoal.strategies.needs import Need
from cryoal.strategies.registry import register
from cryoal.strategies.strategy import Strategy
from cryoal.strategies.workshop import Workshop

Indices = npt.NDArray[np.int64]


@register(
    "hal",
    summary="Unlike labelled and chosen items to a discriminator, and uncertain",
    paper="Du et al., Bioinformatics 2021",
    cost="a discriminator trained on the volumes for each sub-batch",
)
@dataclass(frozen=True)
class Hal(Strategy):
    """Hybrid active learning for cryo-ET (Du et al., Bioinformatics 2021, btab123).

    A convolutional network on the task model's last feature map learns to tell labelled from
    unlabelled items. Score: its probability of 'unlabelled' plus the entropy of the task model's
    posterior. The query is taken in sub-batches; what is chosen counts as labelled for the
    discriminator of the next one, which starts anew. Batches hold as many labelled as unlabelled
    items. The released code does not run as it is and does not say how many sub-batches there are.

    Attributes:
        sub_batches: 5; ours.
        entropy_weight: 1, the paper.
        reach: candidates looked at for each labelled item, 100, drawn at random; the code.
        widths: 64 and 32 channels; the code has 128 and 64. Ours for two CPU cores.
        dense: 256, the code.
        steps: 60 at the most in a sub-batch; the code has up to 300 epochs. Ours: minutes.
        batch_size: 16 of each kind; ours.
        enough: share told apart rightly in the last 10 batches at which training ends, 0.98; the
            code.
        learning_rate: 3e-4 (RMSprop), the code.
    """

    sub_batches: int = 5
    entropy_weight: float = 1.0
    reach: int = 100
    widths: tuple[int, int] = (64, 32)
    dense: int = 256
    steps: int = 60
    batch_size: int = 16
    enough: float = 0.98
    learning_rate: float = 3e-4

    needs: ClassVar[frozenset[Need]] = frozenset({Need.PROBABILITIES, Need.WORKSHOP})

    def select(self, context: QueryContext, k: int) -> Indices:
        """Candidates in the order of choice; ties by the context's seed."""
        entropy = torch.special.entr(context.probabilities).sum(1)
        shuffle = np.random.default_rng(context.seed)
        count = min(k, len(context))
        size = -(-count // self.sub_batches)
        chosen = np.empty(0, np.int64)
        while len(chosen) < count:
            labelled = np.concatenate([context.labelled, context.candidates[chosen]])
            left = np.setdiff1d(np.arange(len(context)), chosen)
            seen = shuffle.permutation(left)[: self.reach * len(labelled)]
            seed = context.seed + len(chosen)
            novelty = self.novelty(context, labelled, context.candidates[seen], seed)
            scores = novelty + self.entropy_weight * entropy[seen]
            best = torch.argsort(scores, descending=True, stable=True)
            chosen = np.concatenate([chosen, seen[best[: min(size, count - len(chosen))].numpy()]])
        return context.candidates[chosen]

    def novelty(
        self, context: QueryContext, labelled: Indices, unlabelled: Indices, seed: int
    ) -> Tensor:
        """Probability (n,) that each of ``unlabelled`` is unlabelled, by a fresh discriminator."""
        workshop = declared(context.workshop)
        (*_, last) = find_taps(workshop.model, workshop.item_shape)
        taps = FeatureTaps([last])
        with seeded(seed), taps.attached(workshop.model):
            discriminator = ConvolutionalDiscriminator(
                last.channels, len(last.edges), self.widths, self.dense
            ).to(workshop.fabric.device)
            self.train(discriminator, taps, workshop, labelled, unlabelled, seed)
            novelty = torch.empty(len(unlabelled))
            with torch.no_grad():
                for place, batch in workshop.batches(unlabelled):
                    odds = discriminator(feature_map(workshop, taps, batch))
                    novelty[place] = odds.sigmoid().cpu()
        return novelty

    def train(
        self,
        discriminator: ConvolutionalDiscriminator,
        taps: FeatureTaps,
        workshop: Workshop,
        labelled: Indices,
        unlabelled: Indices,
        seed: int,
    ) -> None:
        """Until it tells the two kinds apart well enough, ``steps`` at the most."""
        optimizer = torch.optim.RMSprop(discriminator.parameters(), lr=self.learning_rate)
        size = self.batch_size
        states = torch.cat([torch.zeros(size), torch.ones(size)]).to(workshop.fabric.device)
        rightly: deque[float] = deque(maxlen=10)
        known = drawn_batches(workshop, labelled, size, self.steps, seed)
        unknown = drawn_batches(workshop, unlabelled, size, self.steps, seed + 1)
        for (_, ones), (_, others) in zip(known, unknown, strict=True):
            odds = discriminator(feature_map(workshop, taps, torch.cat([ones, others])))
            optimizer.zero_grad(set_to_none=True)
            F.binary_cross_entropy_with_logits(odds, states).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            rightly.append(float(((odds > 0) == (states > 0)).float().mean()))
            if len(rightly) == rightly.maxlen and np.mean(rightly) >= self.enough:
                break


def feature_map(workshop: Workshop, taps: FeatureTaps, batch: Tensor) -> Tensor:
    """The tapped feature map (B, channels, *edges) of the task model, without gradient."""
    with torch.no_grad():
        workshop.model(batch)
    return taps.maps[0].float()

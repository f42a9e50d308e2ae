"""``qbc``: a committee of models that disagree."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from cryoal.learning.outputs import compute_outputs
from cryoal.strategies.context import QueryContext
from cryoal.strategies.given import declared
from cryoal.strategies.needs import Need
from cryoal.strategies.registry import register
from cryoal.strategies.strategy import Scorer


@register(
    "qbc",
    summary="Disagreement of three models trained alike from different weights",
    paper="Seung, Opper and Sompolinsky, COLT 1992; Beluch et al., CVPR 2018",
    cost="two more trainings and passes over the candidates",
)
@dataclass(frozen=True)
class QueryByCommittee(Scorer):
    """Query by committee (Seung, Opper and Sompolinsky, COLT 1992) with variation ratio.

    The task model and further ones, of other weights and other random views, are trained by the
    run's recipe on all labels (Beluch et al., CVPR 2018); asked for is where fewest of them vote
    with the majority. With three members that share is 1, 2/3 or 1/3, so nearly all candidates
    tie; ties go to the higher entropy of the mean posterior (ours).

    Attributes:
        members: 3, the code of TypiClust's comparison (Hacohen, Dekel and Weinshall, ICML 2022).
    """

    members: int = 3

    needs: ClassVar[frozenset[Need]] = frozenset({Need.PROBABILITIES, Need.WORKSHOP})

    def score(self, context: QueryContext) -> Tensor:
        """Variation ratio and, below its steps, the entropy of the mean posterior."""
        workshop = declared(context.workshop)
        classes = context.outputs.logits.shape[1]
        mean = context.probabilities / self.members
        votes = F.one_hot(context.probabilities.argmax(1), classes)
        for number in range(1, self.members):
            member = workshop.train_member(context.labelled, context.labels, context.seed + number)
            posterior = compute_outputs(
                member,
                workshop.preparation,
                context.candidates,
                workshop.fabric,
                views=workshop.views,
            ).probabilities
            mean += posterior / self.members
            votes += F.one_hot(posterior.argmax(1), classes)
        below = 1 / (self.members + 1)  # one vote more or less is 1 / members
        return variation_ratio(votes) + below * entropy_share(mean)


def variation_ratio(votes: Tensor) -> Tensor:
    """Share (n,) of the votes (n, classes) that are not for the likeliest class."""
    return 1 - votes.max(1).values / votes.sum(1)


def entropy_share(posterior: Tensor) -> Tensor:
    """Entropy (n,) of the posterior (n, classes) as a share of the largest there is, 0 to 1."""
    entropy: Tensor = torch.special.entr(posterior).sum(1)
    return entropy / math.log(posterior.shape[1])

"""How the ranking of candidates moves when nothing changes but their noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from cryoal import strategies
from cryoal.learning.devices import make_fabric
from cryoal.learning.preparation import Preparation
from cryoal.pools import SubtomogramPool
from cryoal.runs import RunFolder
from cryoal.runs.amount import count_items
from cryoal.runs.models import RunModels
from cryoal.runs.scoring import Surveyor
from cryoal.runs.training_set import training_set
from cryoal.strategies import Need, Scorer
from cryoal.studies.robustness.agreement import mean_correlation, mean_overlap
from cryoal.studies.robustness.probe import Numbers, Probe
from cryoal.studies.robustness.source import NoiseSource

DRAWS = (1, 2, 3, 4)
"""Seeds of the noise; the study's own pools have another."""
VIEWS = (1, 8)


def is_tried(scheme: str) -> bool:
    """Whether a scheme gives items scores that hang on how they look.

    Those that train models of their own for a query are left out: these would change too.
    """
    strategy = strategies.get(scheme).strategy
    needs = strategy.needs
    return issubclass(strategy, Scorer) and bool(needs) and Need.WORKSHOP not in needs


@dataclass(frozen=True)
class StabilityProbe(Probe):
    """Agreement of the first cycle's ranking between fresh draws of the candidates' noise.

    Same particles, same model, same candidates; noise is added to the cleanest variant of the
    pool, so that whatever noise that has itself stays the same in all draws.

    Attributes:
        source: of the pool, whose cleanest variant has a higher ratio than the condition.
    """

    file: ClassVar[str] = "stability.json"
    what: ClassVar[str] = "stability of the ranking"

    source: NoiseSource

    def keys(self) -> Sequence[str]:
        return [str(views) for views in VIEWS]

    def cycle(self, _folder: RunFolder) -> int:
        return 1

    def measure(self, folder: RunFolder, keys: Sequence[str]) -> dict[str, Numbers]:
        with np.load(folder.scores_path(1), allow_pickle=False) as saved:
            candidates = saved["candidates"]
        train = len(folder.journal.split("train"))
        k = min(count_items(folder.settings.budget, train), len(candidates))
        pools = [self.source.noisier(self.condition.snr, draw) for draw in DRAWS]
        measured: dict[str, Numbers] = {}
        for key in keys:
            scores = [scores_on(folder, pool, candidates, int(key)) for pool in pools]
            measured[key] = {
                "correlation": mean_correlation(scores),
                "overlap": mean_overlap(scores, k),
                "chance": k / len(candidates),
                "k": k,
                "candidates": len(candidates),
            }
        return measured


def scores_on(
    folder: RunFolder, pool: SubtomogramPool, candidates: npt.NDArray[np.int64], views: int
) -> npt.NDArray[np.float64]:
    """Scores (n,) of the run's scheme with its first model, for ``candidates`` as in ``pool``."""
    settings = folder.settings.model_copy(update={"score_views": views})
    strategy = strategies.get(settings.scheme).strategy()
    assert isinstance(strategy, Scorer)
    fabric = make_fabric(settings.device, settings.recipe.precision)
    models = RunModels(folder, strategy, Preparation(pool, settings.recipe), fabric)
    surveyor = Surveyor(strategy, models.workshop(1), models.encoder(), settings)
    labelled = training_set(folder.journal, settings, folder.journal.last_event_of(0, "label"))
    context = surveyor.context(candidates, labelled.items, labelled.labels, settings.seed)
    return strategy.score(context).double().numpy()

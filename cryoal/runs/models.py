"""Task models of a run: fresh, trained, and with what was trained beside them."""

from __future__ import annotations

from functools import partial

import torch
from lightning_fabric import Fabric

from cryoal.learning.carry_over import carry_over
from cryoal.learning.checkpoint import ModelDescription, load_model, save_model
from cryoal.learning.companion import Companion, load_companion, save_companion
from cryoal.learning.preparation import Preparation
from cryoal.learning.task_model import TaskModel
from cryoal.runs.folder import RunFolder
from cryoal.strategies import Strategy, Workshop


class RunModels:
    """Builds and loads the models of one run.

    Args:
        folder: the run.
        strategy: the run's, which may train something beside the task model.
        preparation: of the pool at hand.
        fabric: device and precision.
    """

    def __init__(
        self, folder: RunFolder, strategy: Strategy, preparation: Preparation, fabric: Fabric
    ) -> None:
        self.folder = folder
        self.strategy = strategy
        self.preparation = preparation
        self.fabric = fabric

    def fresh(self, description: ModelDescription, seed: int) -> TaskModel:
        """Weights drawn from ``seed``; under it the pretrained body, where the run has one."""
        model = description.build(seed)
        encoder = self.encoder()
        if encoder is not None:
            carry_over(encoder, model, [])
        return model

    def encoder(self) -> TaskModel | None:
        """The model that was pretrained without labels; None without pretraining."""
        if not self.folder.settings.pretrain:
            return None
        return load_model(self.folder.pretrained_path)[0]

    def trained(self, cycle: int) -> TaskModel:
        """Model trained in ``cycle``."""
        return load_model(self.folder.weights_path(cycle))[0]

    def save(
        self,
        cycle: int,
        model: TaskModel,
        description: ModelDescription,
        companion: Companion | None,
    ) -> None:
        """Write what was trained in ``cycle``."""
        if companion is not None:
            save_companion(companion, self.folder.companion_path(cycle))
        save_model(model, description, self.folder.weights_path(cycle))

    def fresh_companion(self, model: TaskModel, seed: int) -> Companion | None:
        """What the strategy trains beside ``model``; None for most."""
        return fresh_companion(self.strategy, model, self.preparation.pool.item_shape, seed)

    def workshop(self, cycle: int) -> Workshop:
        """The model of ``cycle``, with what was trained beside it, ready for a query."""
        model, description = load_model(self.folder.weights_path(cycle))
        companion = self.fresh_companion(model, seed=0)
        if companion is not None:
            load_companion(companion, self.folder.companion_path(cycle))
            companion.to(self.fabric.device)
        make_model = partial(self.fresh, description)
        views = self.folder.settings.score_views
        return Workshop(model, self.preparation, self.fabric, make_model, companion, views)


def fresh_companion(
    strategy: Strategy, model: TaskModel, item_shape: tuple[int, ...], seed: int
) -> Companion | None:
    """What ``strategy`` trains beside ``model``, its weights drawn from ``seed``."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return strategy.companion(model, item_shape)

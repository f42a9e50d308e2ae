"""What the analyses measure, one item at a time by plain autograd."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from cryoal.analyses.item_losses import ITEM_LOSSES
from cryoal.analyses.subject import Subject
from cryoal.gradnorm.lengths import Aggregate
from cryoal.gradnorm.reference import gradient_norms
from cryoal.runs.cycle_training import Progress
from models3d import TaskModel3D

Indices = npt.NDArray[np.int64]


def silently(_work: str) -> AbstractContextManager[Progress]:
    return nullcontext(lambda _done, _total: None)


def candidates_of(subject: Subject, cycle: int) -> Indices:
    """Training items that no query before that of ``cycle`` asked for."""
    asked = np.concatenate([subject.journal.query(before) for before in range(cycle)])
    return np.setdiff1d(subject.journal.split("train"), asked)


def model_of(subject: Subject, cycle: int) -> TaskModel3D:
    return subject.loop.models.trained(cycle).eval()


def inputs(subject: Subject, items: Indices) -> Tensor:
    pool = subject.loop.pool
    return subject.loop.preparation(pool.read(items))


def labels_of(subject: Subject, items: Indices) -> Tensor:
    return torch.from_numpy(subject.loop.pool.labels[items])


def slow_norms(
    subject: Subject, cycle: int, items: Indices, loss: str, aggregate: Aggregate = "sum"
) -> npt.NDArray[np.float64]:
    """Norms (n,) by the model of ``cycle``."""
    model, of = model_of(subject, cycle), ITEM_LOSSES[loss]
    norms = [
        gradient_norms(model, x[None], lambda z, y=label: of(z, y[None]), aggregate)
        for x, label in zip(inputs(subject, items), labels_of(subject, items), strict=True)
    ]
    return torch.cat(norms).double().numpy()


def slow_gradients(subject: Subject, cycle: int, items: Indices, loss: str) -> Tensor:
    """Gradients (n, P) by the model of ``cycle``."""
    model, of = model_of(subject, cycle), ITEM_LOSSES[loss]
    parameters = [*model.parameters()]
    rows = []
    for x, label in zip(inputs(subject, items), labels_of(subject, items), strict=True):
        value = of(model(x[None]), label[None]).sum()
        gradient = torch.autograd.grad(value, parameters)
        rows.append(torch.cat([part.flatten() for part in gradient]))
    return torch.stack(rows)

"""Algorithm 1 of Wang et al., AAAI 2022: train, evaluate, score, query, label, repeat."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cryoal import strategies
from cryoal.errors import CryoalError
from cryoal.learning.checkpoint import ModelDescription, load_model, save_model
from cryoal.learning.devices import make_fabric
from cryoal.learning.outputs import GradientNormRequest, Outputs, compute_outputs
from cryoal.learning.preparation import Preparation
from cryoal.learning.train import TrainingResult, train
from cryoal.pools.pool import Pool
from cryoal.runs.amount import count_items
from cryoal.runs.evaluation import classification_metrics, confusion
from cryoal.runs.folder import RunFolder
from cryoal.runs.oracle import Oracle
from cryoal.strategies import GRADIENT_LOSSES, Need, QueryContext
from models3d import TaskModel3D

Progress = Callable[[int, int], None]
ProgressFactory = Callable[[str], "ProgressContext"]


def phase_seed(seed: int, cycle: int, phase: str) -> int:
    """Seed of one phase of one cycle, so that a phase done again after a kill comes out the same."""
    digest = hashlib.sha256(f"{seed}/{cycle}/{phase}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1

"""What a pool holds, for people and programs to read before they use it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cryoal.pools.contrast_hint import ContrastHint, contrast_hint
from cryoal.pools.noise_variants import variants_in
from cryoal.pools.subtomograms import SubtomogramPool


@dataclass(frozen=True)
class PoolSummary:
    """One pool in numbers.

    Attributes:
        kind: how it is stored.
        box_px: edge of the cubic boxes.
        contrast: as stated; ``hint`` is what a look at the voxels says.
        classes: number of items of each class.
        groups: number of items of each group, empty where none are known.
        warnings: what works but should be known.
    """

    source: str
    kind: str
    items: int
    box_px: int
    voxel_size_A: float | None
    contrast: str
    hint: ContrastHint
    classes: dict[str, int]
    unlabelled: int
    groups: dict[str, int]
    fingerprint: str
    label_fingerprint: str
    warnings: list[str]


def summarise(pool: SubtomogramPool) -> PoolSummary:
    """Count what is there; reads the voxels of up to 64 items for the contrast hint.

    Raises:
        CryoalError: one of these items cannot be read.
    """
    counts = np.bincount(pool.labels[pool.labels >= 0], minlength=len(pool.classes))
    classes = dict(zip(pool.classes, counts.tolist(), strict=True))
    groups: dict[str, int] = {}
    if pool.groups is not None:
        names, sizes = np.unique(pool.groups, return_counts=True)
        groups = dict(zip(names.tolist(), sizes.tolist(), strict=True))
    hint = contrast_hint(pool)
    return PoolSummary(
        source=str(pool.source),
        kind=pool.kind,
        items=len(pool),
        box_px=pool.item_shape[-1],
        voxel_size_A=pool.voxel_size_A,
        contrast=pool.contrast,
        hint=hint,
        classes=classes,
        unlabelled=int(np.sum(pool.labels < 0)),
        groups=groups,
        fingerprint=pool.fingerprint,
        label_fingerprint=pool.label_fingerprint,
        warnings=[*pool.warnings, *_warnings(pool, classes, hint)],
    )


def noise_variants(path: Path) -> dict[float, Path]:
    """SNR -> folder of the noise variants that a path holds; empty where there are none.

    Raises:
        CryoalError: they lie below more than one sub-folder.
    """
    return variants_in(path) if path.is_dir() else {}


def _warnings(pool: SubtomogramPool, classes: dict[str, int], hint: ContrastHint) -> list[str]:
    warnings = []
    if not any(classes.values()):
        warnings.append("no item has a label: a person has to answer the queries")
    elif len(classes) == 1:
        warnings.append(f"only one class ({pool.classes[0]}): nothing to tell apart")
    empty = [name for name, count in classes.items() if count == 0]
    if empty:
        warnings.append(f"no item of class {', '.join(empty)}")
    single = [name for name, count in classes.items() if count == 1]
    if single:
        warnings.append(f"a single item of class {', '.join(single)}: it cannot be tested")
    if pool.voxel_size_A is None:
        warnings.append("no voxel size in the files (0 or 1 A is unset): state it")
    if hint.contrast not in (None, pool.contrast):
        warnings.append(
            f"stated contrast is {pool.contrast} protein, but the centres look {hint.contrast}"
        )
    return warnings

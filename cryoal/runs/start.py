"""Begin a run, or take up one that is there, refusing what would not give the same result."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cryoal import strategies
from cryoal.errors import CryoalError
from cryoal.learning.devices import make_fabric
from cryoal.learning.dropout import dropout_layers
from cryoal.pools import Pool, SubtomogramPool, open_pool
from cryoal.pools.check import check_pool
from cryoal.pools.splits import split
from cryoal.runs.amount import count_items
from cryoal.runs.class_table import JUNK
from cryoal.runs.folder import JOURNAL, RunFolder
from cryoal.runs.journal import OUTPUTS, Journal
from cryoal.runs.model_description import describe_model
from cryoal.runs.models import fresh_companion
from cryoal.runs.open_boxes import open_boxes
from cryoal.runs.settings import RunSettings
from cryoal.runs.task_checks import check_task
from cryoal.strategies import Need


def open_data(settings: RunSettings) -> Pool:
    """The pool that the settings name.

    Raises:
        CryoalError: it cannot be opened as the settings say.
    """
    if settings.boxes is not None:
        return open_boxes(
            Path(settings.data),
            settings.boxes,
            settings.label_column,
            settings.contrast,
            settings.voxel_size_A,
        )
    return open_pool(
        settings.data,
        snr=settings.snr,
        label_column=settings.label_column,
        voxel_size_A=settings.voxel_size_A,
        contrast=settings.contrast,
    )


def open_volumes(settings: RunSettings) -> SubtomogramPool:
    """The pool that the settings name, for what is done with subtomograms alone.

    Raises:
        CryoalError: it cannot be opened as the settings say, or holds images.
    """
    pool = open_data(settings)
    if not isinstance(pool, SubtomogramPool):
        raise CryoalError(f"{settings.data}: holds images, and this is for subtomograms alone")
    return pool


def start_run(
    path: Path,
    settings: RunSettings,
    pool: Pool,
    progress: Callable[[int, int], None] | None = None,
) -> RunFolder:
    """Create the run at ``path``; one killed while it was created is created again.

    All voxels are read once first: a bad item found after hours could not be repaired without
    changing the run's pool.

    Args:
        progress: of that reading, (items done, items in all).

    Raises:
        CryoalError: settings that do not fit the pool, or a place that cannot be written.
    """
    splits = check_settings(settings, pool)
    check_voxels(settings, pool, progress)
    folder = RunFolder.create(path, settings)
    groups = None if pool.groups is None else pool.groups.tolist()
    classes = list(pool.classes)
    if settings.oracle == "human" and settings.junk == "class" and JUNK not in classes:
        classes.append(JUNK)
    with folder.journal.transaction():
        meta = fingerprints(pool) | of_pixels(pool)
        folder.journal.create(meta, classes, pool.ids, groups, splits.tolist())
        if settings.oracle == "human" and settings.known_labels == "use":
            items = np.flatnonzero((splits == "train") & (pool.labels >= 0))
            folder.journal.add_known_labels(zip(items, pool.labels[items], strict=True))
    return folder


def check_settings(settings: RunSettings, pool: Pool) -> npt.NDArray[np.str_]:
    """The split of every item, where a run can be begun with these settings on this pool.

    Raises:
        CryoalError: settings that do not fit the pool.
    """
    settings.check_names()
    check_kind(settings, pool)
    check_task(settings, pool)
    splits = assign_splits(settings, pool)
    check_model(settings, pool)
    check_budget(settings, int(np.sum(splits == "train")))
    return splits


def continue_run(path: Path, settings: RunSettings, pool: Pool) -> RunFolder:
    """Open the run at ``path`` if it was begun with these settings on this pool.

    More cycles than before may be asked for: what is done stays as it is.

    Raises:
        CryoalError: another setting, the items or their labels changed; names what.
    """
    folder = RunFolder.open(path)
    more = max(folder.settings.cycles, settings.cycles)
    changed = folder.settings.model_copy(update={"cycles": more}).differences(settings)
    if changed:
        raise CryoalError(
            f"{path}: was begun with other settings: {', '.join(changed)}; "
            "give the old ones, or another --out"
        )
    for name, value in fingerprints(pool).items():
        if folder.journal.meta(name) != value:
            raise CryoalError(
                f"{path}: the {name} of {settings.data} changed since the run began; "
                "bring them back, or give another --out"
            )
    if more > folder.settings.cycles:
        check_budget(settings, len(folder.journal.split("train")))
        folder.change_settings(settings)
    return folder


def is_started(path: Path) -> bool:
    """Whether ``path`` holds a run whose creation came to its end."""
    if not RunFolder.exists(path) or not (path / JOURNAL).is_file():
        return False
    journal = Journal(path / JOURNAL)
    try:
        return journal.meta("version") is not None
    finally:
        journal.close()


def fingerprints(pool: Pool) -> dict[str, str]:
    return {"items": pool.fingerprint, "labels": pool.label_fingerprint}


def of_pixels(pool: Pool) -> dict[str, str]:
    """What a journal keeps of a segmentation pool besides."""
    return {OUTPUTS: json.dumps(pool.outputs)} if pool.task == "segmentation" else {}


def assign_splits(settings: RunSettings, pool: Pool) -> npt.NDArray[np.str_]:
    """``train``, ``validation``, ``test`` or ``none`` for each item (N,).

    ``none`` are unlabelled items where the pool's labels are the oracle, and those whose tomogram
    is held out.

    Raises:
        CryoalError: too few labels or classes to learn from.
    """
    if settings.oracle == "labels":
        check_labels(settings, pool)
    parts = split(
        pool,
        test_share=settings.test_share,
        validation_share=settings.validation_share,
        seed=settings.seed,
    )
    names = np.full(len(pool), "none", dtype="<U10")
    names[parts.train] = "train"
    names[parts.validation] = "validation"
    names[parts.test] = "test"
    if settings.oracle == "labels":
        names[pool.labels < 0] = "none"
    elif settings.known_labels == "use" and (pool.labels[parts.train] >= 0).all():
        raise CryoalError(
            f"{settings.data}: every item has a label already, so nobody needs to be asked; give "
            "--known-labels ignore to label anew, or leave out --oracle human"
        )
    return names


def check_kind(settings: RunSettings, pool: Pool) -> None:
    """Refuse what the pool's kind of item does not have.

    Raises:
        CryoalError: names the setting.
    """
    pool.augmentation(settings.recipe.augmentation)
    if isinstance(pool, SubtomogramPool):
        return
    if settings.oracle == "human":
        raise CryoalError(f"{settings.data}: holds images, and people label subtomograms alone")
    if settings.pretrain:
        raise CryoalError(f"{settings.data}: holds images; --pretrain learns from volumes alone")
    if settings.recipe.lowpass_px:
        raise CryoalError("recipe.lowpass_px: images are not filtered; give 0, or leave it out")


def check_labels(settings: RunSettings, pool: Pool) -> None:
    if pool.task == "segmentation":
        if (pool.labels < 0).all():
            raise CryoalError(f"{settings.data}: no image has a label image; add them")
        return
    counts = np.bincount(pool.labels[pool.labels >= 0], minlength=len(pool.classes))
    if counts.sum() == 0:
        raise CryoalError(
            f"{settings.data}: no item has a label; add a labels.csv (path,label) or name a label "
            "column"
        )
    if np.count_nonzero(counts) < 2:
        raise CryoalError(
            f"{settings.data}: only one class ({pool.classes[int(counts.argmax())]}) has labels; "
            "label items of at least two"
        )
    lone = [name for name, count in zip(pool.classes, counts, strict=True) if count == 1]
    if lone:
        raise CryoalError(
            f"{settings.data}: a single item of class {', '.join(lone)}; label more of it, or "
            "leave its label empty"
        )


def check_model(settings: RunSettings, pool: Pool) -> None:
    """Refuse a model that does not fit boxes or scheme, or a device that is not there."""
    strategy = strategies.get(settings.scheme).strategy()
    try:
        classes = pool.outputs if len(pool.outputs) > 1 else ["named", "later"]
        model = describe_model(settings, pool, classes).build(settings.seed)
    except ValueError as error:
        raise CryoalError(f"{settings.data}: {error}") from error
    if Need.DROPOUT_SAMPLES in strategy.needs and not dropout_layers(model):
        raise CryoalError(
            f"scheme '{settings.scheme}' needs dropout, and model '{settings.model}' has none; "
            "give --dropout 0.2, or a model with dropout (cb3d, dsrf3d-v2)"
        )
    fresh_companion(strategy, model, pool.item_shape, settings.seed)
    make_fabric(settings.device, settings.recipe.precision)


def check_budget(settings: RunSettings, trainable: int) -> None:
    """Refuse a schedule that asks for more labels than there are training items.

    Raises:
        CryoalError: says how many items there are and how many cycles would fit.
    """
    initial = count_items(settings.initial, trainable)
    budget = count_items(settings.budget, trainable)
    wanted = initial + budget * (settings.cycles - 1)
    if initial > trainable:
        raise CryoalError(
            f"initial set of {initial} items, but only {trainable} training items are there; "
            "lower --initial"
        )
    if wanted > trainable:
        fit = 1 + (trainable - initial) // budget
        raise CryoalError(
            f"{settings.cycles} cycles ask for {wanted} labels ({initial} + "
            f"{settings.cycles - 1} x {budget}), but only {trainable} training items are there; "
            f"lower --budget, or --cycles to {fit}"
        )
    fewest = trainable - initial - budget * max(0, settings.cycles - 2)
    if settings.subset is not None and count_items(settings.subset, fewest) < budget:
        raise CryoalError(
            f"--subset {settings.subset} is smaller than the budget of {budget} items at the last "
            f"query, which has {fewest} candidates; raise it"
        )


def check_voxels(
    settings: RunSettings, pool: Pool, progress: Callable[[int, int], None] | None
) -> None:
    """Refuse a pool with items that no model can learn from.

    Raises:
        CryoalError: names the first such item and says how many there are.
    """
    faults = check_pool(pool, progress)
    if len(faults) > 1:
        raise CryoalError(
            f"{faults[0]} ({len(faults)} such items; list them with 'cryoal inspect "
            f"{settings.data} --check')"
        )
    if faults:
        raise CryoalError(faults[0])

"""What all pools of subtomograms share, however they are stored."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from cryoal.augmentation_settings import AugmentationSettings
from cryoal.errors import CryoalError
from cryoal.pools.list_origin import ListOrigin
from cryoal.pools.places import Places, Tomogram
from cryoal.pools.pool import Contrast, Pool
from cryoal.volumes.augmentation import VolumeAugmentation
from cryoal.volumes.filters import gaussian_lowpass
from cryoal.volumes.normalise import normalise

_START = 64
_PICTURE_SIGMA_PX = 1.0


class SubtomogramPool(Pool):
    """Cubic boxes (1, n, n, n) with one voxel size and one sign of contrast.

    Attributes:
        kind: how the items are stored, in words.
        source: the file or folder that was opened.
        voxel_size_A: None where neither the files nor the user state it.
        contrast: ``bright`` or ``dark`` protein, as stated; never guessed.
        fingerprint: changes when an item is added, removed, moved to another place in the order,
            renamed or its file replaced; not when labels change or the whole folder moves.
        label_fingerprint: changes when a label or the set of classes does.
        places: where the items lie in their tomograms, as far as the files say.
        origin: where they are in the list of particles that they were cropped for, if for one.
        warnings: what a user should know of these files though they can be used.
    """

    kind: str
    source: Path
    voxel_size_A: float | None
    contrast: Contrast
    places: Places = Places()
    origin: ListOrigin | None = None
    warnings: list[str]

    shown_as = (
        "mean of the three central z slices, smoothed by a Gaussian of 1 px, protein bright "
        "whatever the files hold, grey values from the 1st to the 99th percentile of each slice"
    )

    @property
    def reading_order(self) -> npt.NDArray[np.int64]:
        """All positions, in the order in which reading them is cheapest."""
        return np.arange(len(self))

    def normalise(self, batch: torch.Tensor) -> torch.Tensor:
        """Mean 0, deviation 1 and bright protein, item by item."""
        return normalise(batch, self.contrast)

    def augmentation(self, settings: AugmentationSettings) -> VolumeAugmentation:
        if settings.flips:
            raise CryoalError(
                "recipe.augmentation.flips: a mirrored volume is another molecule; leave it out"
            )
        if settings.crop_px is not None:
            raise CryoalError("recipe.augmentation.crop_px: volumes are shown whole; leave it out")
        return VolumeAugmentation(settings.rotations, settings.shift_px, settings.noise_std)

    def pictures(self, batch: torch.Tensor) -> npt.NDArray[np.float32]:
        """Mean of the three central z slices (B, y, x), smoothed a little, protein bright."""
        smooth = gaussian_lowpass(self.normalise(batch), _PICTURE_SIGMA_PX)
        centre = batch.shape[2] // 2
        central: npt.NDArray[np.float32] = (
            smooth[:, 0, max(0, centre - 1) : centre + 2].mean(dim=1).numpy()
        )
        return central

    def tomogram(self, group: str | None) -> Tomogram | None:
        """The tomogram of that name with all items in it; None where places are not known."""
        positions_A = self.places.positions_A
        if positions_A is None:
            return None
        if self.groups is not None:
            positions_A = positions_A[self.groups == group]
        stated = self.places.tomograms_A.get(group or "")
        corners = positions_A if stated is None else np.concatenate([positions_A, stated])
        return Tomogram(np.array([corners.min(axis=0), corners.max(axis=0)]), positions_A)

    def _set_voxel_size(self, in_files: float | None, stated: float | None) -> None:
        """What the user states goes before what the files say; a difference is told."""
        self.voxel_size_A = in_files if stated is None else stated
        if stated and in_files and not same_length(stated, in_files):
            self.warnings.append(
                f"the files say {in_files:.4g} A a voxel; the stated {stated:.4g} A is used"
            )

    def _positions(self, indices: Sequence[int] | npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        positions = np.asarray(indices, dtype=np.int64)
        if positions.size and (positions.min() < 0 or positions.max() >= len(self)):
            raise IndexError(f"positions go from 0 to {len(self) - 1} in this pool")
        return positions


def same_length(one: float | None, other: float | None) -> bool:
    """Voxel sizes within 1 %, which is how far headers round; unset equals only unset."""
    if one is None or other is None:
        return one is other
    return abs(one - other) <= 0.01 * other


def encode_labels(
    names: Sequence[str], classes: Iterable[str] | None = None
) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Positions of class names in the sorted list of classes; an empty name is unknown (-1)."""
    known = sorted(set(classes) if classes is not None else {name for name in names if name})
    position = {name: at for at, name in enumerate(known)}
    labels = np.fromiter((position[name] if name else -1 for name in names), np.int64, len(names))
    return labels, known


def fingerprint_of(parts: Iterable[str | bytes]) -> str:
    """Sixteen hexadecimal digits that depend on every part and on their order."""
    digest = hashlib.blake2b(digest_size=8)
    for part in parts:
        raw = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        digest.update(b"%d:" % len(raw) + raw)
    return digest.hexdigest()


def label_fingerprint_of(labels: npt.NDArray[np.int64], classes: Sequence[str]) -> str:
    return fingerprint_of([labels.astype("<i8").tobytes(), *classes])


def check_items(items: torch.Tensor, name: Callable[[int], str]) -> None:
    """Refuse items (B, ...) that no model can learn from.

    Args:
        items: float32, on the CPU.
        name: of the item at a row, for the error.

    Raises:
        CryoalError: NaN, infinite or constant voxels; names the item.
    """
    flat = items.flatten(1)
    # One sum an item finds NaN and infinity at a third of the cost of looking at each voxel, and
    # a constant item starts with equal voxels; only what is suspicious is looked at closely.
    suspicious = ~flat.sum(dim=1).isfinite() | (flat[:, :_START] == flat[:, :1]).all(dim=1)
    for row in suspicious.nonzero().flatten().tolist():
        low, high = flat[row].min(), flat[row].max()
        if not (low.isfinite() and high.isfinite()):
            raise CryoalError(f"{name(row)}: holds NaN or infinite voxels; repair or leave it out")
        if low == high:
            raise CryoalError(
                f"{name(row)}: all voxels are {low:g}, nothing to learn from; leave it out"
            )

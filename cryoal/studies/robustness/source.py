"""One pool at several signal-to-noise ratios."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.io.snr import format_snr
from cryoal.pools import SubtomogramPool, open_subtomograms
from cryoal.pools.changed import ChangedPool
from cryoal.pools.noise_variants import cleanest, variants_in
from cryoal.pools.subtomograms import same_length
from cryoal.pools.write_variants import (
    FILE,
    Progress,
    ProgressFactory,
    measure_noise,
    noisier,
    write_variants,
)
from cryoal.runs import open_volumes
from cryoal.runs.settings import RunSettings
from cryoal.runs.start import check_labels
from cryoal.volumes.noise_law import NoiseLaw

POOL_SEED = 0
"""Of the noise in the pools that are made; other draws have others."""


@dataclass(frozen=True)
class NoiseSource:
    """The user's pool, and what is needed to make it noisier.

    Attributes:
        settings: name and reading of the pool.
        clean: its cleanest variant.
        law: of the noise in that.
        ratio: signal-to-noise ratio of that.
        own: ratios of the variants that the user has.
    """

    settings: RunSettings
    clean: SubtomogramPool
    law: NoiseLaw
    ratio: float
    own: tuple[float, ...]

    def owned(self, snr: float) -> float | None:
        """The ratio among the user's variants that ``snr`` means."""
        return next((own for own in self.own if math.isclose(own, snr, rel_tol=1e-6)), None)

    def settings_at(self, snr: float, pools: Path) -> RunSettings:
        """The settings that open the pool at ``snr``, which is the user's or lies in ``pools``."""
        owned = self.owned(snr)
        if owned is None:
            data = str((pools / format_snr(snr) / FILE).absolute())
            changes = {"data": data, "label_column": None, "voxel_size_A": None, "contrast": None}
            return self.settings.model_copy(update=changes)
        has_variants = bool(variants_of(Path(self.settings.data)))
        return self.settings.model_copy(update={"snr": owned if has_variants else None})

    def noisier(self, snr: float, seed: int) -> ChangedPool:
        """The cleanest variant with a draw of noise added.

        Raises:
            CryoalError: it has as much noise already.
        """
        return noisier(self.clean, self.law, self.ratio, snr, seed)

    def check(self, snrs: Sequence[float]) -> None:
        """Refuse what cannot be had before anything is made.

        Raises:
            CryoalError: a ratio that adding noise does not give, no labels, or a variant that
                holds other items than the cleanest.
        """
        check_labels(self.settings, self.clean)
        for snr in snrs:
            if self.owned(snr) is None:
                format_snr(snr)
                self.noisier(snr, POOL_SEED)
            else:
                self.check_same(snr)

    def check_same(self, snr: float) -> None:
        """Refuse a variant of the user's that differs in more than its noise.

        Splits and first labels are drawn by place, so that they would differ too.
        """
        pool = open_volumes(self.settings_at(snr, Path()))
        what = difference(self.clean, pool)
        if what is not None:
            raise CryoalError(
                f"{self.settings.data}: SNR {snr:g} and SNR {self.ratio:g} differ in more than "
                f"noise: {what}; leave one out, or give the folder of one variant as --data, of "
                "which noisier ones are made"
            )

    def make(self, snrs: Sequence[float], pools: Path, progress: ProgressFactory) -> None:
        """Write the pools that the user has not; what is there already is left alone."""
        made = [snr for snr in snrs if self.owned(snr) is None]
        if made:
            written = write_variants(
                self.clean, pools, made, self.law, self.ratio, POOL_SEED, progress
            )
            for _ in written:
                pass


def open_source(settings: RunSettings, input_snr: float | None, progress: Progress) -> NoiseSource:
    """Open the pool of ``settings`` and measure its noise.

    Args:
        input_snr: ratio of its cleanest variant; None where the folder's name states it, or it is
            to be measured.

    Raises:
        CryoalError: no such pool, or one noise variant picked out of several.
    """
    data = Path(settings.data)
    if settings.snr is not None:
        raise CryoalError(
            "snr: this study takes several, by --snrs or study.snrs; leave snr out of the settings"
        )
    if settings.label_noise:
        raise CryoalError(
            "label_noise: this study takes several, by --label-noise or study.label_noise; leave "
            "it out of the settings"
        )
    if not data.exists():
        raise CryoalError(f"{data}: is not there; correct the path")
    path, named = cleanest(data)
    clean = open_subtomograms(
        path,
        label_column=settings.label_column,
        voxel_size_A=settings.voxel_size_A,
        contrast=settings.contrast,
    )
    law = measure_noise(clean, progress)
    stated = named if input_snr is None else input_snr
    ratio = law.snr if stated is None else stated
    own = tuple(variants_of(data)) or (() if stated is None else (stated,))
    return NoiseSource(settings, clean, law, ratio, own)


def variants_of(data: Path) -> dict[float, Path]:
    return variants_in(data) if data.is_dir() else {}


def difference(one: SubtomogramPool, other: SubtomogramPool) -> str | None:
    """In what two pools differ besides their voxels."""
    if list(one.ids) != list(other.ids):
        return f"the items ({len(other)} and {len(one)}, or other names)"
    if one.classes != other.classes or (one.labels != other.labels).any():
        return "the labels"
    if (one.groups is None) != (other.groups is None) or (
        one.groups is not None and other.groups is not None and (one.groups != other.groups).any()
    ):
        return "the tomograms of the items"
    if one.item_shape != other.item_shape or not same_length(one.voxel_size_A, other.voxel_size_A):
        return "box or voxel size"
    return None if one.contrast == other.contrast else "the contrast"

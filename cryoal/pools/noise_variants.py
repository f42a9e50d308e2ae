"""The field's noise-variant layout: ``SNR005/<class>/subtomogram_mrc/*.mrc``."""

from __future__ import annotations

import math
import os
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.io.snr import format_snr, parse_snr


def variants_in(folder: Path) -> dict[float, Path]:
    """SNR -> folder of that variant, at ``folder`` or one level below; empty where none is.

    Raises:
        CryoalError: variants lie below more than one sub-folder.
    """
    if (here := _direct_variants(folder)) or parse_snr(folder.name) is not None:
        return here
    below = {}
    for name in sorted(os.listdir(folder)):
        child = folder / name
        if not name.startswith(".") and child.is_dir() and (found := _direct_variants(child)):
            below[child] = found
    if len(below) > 1:
        names = ", ".join(child.name for child in below)
        raise CryoalError(f"{folder}: several data sets ({names}); name one of these folders")
    return next(iter(below.values()), {})


def pick_variant(folder: Path, variants: dict[float, Path], snr: float | None) -> Path:
    """The folder of the wanted variant, or of the only one.

    Raises:
        CryoalError: none is named and there are several, or no such variant; lists those present.
    """
    present = ", ".join(f"{value:g} ({variants[value].name})" for value in sorted(variants))
    if snr is None:
        if len(variants) > 1:
            raise CryoalError(f"{folder}: several noise levels, pick one with --snr: {present}")
        return next(iter(variants.values()))
    for value, path in variants.items():
        if math.isclose(value, snr, rel_tol=1e-6):
            return path
    raise CryoalError(f"{folder}: no SNR {snr:g} ({format_snr(snr)}); present: {present}")


def cleanest(folder: Path) -> tuple[Path, float | None]:
    """The variant of the highest SNR in ``folder`` with its SNR; the folder itself without any."""
    variants = variants_in(folder) if folder.is_dir() else {}
    if variants:
        best = max(variants)
        return variants[best], best
    return folder, parse_snr(folder.resolve().name)


def _direct_variants(folder: Path) -> dict[float, Path]:
    found: dict[float, Path] = {}
    for name in sorted(os.listdir(folder)):
        value = parse_snr(name)
        child = folder / name
        if value is None or not child.is_dir():
            continue
        if value in found:
            raise CryoalError(
                f"{folder}: {found[value].name} and {child.name} are both SNR {value:g}; rename one"
            )
        found[value] = child
    return found

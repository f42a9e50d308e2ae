"""``cryoal inspect``: what a path holds."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import click

from cryoal.counted import counted
from cryoal.errors import CryoalError
from cryoal.pools import Contrast, open_subtomograms
from cryoal.pools.check import check_pool
from cryoal.pools.contrast_hint import ContrastHint
from cryoal.pools.summary import PoolSummary, noise_variants, summarise

from .command import CryoalCommand
from .options import pool_options, quiet_option
from .progress import progress_bar


@click.command("inspect", cls=CryoalCommand)
@click.argument("path", type=click.Path(path_type=Path))
@pool_options
@click.option("--check", is_flag=True, help="Read every voxel; list the items that cannot be used.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@quiet_option
def inspect(
    path: Path,
    snr: float | None,
    label_column: str | None,
    voxel_size_A: float | None,
    contrast: Contrast | None,
    check: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Say what PATH holds: kind, items, box, voxel size, contrast, classes, groups, noise levels.

    Without --check only headers and a sample of 64 items are read.
    """
    variants = {f"{value:g}": str(folder) for value, folder in noise_variants(path).items()}
    if len(variants) > 1 and snr is None and not check:
        click.echo(json.dumps({"snr_variants": variants}) if as_json else _listed(path, variants))
        return
    pool = open_subtomograms(
        path, snr=snr, label_column=label_column, voxel_size_A=voxel_size_A, contrast=contrast
    )
    if check:
        with progress_bar("checking", quiet) as progress:
            faults = check_pool(pool, progress)
        if faults:
            click.echo("\n".join(faults), err=True)
            raise CryoalError(
                f"{path}: {len(faults)} of {counted(len(pool), 'item')} cannot be used; "
                "repair them or leave them out"
            )
    summary = summarise(pool)
    if as_json:
        click.echo(json.dumps(_as_json(summary, variants, check), indent=2))
    else:
        click.echo(_as_text(summary, variants, check))


def _as_json(summary: PoolSummary, variants: dict[str, str], checked: bool) -> dict[str, Any]:
    values = dataclasses.asdict(summary)
    hint = values.pop("hint")
    # JSON has no infinity, which is the error of a single item.
    hint["standard_error"] = hint["standard_error"] if hint["items"] > 1 else None
    return {
        **values,
        "contrast_hint": {**hint, "looks": summary.hint.contrast},
        "snr_variants": variants,
        "checked": checked,
    }


def _as_text(summary: PoolSummary, variants: dict[str, str], checked: bool) -> str:
    voxel = "unset" if summary.voxel_size_A is None else f"{summary.voxel_size_A:.4g} A"
    rows = [
        ("source", summary.source),
        ("kind", summary.kind),
        ("items", f"{summary.items}{', all of them readable' if checked else ''}"),
        ("box", f"{summary.box_px} px"),
        ("voxel size", voxel),
        ("contrast", f"{summary.contrast} protein (stated); {_hint(summary.hint)}"),
        ("classes", _counts(summary.classes)),
        ("unlabelled", str(summary.unlabelled)),
        ("groups", _counts(summary.groups)),
    ]
    if variants:
        rows.append(("noise levels", ", ".join(f"SNR {value}" for value in variants)))
    rows += [("warning", warning) for warning in summary.warnings]
    return "\n".join(f"{name:<13}{value}" for name, value in rows)


def _listed(path: Path, variants: dict[str, str]) -> str:
    lines = [f"  --snr {value:<8}{folder}" for value, folder in variants.items()]
    return "\n".join([f"{path}: noise variants, pick one:", *lines])


def _hint(hint: ContrastHint) -> str:
    looks = "no clear sign" if hint.contrast is None else f"looks {hint.contrast}"
    return f"{looks}, centre minus edge {hint.difference:+.3f} sd in {counted(hint.items, 'item')}"


def _counts(counts: dict[str, int]) -> str:
    if not counts:
        return "none"
    shown = ", ".join(f"{name} {count}" for name, count in counts.items())
    return f"{len(counts)}: {shown}"

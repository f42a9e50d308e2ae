"""``cryoal simulate``: a pool of simulated subtomograms."""

from __future__ import annotations

from pathlib import Path

import click

from cryoal.errors import CryoalError
from cryoal.io.mrc import is_volume_name
from cryoal.simulation.assemblies import BUILTIN, Assembly, builtin
from cryoal.simulation.pool import Mode, simulate_pool
from cryoal.simulation.subtomograms import Contrast

from .command import CryoalCommand
from .progress import progress_bar


@click.command("simulate", cls=CryoalCommand)
@click.option(
    "--structures",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Density map (MRC, protein bright), or a folder of them; may be given several times.",
)
@click.option(
    "--builtin",
    "builtin_names",
    metavar="NAMES",
    default="",
    help=f"Built-in assemblies, 'all' or some of: {','.join(BUILTIN)}.",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to make.")
@click.option(
    "--snr",
    "snrs",
    required=True,
    metavar="RATIOS",
    help="Variance of signal over noise in the box, such as 0.1,0.05 (inf: no noise).",
)
@click.option(
    "--per-class",
    required=True,
    metavar="N",
    help="Particles a class; one number, or one for each SNR such as 20,80.",
)
@click.option("--box", "box_px", type=int, required=True, help="Edge of the boxes, px.")
@click.option("--voxel", "voxel_size_A", type=float, required=True, help="Voxel size, Å.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--mode",
    type=click.Choice(["int8", "float16", "float32"]),
    default="float32",
    show_default=True,
    help="How voxels are stored.",
)
@click.option(
    "--contrast",
    type=click.Choice(["bright", "dark"]),
    default="bright",
    show_default=True,
    help="Protein bright, as in density maps, or dark, as in many tomograms.",
)
@click.option(
    "--tilt-max", "tilt_max_deg", type=float, default=60.0, show_default=True, help="Degrees."
)
@click.option("--defocus", metavar="LOW,HIGH", default="2,4", show_default=True, help="Range, um.")
@click.option(
    "--max-shift",
    "max_shift_px",
    type=float,
    default=2.0,
    show_default=True,
    help="Largest offset from the centre along each axis, px.",
)
@click.option("--quiet", is_flag=True, help="Show no progress.")
def simulate(
    structures: tuple[Path, ...],
    builtin_names: str,
    out: Path,
    snrs: str,
    per_class: str,
    box_px: int,
    voxel_size_A: float,
    seed: int,
    mode: Mode,
    contrast: Contrast,
    tilt_max_deg: float,
    defocus: str,
    max_shift_px: float,
    quiet: bool,
) -> None:
    """Simulate noisy subtomograms of known class.

    Writes OUT/SNR005/<class>/subtomogram_mrc/tomotarget0.mrc and so on, a folder for each noise
    level, and OUT/truth.csv with the pose, defocus and measured SNR of every file. The same
    command writes the same bytes.
    """
    counts = _counts(per_class)
    low, high = _pair("--defocus", defocus)
    with progress_bar("simulating", quiet) as progress:
        simulate_pool(
            [*_maps(structures), *_assemblies(builtin_names)],
            out,
            snrs=_numbers("--snr", snrs),
            per_class=counts[0] if len(counts) == 1 else counts,
            box_px=box_px,
            voxel_size_A=voxel_size_A,
            seed=seed,
            mode=mode,
            tilt_max_deg=tilt_max_deg,
            defocus_um=(low, high),
            contrast=contrast,
            max_shift_px=max_shift_px,
            progress=progress,
        )
    click.echo(f"wrote {out}")


def _maps(structures: tuple[Path, ...]) -> list[Path]:
    maps: list[Path] = []
    for path in structures:
        found = [path]
        if path.is_dir():
            found = sorted(file for file in path.iterdir() if is_volume_name(file.name))
        if not found:
            raise CryoalError(f"{path}: no density map (.mrc, .map) in this folder")
        maps += found
    return maps


def _assemblies(names: str) -> list[Assembly]:
    if names == "all":
        return list(BUILTIN.values())
    return [builtin(name.strip()) for name in names.split(",")] if names else []


def _numbers(option: str, text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise CryoalError(f"{option} {text!r}: expected numbers with commas between") from None


def _counts(text: str) -> list[int]:
    numbers = _numbers("--per-class", text)
    if not all(number.is_integer() for number in numbers):
        raise CryoalError(f"--per-class {text!r}: expected whole numbers")
    return [int(number) for number in numbers]


def _pair(option: str, text: str) -> tuple[float, float]:
    numbers = _numbers(option, text)
    if len(numbers) != 2:
        raise CryoalError(f"{option} {text!r}: expected two numbers, LOW,HIGH")
    return numbers[0], numbers[1]

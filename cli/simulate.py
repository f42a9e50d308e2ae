"""``cryoal simulate``: a pool of simulated subtomograms."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from cryoal.errors import CryoalError
from cryoal.runs import read_yaml
from cryoal.simulation.assemblies import BUILTIN
from cryoal.simulation.particle_recipe import resolve_recipe
from cryoal.simulation.pool import write_pool
from cryoal.simulation.tomogram_files import simulate_tomograms
from cryoal.simulation.tomogram_recipe import make_recipe

from .command import CryoalCommand
from .numbers import numbers
from .options import quiet_option
from .progress import progress_bar


@click.command("simulate", cls=CryoalCommand)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to make.")
@click.option(
    "--recipe", type=click.Path(path_type=Path), help="YAML, as in a pool; options override it."
)
@click.option(
    "--structures",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Atomic model (PDB, mmCIF), density map (MRC, protein bright) or a folder of them; may be "
    "given several times.",
)
@click.option(
    "--builtin",
    metavar="NAMES",
    help=f"Built-in assemblies, 'all' or some of: {','.join(BUILTIN)}.",
)
@click.option(
    "--snr",
    "snrs",
    metavar="RATIOS",
    help="Variance of signal over noise in the box, such as 0.1,0.05 (inf: no noise).",
)
@click.option(
    "--per-class",
    metavar="N",
    help="Particles a class; one number, or one for each SNR such as 20,80.",
)
@click.option("--box", "box_px", type=int, help="Edge of the boxes, px.")
@click.option("--voxel", "voxel_size_A", type=float, help="Voxel size, Å.")
@click.option("--resolution", "resolution_A", type=float, help="Finest detail, Å [two voxels].")
@click.option("--seed", type=int, help="Of everything random [0].")
@click.option(
    "--mode",
    type=click.Choice(["int8", "float16", "float32"]),
    help="How voxels are stored [float32].",
)
@click.option(
    "--contrast",
    type=click.Choice(["bright", "dark"]),
    help="Protein bright, as in density maps, or dark, as in many tomograms [bright].",
)
@click.option("--tilt-max", "tilt_max_deg", type=float, help="Degrees [60].")
@click.option("--tilt-step", "tilt_step_deg", type=float, help="Degrees [3].")
@click.option("--defocus", "defocus_um", metavar="LOW,HIGH", help="Range, um [2,4].")
@click.option(
    "--max-shift",
    "max_shift_px",
    type=float,
    help="Largest offset from the centre along each axis, px [2].",
)
@quiet_option
def simulate(out: Path, recipe: Path | None, quiet: bool, **options: Any) -> None:
    """Simulate noisy subtomograms of known class, or whole tomograms of them.

    Writes OUT/SNR005/<class>/subtomogram_mrc/tomotarget0.mrc and so on, a folder for each noise
    level; OUT/truth.csv with the pose, defocus and measured SNR of every file; and
    OUT/recipe.yaml, from which --recipe makes the same pool again, bit for bit. Needed are
    structures, --snr, --per-class, --box and --voxel. A simulation that was stopped goes on with
    the same command. How to come to --snr from a ratio within the particle's mask is told in
    docs/simulation.md.

    Whole tomograms, with particle lists and boxes cut from them, come from a recipe of their own
    (--recipe with kind: tomograms, as configs/tomograms.yaml).

    Example: cryoal simulate --structures 1bxn.pdb --snr 0.1,0.05 --per-class 100 --box 32
    --voxel 10 --out pool
    """
    given = _parsed({name: value for name, value in options.items() if value not in (None, ())})
    values = read_yaml(recipe) if recipe else {}
    kind = values.get("kind", "particles")
    if str(kind) not in KINDS:
        raise CryoalError(f"{recipe}: kind {kind!r} is not simulated; there is {', '.join(KINDS)}")
    work = KINDS[str(kind)](values | given, recipe or Path("options"), _names(given))
    with progress_bar("simulating", quiet) as progress:
        work(out, progress)
    click.echo(f"wrote {out}")


Work = Callable[[Path, Callable[[int, int], None]], Path]


def _particles(values: dict[str, Any], source: Path, names: dict[str, str]) -> Work:
    return partial(write_pool, resolve_recipe(values, source.parent, str(source), names))


def _tomograms(values: dict[str, Any], source: Path, names: dict[str, str]) -> Work:
    return partial(simulate_tomograms, make_recipe(values, str(source), source.parent, names))


KINDS = {"particles": _particles, "tomograms": _tomograms}


def _names(given: dict[str, Any]) -> dict[str, str]:
    """What the given values are called on the command line."""
    options = {param.name: param.opts[0] for param in simulate.params}
    return {name: options[name] for name in given}


def _parsed(options: dict[str, Any]) -> dict[str, Any]:
    """Options as a recipe has them."""
    values = dict(options)
    if "structures" in options:
        values["structures"] = [str(path.absolute()) for path in options["structures"]]
    if options.get("builtin") not in (None, "all"):
        values["builtin"] = [part.strip() for part in options["builtin"].split(",") if part.strip()]
    if "snrs" in options:
        values["snrs"] = numbers("--snr", options["snrs"])
    if "per_class" in options:
        values["per_class"] = _counts(options["per_class"])
    if "defocus_um" in options:
        values["defocus_um"] = _pair("--defocus", options["defocus_um"])
    return values


def _counts(text: str) -> int | list[int]:
    """One number for all SNRs, or one for each."""
    given = numbers("--per-class", text)
    if not all(number.is_integer() for number in given):
        raise CryoalError(f"--per-class {text!r}: expected whole numbers")
    counts = [int(number) for number in given]
    return counts[0] if len(counts) == 1 else counts


def _pair(option: str, text: str) -> list[float]:
    pair = numbers(option, text)
    if len(pair) != 2:
        raise CryoalError(f"{option} {text!r}: expected two numbers, LOW,HIGH")
    return pair

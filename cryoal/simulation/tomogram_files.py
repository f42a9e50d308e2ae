"""A folder of simulated tomograms, with lists of their particles, subtomograms and the truth."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import mrcfile
import numpy as np
import numpy.typing as npt
import torch
from scipy.spatial.transform import Rotation

from cryoal.io.atomic import written_atomically
from cryoal.io.shrec import write_particle_locations
from cryoal.io.snr import format_snr
from cryoal.simulation.specimen import BACKGROUND, FIDUCIAL, ICE, VESICLE
from cryoal.simulation.tomogram import MadeTomogram, TomogramMaker
from cryoal.simulation.tomogram_lists import BoxRow, TomogramRows, write_lists
from cryoal.simulation.tomogram_recipe import TomogramRecipe
from cryoal.simulation.unfinished import check_free, unfinished

Progress = Callable[[int, int], None]
# mrcfile would write the time here, and no two files would be equal.
_LABEL = "cryoal simulate"
_DONE = ".done"
_PERCENT = 100
_PROJECTED, _CUT = 60, 80  # rough shares of the time, for the progress


def simulate_tomograms(recipe: TomogramRecipe, out: Path, progress: Progress | None = None) -> Path:
    """Write the tomograms of a recipe; what is in the folder is told in docs/simulation-tomograms.

    The work is done in ``OUT.unfinished``, which becomes ``out`` once all is there. A run that was
    killed goes on there, at the first tomogram that is not complete, if it is called with the
    same recipe; the result is the same. On one machine's CPU the same recipe makes the same
    bytes: all is done in one thread, which the many small transforms gain little from leaving.
    Run several recipes, with different seeds, to use more.

    Args:
        recipe: what to simulate.
        out: folder that is not there yet, or is empty.
        progress: called with (done, in all), a hundred for every tomogram.

    Returns:
        ``out``.

    Raises:
        CryoalError: as :func:`~cryoal.simulation.unfinished.unfinished`, TomogramMaker or its
            ``make``.
    """
    recipe = recipe.resolved()
    check_free(out)
    maker = TomogramMaker(recipe)
    tell = progress or (lambda _done, _total: None)
    with _one_thread(), unfinished(out, recipe.to_yaml()) as folder:
        (folder / _DONE).mkdir(exist_ok=True)
        for index in range(recipe.tomograms):
            if not _done_file(folder, index).is_file():
                _write_tomogram(maker, index, folder, tell)
            tell(_PERCENT * (index + 1), _PERCENT * recipe.tomograms)
        _write_lists(recipe, folder)
        shutil.rmtree(folder / _DONE)
    return out


@contextmanager
def _one_thread() -> Iterator[None]:
    """Torch in one thread: with others it rounds differently."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def tomogram_name(index: int) -> str:
    """Name of a tomogram, ``index`` from 0; the same however many there are."""
    return f"tomogram_{index + 1:03d}"


def _done_file(folder: Path, index: int) -> Path:
    return folder / _DONE / f"{tomogram_name(index)}.json"


def _write_tomogram(maker: TomogramMaker, index: int, folder: Path, tell: Progress) -> None:
    recipe = maker.recipe
    name = tomogram_name(index)

    def tick(percent: float) -> None:
        tell(_PERCENT * index + int(percent), _PERCENT * recipe.tomograms)

    made = maker.make(index, lambda share: tick(_PROJECTED * share))
    write_truth(made, maker.drawer.classes, folder / "truth" / name)
    rows = _box_rows(maker, made, index)
    if recipe.subtomograms:
        for number, (_, at_snrs) in enumerate(made.subtomograms(), start=1):
            for snr, voxels in at_snrs.items():
                path = folder / "subtomograms" / rows[number - 1].path(snr)
                write_map(path, voxels, recipe.voxel_size_A)
            tick(_PROJECTED + (_CUT - _PROJECTED) * number / len(rows))
    if recipe.tilt_series:
        _write_tilt_series(made, folder / "tilt_series", name)
    if recipe.volumes:
        for snr, volume in made.volumes():
            path = folder / "tomograms" / format_snr(snr) / f"{name}.mrc"
            write_map(path, _stored(volume, recipe.mode), recipe.voxel_size_A)
    whole = TomogramRows(
        name=name,
        defocus_um=made.camera.defocus_um,
        natural_snr=float(made.ratios[:, 0].mean()),
        noise_factors=[made.noise_factor(snr) for snr in recipe.snrs],
        boxes=rows,
    )
    with written_atomically(_done_file(folder, index)) as temporary:
        temporary.write_text(json.dumps(asdict(whole)), encoding="utf-8")


def _box_rows(maker: TomogramMaker, made: MadeTomogram, index: int) -> list[BoxRow]:
    """Rows of all boxes; items of a class are numbered through the tomograms."""
    recipe = maker.recipe
    each = dict(zip(maker.drawer.classes, maker.drawer.counts, strict=True))
    seen: dict[str, int] = {}
    rows = []
    for number, box in enumerate(made.boxes):
        at = seen.setdefault(box.name, index * each.get(box.name, recipe.junk_boxes))
        seen[box.name] += 1
        is_particle = number < len(made.ratios)
        height_px = box.pick_px[2] + box.shift_px[2] - recipe.size_px[2] // 2
        rows.append(
            BoxRow(
                name=box.name,
                what=box.what,
                index=at,
                pick_px=box.pick_px.tolist(),
                shift_px=box.shift_px.tolist(),
                quaternion=box.rotation.as_quat(canonical=True).tolist(),
                defocus_um=float(made.camera.defoci_um(height_px)),
                ratios=made.ratios[number].tolist() if is_particle else None,
            )
        )
    return rows


def write_truth(made: MadeTomogram, classes: list[str], folder: Path) -> None:
    """Write what lies where into a folder of its own, as SHREC tells it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    specimen, voxel_A = made.specimen, made.recipe.voxel_size_A
    placed = [(one.place_px, one.rotation) for one in specimen.particles]
    placed += [(one.centre_px, one.rotation) for one in specimen.vesicles]
    placed += [(one.place_px, one.rotation) for one in specimen.gold]
    write_particle_locations(
        folder / "particle_locations.txt",
        specimen.names()[: len(placed)],
        np.array([place for place, _ in placed]),
        Rotation.concatenate([rotation for _, rotation in placed]),
    )
    write_map(folder / "class_mask.mrc", specimen.class_mask(classes), voxel_A)
    write_map(folder / "occupancy_mask.mrc", specimen.occupancy_mask(), voxel_A)
    names = [*classes, VESICLE, FIDUCIAL, ICE, BACKGROUND]
    lines = [f"{number} {name}\n" for number, name in enumerate(names, start=1)]
    (folder / "class_conversion_table.txt").write_text("".join(lines), encoding="utf-8")


def _write_tilt_series(made: MadeTomogram, folder: Path, name: str) -> None:
    """Images and angles; the two axes apart, with IMOD's ``a`` and ``b`` after the name."""
    angles = made.recipe.tilts.angles_deg()
    axes = {name: slice(None)}
    if made.recipe.tilts.dual_axis:
        half = len(angles) // 2
        axes = {f"{name}a": slice(half), f"{name}b": slice(half, None)}
    for snr, images in made.counts():
        for stem, part in axes.items():
            path = folder / format_snr(snr) / f"{stem}.mrc"
            write_map(path, images[part], made.recipe.voxel_size_A, is_stack=True)
            lines = "".join(f"{angle:.2f}\n" for angle in angles[part])
            path.with_suffix(".rawtlt").write_text(lines, encoding="ascii")


def write_map(
    path: Path, voxels: npt.NDArray[Any], voxel_size_A: float, *, is_stack: bool = False
) -> None:
    """Write an MRC volume, or a stack of images; equal arrays make equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with mrcfile.new(path, overwrite=True) as file:
        file.set_data(voxels)
        if is_stack:
            file.set_image_stack()
        file.voxel_size = voxel_size_A
        file.header.label[0] = _LABEL
        file.header.nlabl = 1


def _stored(volume: npt.NDArray[np.float32], mode: str) -> npt.NDArray[Any]:
    dtype = np.dtype(mode)
    if dtype.kind == "i":
        volume = np.rint(volume * (np.iinfo(dtype).max / np.abs(volume).max()))
    return volume.astype(dtype)


def _write_lists(recipe: TomogramRecipe, folder: Path) -> None:
    shutil.rmtree(folder / "lists", ignore_errors=True)
    rows = [
        TomogramRows.from_json(json.loads(_done_file(folder, index).read_text(encoding="utf-8")))
        for index in range(recipe.tomograms)
    ]
    write_lists(folder, recipe, rows)

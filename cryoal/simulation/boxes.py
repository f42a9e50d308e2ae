"""Which boxes are cut from a tomogram."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from cryoal.errors import CryoalError
from cryoal.simulation.density import Volume
from cryoal.simulation.specimen import FIDUCIAL, VESICLE, Specimen
from cryoal.simulation.tomogram_recipe import JUNK, TomogramRecipe

EMPTY = "empty"
_TRIES = 4000


@dataclass(frozen=True)
class BoxAt:
    """Where a subtomogram is cut, and what it shows.

    Attributes:
        name: class.
        what: the class again, or the kind of junk.
        pick_px: (3,) xyz of the box's voxel ``box_px // 2``; need not be whole.
        shift_px: (3,) xyz from there to the object's centre.
        rotation: of the object.
    """

    name: str
    what: str
    pick_px: Volume
    shift_px: Volume
    rotation: Rotation


def draw_boxes(
    recipe: TomogramRecipe, specimen: Specimen, generator: np.random.Generator
) -> list[BoxAt]:
    """A box for every particle, then the recipe's junk: gold, membrane and empty ice in turn.

    Raises:
        CryoalError: no place for a box of junk.
    """

    def shift() -> Volume:
        return generator.uniform(-recipe.max_shift_px, recipe.max_shift_px, 3)

    boxes = []
    for one in specimen.particles:
        off, name = shift(), one.template.name
        boxes.append(BoxAt(name, name, one.place_px - off, off, one.rotation))
    there = {FIDUCIAL: specimen.gold, VESICLE: specimen.vesicles, EMPTY: [None]}
    kinds = [kind for kind, objects in there.items() if objects]
    for number in range(recipe.junk_boxes):
        turn = number % len(kinds)
        kind, place = _junk_place(kinds[turn:] + kinds[:turn], recipe, specimen, generator)
        off = shift()
        boxes.append(BoxAt(JUNK, kind, place - off, off, Rotation.identity()))
    return boxes


def _junk_place(
    kinds: list[str], recipe: TomogramRecipe, specimen: Specimen, generator: np.random.Generator
) -> tuple[str, Volume]:
    """A place of the first kind that has one whose box lies within the tomogram's sides."""
    half = recipe.box_px // 2
    width, height, depth = recipe.size_px
    slab = depth // 2 - recipe.slab_px() // 2
    low = np.array([half, half, slab])
    high = np.array([width - half, height - half, slab + recipe.slab_px()])
    draw: dict[str, Callable[[], Volume]] = {
        FIDUCIAL: lambda: specimen.gold[generator.integers(len(specimen.gold))].place_px,
        VESICLE: lambda: specimen.vesicles[
            generator.integers(len(specimen.vesicles))
        ].surface_point_px(generator),
        EMPTY: lambda: generator.uniform(low, np.maximum(high, low)),
    }
    for kind in kinds:
        for _ in range(_TRIES):
            place = draw[kind]()
            inside = (place >= low).all() and (place <= high).all()
            if inside and (kind != EMPTY or _is_empty(specimen, place, recipe.box_px // 4)):
                return kind, place
    raise CryoalError("junk_boxes: no room for a box without particles; ask for fewer of these")


def _is_empty(specimen: Specimen, place: Volume, near: int) -> bool:
    """Whether no particle, membrane or gold lies around; background and ice may."""
    listed = len(specimen.particles) + len(specimen.vesicles) + len(specimen.gold)
    first = np.maximum(np.rint(place).astype(int) - near, 0)
    x, y, z = (slice(start, start + 2 * near) for start in first)
    around = specimen.instances[z, y, x]
    return not ((around > 0) & (around <= listed)).any()

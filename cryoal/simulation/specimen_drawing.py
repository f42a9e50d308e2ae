"""Draws specimens: what kinds there are, and where and how each object lies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial.transform import Rotation

from cryoal.errors import CryoalError
from cryoal.simulation.assemblies import builtin
from cryoal.simulation.density import density_from_beads
from cryoal.simulation.membrane import HALF_THICKNESS_A, Vesicle
from cryoal.simulation.packing import Packing
from cryoal.simulation.specimen import BACKGROUND, FIDUCIAL, ICE, VESICLE, Placed, Specimen
from cryoal.simulation.subtomograms import as_density
from cryoal.simulation.template import Template
from cryoal.simulation.tomogram_recipe import TomogramRecipe

# Gold's potential is ten times that of protein, but a weak phase object must stay weak.
_GOLD_STRENGTH = 4.0
_BACKGROUND_SHAPES = 12
_ICE_SHAPES = 4
_VESICLE_TRIES = 300
_MOST_OBJECTS = 2**16 - 1


class SpecimenDrawer:
    """Draws the specimens of a recipe's tomograms.

    Attributes:
        kinds: of particles, by name.
        counts: particles of each kind in every tomogram.

    Raises:
        CryoalError: a structure that cannot be read, is larger than the box or than the slab is
            thick or smaller than two voxels, or more objects than can be counted.
    """

    def __init__(self, recipe: TomogramRecipe) -> None:
        self.recipe = recipe
        voxel_A = recipe.voxel_size_A
        shapes = np.random.default_rng([recipe.seed, 1])
        self.kinds: list[Template] = []
        for name, structure, _ in recipe.kinds():
            density = as_density(structure, voxel_A)
            self._check_fits(name, density.diameter_A())
            self.kinds.append(Template(density, voxel_A, name=name))
        gold = as_density(builtin("gold_bead"), voxel_A)
        self._gold = [Template(gold, voxel_A, name=FIDUCIAL, strength=_GOLD_STRENGTH)]
        self._background = [
            _clump(BACKGROUND, shapes, (3, 10), (9.0, 16.0), voxel_A)
            for _ in range(_BACKGROUND_SHAPES)
        ]
        self._ice = [
            _clump(ICE, shapes, (10, 25), (25.0, 45.0), voxel_A) for _ in range(_ICE_SHAPES)
        ]
        self.counts = self._counts()

    @property
    def classes(self) -> list[str]:
        """Names of the particles' classes, sorted."""
        return [kind.name for kind in self.kinds]

    def draw(self, index: int) -> Specimen:
        """The specimen of one tomogram; the same whatever others there are.

        Raises:
            CryoalError: it does not hold as many objects as the recipe asks for; says how many.
        """
        recipe = self.recipe
        width, height, depth = recipe.size_px
        first = depth // 2 - recipe.slab_px() // 2
        packing = Packing((depth, height, width), (first, first + recipe.slab_px()))
        slab = _Slab(packing, np.random.default_rng([recipe.seed, 2, index]))
        vesicles = slab.put_vesicles(recipe)
        gold = slab.put(self._gold, [recipe.gold_beads], FIDUCIAL, recipe.box_px // 2)
        ice = slab.put(self._ice, slab.deal(recipe.ice_lumps, _ICE_SHAPES), ICE)
        particles = slab.put(self.kinds, self.counts, "particles", recipe.box_px // 2)
        small = slab.deal(self._background_count(), _BACKGROUND_SHAPES)
        background = slab.put(self._background, small, BACKGROUND)
        return Specimen(
            particles,
            vesicles,
            gold,
            ice,
            background,
            slab.renumbered(["particles", VESICLE, FIDUCIAL, ICE, BACKGROUND]),
        )

    def _check_fits(self, name: str, across_A: float) -> None:
        recipe = self.recipe
        across_px = across_A / recipe.voxel_size_A
        needed_px = across_px + 2 * recipe.max_shift_px
        if needed_px > recipe.box_px:
            raise CryoalError(
                f"{name}: {across_A:.0f} Å across, {needed_px:.0f} px with its shifts, does "
                f"not fit a box of {recipe.box_px} px; use a larger box or voxel"
            )
        if across_px > recipe.slab_px():
            raise CryoalError(
                f"{name}: {across_A:.0f} Å across, but the slab is only "
                f"{recipe.slab_px() * recipe.voxel_size_A:.0f} Å thick; use a thicker one"
            )
        if across_px < 2:
            raise CryoalError(
                f"{name}: {across_A:.0f} Å across, is lost in voxels of {recipe.voxel_size_A:g} Å; "
                "use smaller ones"
            )

    def _counts(self) -> list[int]:
        shares = np.array([share for _, _, share in self.recipe.kinds()])
        shares = shares / shares.sum()
        number = self.recipe.number
        if number is None:
            assert self.recipe.crowding is not None
            mean_px = shares @ [kind.volume_px for kind in self.kinds]
            number = max(1, round(self.recipe.crowding * self._slab_volume_px() / mean_px))
        others = self._background_count() + sum(
            (self.recipe.vesicles, self.recipe.gold_beads, self.recipe.ice_lumps)
        )
        if number + others > _MOST_OBJECTS:
            raise CryoalError(
                f"{number} particles and {others} other objects in a tomogram: at most "
                f"{_MOST_OBJECTS} are told apart; ask for fewer"
            )
        counts = np.floor(shares * number).astype(int)
        largest = np.argsort(counts - shares * number, kind="stable")
        counts[largest[: number - counts.sum()]] += 1
        return [int(count) for count in counts]

    def _background_count(self) -> int:
        mean_px = float(np.mean([shape.volume_px for shape in self._background]))
        return round(self.recipe.background * self._slab_volume_px() / mean_px)

    def _slab_volume_px(self) -> int:
        return self.recipe.size_px[0] * self.recipe.size_px[1] * self.recipe.slab_px()


class _Slab:
    """The ice of one tomogram while objects are put into it."""

    def __init__(self, packing: Packing, generator: np.random.Generator) -> None:
        self.packing = packing
        self.generator = generator
        self._numbers: dict[str, list[int]] = {}
        self._count = 0

    def deal(self, number: int, shapes: int) -> list[int]:
        """How many of each shape, drawn."""
        return [int(n) for n in self.generator.multinomial(number, np.full(shapes, 1 / shapes))]

    def put(
        self, kinds: Sequence[Template], counts: Sequence[int], what: str, margin_px: int = 0
    ) -> list[Placed]:
        """Objects of each kind, the largest first; returned by kind."""
        placed: dict[int, list[Placed]] = {}
        numbers: dict[int, list[int]] = {}
        for at in sorted(range(len(kinds)), key=lambda at: -kinds[at].diameter_px):
            placed[at], numbers[at] = [], []
            for _ in range(counts[at]):
                self._count += 1
                one = self._put_one(kinds[at], margin_px)
                if one is None:
                    fitted = sum(len(objects) for objects in placed.values())
                    raise _does_not_fit(fitted, sum(counts), what)
                placed[at].append(one)
                numbers[at].append(self._count)
        self._numbers[what] = [number for at in sorted(numbers) for number in numbers[at]]
        return [one for at in sorted(placed) for one in placed[at]]

    def _put_one(self, kind: Template, margin_px: int) -> Placed | None:
        rotation = Rotation.from_quat(self.generator.standard_normal(4))  # uniform on the sphere
        shift = self.generator.uniform(-0.5, 0.5, 3)
        mask = kind.mask(rotation, shift)
        place = self.packing.place(mask, self._count, self.generator, margin_px)
        if place is None:
            return None
        return Placed(kind, rotation, place[::-1] + shift)

    def put_vesicles(self, recipe: TomogramRecipe) -> list[Vesicle]:
        vesicles: list[Vesicle] = []
        self._numbers[VESICLE] = []
        for _ in range(_VESICLE_TRIES):
            if len(vesicles) == recipe.vesicles:
                return vesicles
            vesicle = self._draw_vesicle(recipe)
            low = np.floor(vesicle.centre_px - vesicle.reach_px()).astype(int)
            high = np.ceil(vesicle.centre_px + vesicle.reach_px()).astype(int) + 1
            grid = low + np.indices(tuple((high - low)[::-1])).transpose(1, 2, 3, 0)[..., ::-1]
            mask = np.abs(vesicle.distance_A(grid)) < HALF_THICKNESS_A
            if self.packing.place_at(mask, low[::-1], self._count + 1):
                self._count += 1
                self._numbers[VESICLE].append(self._count)
                vesicles.append(vesicle)
        raise _does_not_fit(len(vesicles), recipe.vesicles, "vesicles")

    def _draw_vesicle(self, recipe: TomogramRecipe) -> Vesicle:
        first, last = self.packing.slab
        low, high = (10 * radius / recipe.voxel_size_A for radius in recipe.vesicle_radius_nm)
        semi_axes = self.generator.uniform(low, high, 3)
        half_px = HALF_THICKNESS_A / recipe.voxel_size_A + 1
        semi_axes[2] = min(semi_axes[2], (last - 1 - first) / 2 - half_px)
        if semi_axes[2] < half_px:
            raise CryoalError("vesicles: the slab is too thin for any; use a thicker one")
        reach = semi_axes[2] + half_px
        centre = self.generator.uniform(
            [0, 0, first + reach], [*recipe.size_px[:2], last - 1 - reach + 1e-9]
        )
        turn = Rotation.from_euler("z", self.generator.uniform(0, 360), degrees=True)
        return Vesicle(centre, semi_axes, turn, recipe.voxel_size_A)

    def renumbered(self, order: Sequence[str]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint16]]:
        """The packing's instances, numbered from 1 through the groups in ``order``."""
        table = np.zeros(self._count + 1, np.uint16)
        table[[number for name in order for number in self._numbers[name]]] = np.arange(
            1, self._count + 1
        )
        return table[self.packing.instances]


def _does_not_fit(fitted: int, asked: int, what: str) -> CryoalError:
    return CryoalError(
        f"only {fitted} of {asked} {what} fit; ask for fewer, for less else in the slab "
        "(background, vesicles, gold_beads, ice_lumps), or for a larger one"
    )


def _clump(
    name: str,
    generator: np.random.Generator,
    beads: tuple[int, int],
    radii_A: tuple[float, float],
    voxel_size_A: float,
) -> Template:
    """Beads of random sizes, each touching one before it."""
    radii = generator.uniform(*radii_A, generator.integers(*beads, endpoint=True))
    centres = np.zeros((len(radii), 3))
    for at in range(1, len(radii)):
        on = generator.integers(at)
        direction = generator.standard_normal(3)
        direction /= np.linalg.norm(direction)
        centres[at] = centres[on] + direction * 0.8 * (radii[at] + radii[on])
    centres -= centres.mean(axis=0)
    density = density_from_beads(name, centres, radii, voxel_size_A=voxel_size_A / 2)
    return Template(density, voxel_size_A, name=name)

"""Built-in assemblies: their published outer measures and symmetry, their insides simplified.

A subunit is one or more solid beads; the point group makes the assembly of it. Axes are xyz in
Å, the main symmetry axis is z.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from cryoal.errors import CryoalError
from cryoal.simulation.density import Density, Volume, density_from_beads

Bead = tuple[float, float, float, float]


@dataclass(frozen=True)
class Assembly:
    """Copies of one subunit under a point group.

    Attributes:
        name: class name.
        beads: (x, y, z, radius) of the subunit's beads, Å.
        symmetry: point group as scipy names it: ``C1``, ``D7``, ``O`` (main axis z).
        source: where the measures come from.
    """

    name: str
    beads: tuple[Bead, ...]
    symmetry: str
    source: str

    def operations(self) -> Rotation:
        """The rotations of the point group, acting on xyz."""
        create_group: Callable[..., Rotation] = Rotation.create_group  # stubs know no "D7"
        return create_group(self.symmetry, axis="Z")

    def centres_A(self) -> Volume:
        """Bead centres of the whole assembly, (operations * beads, 3) xyz, Å."""
        subunit = np.array(self.beads)[:, :3]
        return np.concatenate([subunit @ m.T for m in self.operations().as_matrix()])

    def radii_A(self) -> Volume:
        """Bead radii in the order of :meth:`centres_A`, Å."""
        return np.tile(np.array(self.beads)[:, 3], len(self.operations()))

    def density(self, voxel_size_A: float) -> Density:
        """The assembly as a density map on voxels of ``voxel_size_A``."""
        return density_from_beads(
            self.name, self.centres_A(), self.radii_A(), voxel_size_A=voxel_size_A
        )


def _ring(radius: float, angle_deg: float, z: float, bead: float) -> Bead:
    angle = np.deg2rad(angle_deg)
    return (float(radius * np.cos(angle)), float(radius * np.sin(angle)), z, bead)


_ALL = (
    Assembly(
        "apoferritin",
        # A four-helix bundle along the shell: two beads, 5 nm long with their ends.
        ((46.0, 10.0, 21.0, 13.0), (36.0, 31.0, 20.0, 12.0)),
        "O",
        "24 subunits, shell 12-13 nm across, cavity 8 nm (Theil 1987, Annu. Rev. Biochem. 56:289)",
    ),
    Assembly(
        "glutamine_synthetase",
        (_ring(50, 0, 25, 21.0), _ring(40, 22, 34, 16.0), _ring(57, 16, 14, 13.0)),
        "D6",
        "two hexamer rings, 14.3 nm across, 10.3 nm high (Almassy et al. 1986, Nature 323:304)",
    ),
    Assembly(
        "groel",
        # Equatorial, intermediate and apical domain.
        (_ring(46, 3, 19, 22.0), _ring(55, 16, 41, 13.0), _ring(48, 0, 56, 17.0)),
        "D7",
        "two heptamer rings, 13.7 nm across, 14.6 nm high, cavity 4.5 nm "
        "(Braig et al. 1994, Nature 371:578)",
    ),
    Assembly(
        "proteasome_20s",
        # One alpha and one beta subunit.
        (_ring(36, 0, 56, 20.0), _ring(36, 20, 19, 20.0)),
        "D7",
        "four heptamer rings, 11.3 nm across, 14.8 nm high (Löwe et al. 1995, Science 268:533)",
    ),
    Assembly(
        "ribosome_70s",
        # Large subunit with its central protuberance and stalks; small one with head and body.
        (
            (0.0, 0.0, -38.0, 66.0),
            (46.0, 20.0, -44.0, 52.0),
            (-48.0, 10.0, -38.0, 50.0),
            (0.0, 68.0, -16.0, 30.0),
            (-90.0, 50.0, -22.0, 17.0),
            (98.0, 42.0, -22.0, 18.0),
            (0.0, -22.0, 66.0, 39.0),
            (13.0, -64.0, 62.0, 35.0),
            (-9.0, 52.0, 64.0, 36.0),
            (-42.0, 20.0, 62.0, 24.0),
        ),
        "C1",
        "two unequal lobes, about 21-25 nm across (Frank et al. 1995, Nature 376:441)",
    ),
    Assembly(
        "rubisco",
        (_ring(34, 12, 16, 22.0), _ring(24, 55, 40, 14.0)),
        "D4",
        "L8S8, a cube of about 11 nm (Andersson & Backlund 2008, Plant Physiol. Biochem. 46:275)",
    ),
    Assembly(
        "thermosome",
        # As groel, with the built-in lid that closes the cavity.
        (
            _ring(55, 3, 19, 24.0),
            _ring(62, 14, 42, 15.0),
            _ring(46, 2, 60, 18.0),
            _ring(20, 8, 68, 10.0),
        ),
        "D8",
        "two octamer rings, about 16 nm across and high, closed (Ditzel et al. 1998, Cell 93:125)",
    ),
    Assembly(
        "gold_bead",
        ((0.0, 0.0, 0.0, 50.0),),
        "C1",
        "junk: a fiducial of 10 nm; its density is that of protein, not of gold",
    ),
    Assembly(
        "membrane_patch",
        # Two leaflets of head groups, a disc of 16 nm.
        tuple(
            (10.0 * i, 10.0 * j, z, 8.0)
            for i in range(-7, 8)
            for j in range(-7, 8)
            for z in (-18.0, 18.0)
            if i * i + j * j <= 52
        ),
        "C1",
        "junk: a flat bilayer, head groups 3.6 nm apart "
        "(Nagle & Tristram-Nagle 2000, BBA 1469:159)",
    ),
)

BUILTIN: dict[str, Assembly] = {assembly.name: assembly for assembly in _ALL}


def builtin(name: str) -> Assembly:
    """The built-in assembly of that name.

    Raises:
        CryoalError: there is none; lists those there are.
    """
    if name not in BUILTIN:
        raise CryoalError(f"no built-in assembly {name!r}; there are: {', '.join(BUILTIN)}")
    return BUILTIN[name]

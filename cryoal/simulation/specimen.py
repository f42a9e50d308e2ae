"""What lies in the slab of ice of one tomogram."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from cryoal.simulation.density import Volume
from cryoal.simulation.membrane import Vesicle
from cryoal.simulation.template import Template

VESICLE, FIDUCIAL, ICE, BACKGROUND = "vesicle", "fiducial", "ice", "background"


@dataclass(frozen=True)
class Placed:
    """One object in its place.

    Attributes:
        template: its kind.
        rotation: turns the kind into the object; acts on xyz.
        place_px: (3,) xyz of its centre of mass in the tomogram.
    """

    template: Template
    rotation: Rotation
    place_px: Volume


@dataclass(frozen=True)
class Specimen:
    """The objects of a tomogram; none lies on another.

    Attributes:
        particles: those with a label, by class.
        vesicles, gold, ice, background: the rest.
        instances: (z, y, x) uint16, which object a voxel belongs to: counted from 1 through
            ``particles``, ``vesicles``, ``gold``, ``ice``, ``background``; 0 for none.
    """

    particles: list[Placed]
    vesicles: list[Vesicle]
    gold: list[Placed]
    ice: list[Placed]
    background: list[Placed]
    instances: npt.NDArray[np.uint16]

    def names(self) -> list[str]:
        """Class of every object, in the order of the numbers in ``instances``."""
        names = [particle.template.name for particle in self.particles]
        names += [VESICLE] * len(self.vesicles) + [FIDUCIAL] * len(self.gold)
        return names + [ICE] * len(self.ice) + [BACKGROUND] * len(self.background)

    def class_mask(self, classes: list[str]) -> npt.NDArray[np.int16]:
        """(z, y, x), class of every voxel: 0 none, then ``classes``, then the four others."""
        order = [*classes, VESICLE, FIDUCIAL, ICE, BACKGROUND]
        table = [0, *(order.index(name) + 1 for name in self.names())]
        return np.array(table, np.int16)[self.instances]

    def occupancy_mask(self) -> npt.NDArray[np.uint16]:
        """(z, y, x), number of every voxel's particle, vesicle or fiducial, from 1; else 0."""
        listed = len(self.particles) + len(self.vesicles) + len(self.gold)
        return np.where(self.instances <= listed, self.instances, 0).astype(np.uint16)

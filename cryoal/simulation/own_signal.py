"""What single particles add to their own boxes, whatever lies around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt

from cryoal.simulation.density import Volume
from cryoal.simulation.projection import Projector
from cryoal.simulation.reconstruction import Reconstructor
from cryoal.simulation.specimen import Placed


def own_signals(
    particles: Sequence[Placed], picks_px: Volume, reconstructor: Reconstructor
) -> Iterator[npt.NDArray[np.float32]]:
    """The box (box, box, box) of each particle as if it were alone in the ice, without noise.

    It is imaged, dosed, blurred and reconstructed as the whole specimen is. All of this is
    linear, so what is in a tomogram's box is the sum of its objects' signals.

    Args:
        particles: those of a kind one after the other.
        picks_px: (m, 3) xyz, centres of their boxes.
        reconstructor: of the tomogram.
    """
    projector = Projector(reconstructor.camera, is_detected=True)
    done = 0
    for _, group in groupby(particles, key=lambda one: id(one.template)):
        alike = list(group)
        turns = np.array([one.rotation.as_matrix() for one in alike])
        places = np.array([one.place_px for one in alike])
        coefficients = projector.prepare(alike[0].template.voxels)
        for images, corners in projector.images(coefficients, turns, places):
            picks = picks_px[done : done + len(images)]
            yield from reconstructor.boxes_of_one(images, corners, picks)
            done += len(images)

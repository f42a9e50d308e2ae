"""Which views of the specimen a tilt series takes, in which order and at what dose."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator
from scipy.spatial.transform import Rotation

from cryoal.simulation.density import Volume
from cryoal.simulation.microscope import MOST_TILTS


class TiltScheme(BaseModel):
    """Views about y, and with ``dual_axis`` as many again of the specimen turned by 90 degrees.

    Images are numbered by axis and rising angle, whatever the order of exposure.

    Attributes:
        max_deg, step_deg: tilts run from ``-max_deg`` to ``max_deg``.
        order: ``dose-symmetric`` is 0, +step, -step, +2 step ... (Hagen et al. 2017, J. Struct.
            Biol. 197:191); ``bidirectional`` goes up from 0, then down; ``rising`` straight up.
        dual_axis: a second series, exposed after the first, its axis x.
        dose_e_A2: electrons per Å² of the whole exposure, the same for every image.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    max_deg: float = Field(60.0, gt=0, lt=90)
    step_deg: float = Field(3.0, gt=0)
    order: Literal["dose-symmetric", "bidirectional", "rising"] = "dose-symmetric"
    dual_axis: bool = False
    dose_e_A2: float = Field(120.0, gt=0)

    @model_validator(mode="after")
    def check_count(self) -> TiltScheme:
        """Refuse more images than any series has."""
        if 2 * self.max_deg / self.step_deg > MOST_TILTS:
            raise ValueError(
                f"step_deg {self.step_deg:g} makes more than {MOST_TILTS} images; give a larger one"
            )
        return self

    def angles_deg(self) -> Volume:
        """Tilt angle of every image, (n,)."""
        return np.tile(self._one_axis(), 2 if self.dual_axis else 1)

    def matrices(self) -> Volume:
        """(n, 3, 3): a point's xyz from the tomogram's centre to camera x, y and height."""
        turns = Rotation.from_euler("y", self._one_axis()[:, None], degrees=True).as_matrix()
        if not self.dual_axis:
            return np.asarray(turns)
        quarter = Rotation.from_euler("z", 90, degrees=True).as_matrix()
        return np.concatenate([turns, turns @ quarter])

    def image_dose_e_A2(self) -> float:
        """Dose of one image."""
        return self.dose_e_A2 / len(self.angles_deg())

    def dose_at_middle_e_A2(self) -> Volume:
        """Dose that the specimen has had by the middle of each image's exposure, (n,)."""
        angles = self._one_axis()
        keys = {
            "dose-symmetric": (angles < 0, np.abs(angles)),
            "bidirectional": (np.abs(angles), angles < 0),
            "rising": (angles,),
        }[self.order]
        place = np.argsort(np.lexsort(keys))
        places = np.concatenate([place, place + len(angles)]) if self.dual_axis else place
        return np.asarray((places + 0.5) * self.image_dose_e_A2())

    def _one_axis(self) -> Volume:
        steps = int(self.max_deg / self.step_deg + 1e-9)
        return self.step_deg * np.arange(-steps, steps + 1, dtype=np.float64)

"""What ``cryoal robustness`` compares, beside the runs' settings."""

from __future__ import annotations

import math

from pydantic import Field, field_validator

from cryoal.studies.section import StudySection

JUNK = (
    "junk",
    "ice",
    "gold",
    "membrane",
    "empty",
    "carbon",
    "noise",
    "background",
    "contamination",
)


class RobustnessSection(StudySection):
    """The section ``study`` of a configuration for ``cryoal robustness``.

    Attributes:
        snrs: ratios to compare at.
        label_noise: chances of a wrong answer, at the highest ratio.
        input_snr: ratio of the pool that noise is added to; None where its folder's name states
            it, or it is to be measured.
        junk: how names of junk classes begin, in any case.
    """

    snrs: tuple[float, ...] = ()
    label_noise: tuple[float, ...] = ()
    input_snr: float | None = Field(None, gt=0)
    junk: tuple[str, ...] = JUNK

    @field_validator("snrs")
    @classmethod
    def check_ratios(cls, values: tuple[float, ...]) -> tuple[float, ...]:
        """Refuse what is no ratio, or one given twice."""
        for value in values:
            if math.isnan(value) or value <= 0:
                raise ValueError(f"{value:g} is no signal-to-noise ratio; give numbers above 0")
        return check_once(values)

    @field_validator("label_noise")
    @classmethod
    def check_chances(cls, values: tuple[float, ...]) -> tuple[float, ...]:
        """Refuse what is no chance, or one given twice; 0 is what the ratios are compared at."""
        for value in values:
            if not 0 < value < 1:
                raise ValueError(f"{value:g} is no chance of a wrong answer between 0 and 1")
        return check_once(values)


def check_once(values: tuple[float, ...]) -> tuple[float, ...]:
    twice = [value for value in values if values.count(value) > 1]
    if twice:
        raise ValueError(f"{twice[0]:g} is given twice")
    return values

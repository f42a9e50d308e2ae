"""One state of the data that schemes are compared under."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

SNR, LABEL_NOISE = "snr-", "label-noise-"


@dataclass(frozen=True)
class Condition:
    """Noise in the boxes and in the answers.

    Attributes:
        snr: variance of signal over noise in a box.
        label_noise: chance that an answer is wrong.
    """

    snr: float
    label_noise: float = 0.0

    @property
    def folder(self) -> str:
        """Name of its study's folder."""
        if self.label_noise:
            return f"{LABEL_NOISE}{self.label_noise:g}"
        return f"{SNR}{self.snr:g}"

    @property
    def title(self) -> str:
        """For people."""
        if self.label_noise:
            return f"{100 * self.label_noise:g} % wrong answers"
        return f"SNR {self.snr:g}"


def conditions_there(path: Path) -> list[Condition]:
    """Conditions whose studies lie in ``path``: by falling ratio, then by wrong answers."""
    ratios = sorted(numbers_after(path, SNR), reverse=True)
    wrong = sorted(numbers_after(path, LABEL_NOISE))
    cleanest = ratios[0] if ratios else math.nan
    return [*map(Condition, ratios), *(Condition(cleanest, chance) for chance in wrong)]


def numbers_after(path: Path, prefix: str) -> list[float]:
    found = []
    for folder in path.glob(f"{prefix}*/study.yaml"):
        try:
            found.append(float(folder.parent.name.removeprefix(prefix)))
        except ValueError:
            continue
    return found

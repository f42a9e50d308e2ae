"""What a model or a person says of every particle of a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Answers:
    """Classes of n particles, in the order of their list.

    Attributes:
        classes: all class names, in the order in which files number them from 1.
        names: class of each particle; empty where there is no answer.
        probabilities: of that class, 0 to 1; not looked at where there is no answer.
    """

    classes: Sequence[str]
    names: Sequence[str]
    probabilities: Sequence[float]

    def __post_init__(self) -> None:
        unknown = set(self.names) - {"", *self.classes}
        if len(self.names) != len(self.probabilities) or unknown:
            raise ValueError(f"names and probabilities differ in number, or unknown: {unknown}")

    def numbers(self) -> list[int]:
        """Class of each particle counted from 1; 0 where there is no answer."""
        numbers = {"": 0} | {name: at for at, name in enumerate(self.classes, start=1)}
        return [numbers[name] for name in self.names]

    def texts(self) -> list[str]:
        """Probability of each particle with six digits; 0 where there is no answer."""
        return [
            f"{probability if name else 0:.6f}"
            for name, probability in zip(self.names, self.probabilities, strict=True)
        ]

    def part(self, first: int, last: int) -> Answers:
        """Those from ``first`` up to but not including ``last``."""
        return Answers(self.classes, self.names[first:last], self.probabilities[first:last])

    def only(self, keep: Sequence[bool]) -> Answers:
        """No answer where ``keep`` is false."""
        names = [name if kept else "" for name, kept in zip(self.names, keep, strict=True)]
        return Answers(self.classes, names, self.probabilities)

    def at(self, rows: Sequence[int], count: int) -> Answers:
        """Those of ``count`` particles: these at ``rows``, no answer elsewhere."""
        names, probabilities = [""] * count, [0.0] * count
        for row, name, probability in zip(rows, self.names, self.probabilities, strict=True):
            names[row], probabilities[row] = name, probability
        return Answers(self.classes, names, probabilities)

"""PDB files of a few atoms."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

Atom = tuple[str, str, str, Sequence[float]]
"""Element, atom name, residue name, xyz in Å."""


def atom_line(number: int, atom: Atom, altloc: str = " ", record: str = "ATOM") -> str:
    """One residue an atom; ``number`` up to 9999."""
    element, name, residue, (x, y, z) = atom
    return (
        f"{record:6}{number:5} {name:4}{altloc}{residue:>3} A{number:4}    "
        f"{x:8.3f}{y:8.3f}{z:8.3f}{1.0:6.2f}{20.0:6.2f}          {element:>2}"
    )


def write_pdb(path: Path, atoms: Sequence[Atom], *, before: Sequence[str] = ()) -> Path:
    lines = [*before, *(atom_line(n, atom) for n, atom in enumerate(atoms, 1)), "END"]
    path.write_text("\n".join(lines) + "\n")
    return path


def biomt(*operators: tuple[Sequence[Sequence[float]], Sequence[float]]) -> list[str]:
    """REMARK 350 records of one biological assembly of chain A."""
    lines = ["REMARK 350 BIOMOLECULE: 1", "REMARK 350 APPLY THE FOLLOWING TO CHAINS: A"]
    for number, (matrix, vector) in enumerate(operators, 1):
        for row in range(3):
            a, b, c = matrix[row]
            numbers = f"{a:10.6f}{b:10.6f}{c:10.6f}     {vector[row]:10.5f}"
            lines.append(f"REMARK 350   BIOMT{row + 1}{number:4}{numbers}")
    return lines


def carbon_ball(radius_A: float, count: int, seed: int = 0) -> list[Atom]:
    """Carbons of alanines, uniform in a ball."""
    rng = np.random.default_rng(seed)
    directions = rng.standard_normal((count, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    places = radius_A * rng.uniform(size=(count, 1)) ** (1 / 3) * directions
    return [("C", " CA ", "ALA", place) for place in places.tolist()]

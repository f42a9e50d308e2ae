"""Atomic models from PDB and mmCIF files: the heavy atoms of the first biological assembly.

gemmi parses and copies the chains. What it takes without a word (a PDB line cut short, stars
in place of coordinates, half a gzip file) is looked for here.
"""

from __future__ import annotations

import gzip
import math
import zlib
from collections import Counter
from pathlib import Path
from typing import BinaryIO, cast

import gemmi
import numpy as np

from cryoal.errors import CryoalError

ATOM_SUFFIXES = tuple(
    ending + packed for ending in (".pdb", ".ent", ".cif", ".mmcif") for packed in ("", ".gz")
)
LARGEST_ASSEMBLY = 5_000_000
_LARGEST_BYTES = 2**30
_COORDINATES = ((30, 38), (38, 46), (46, 54))
_ATOM_RECORDS = ("ATOM  ", "HETATM")


def is_atoms_name(name: str) -> bool:
    """Whether a file name is that of an atomic model."""
    return name.lower().endswith(ATOM_SUFFIXES) and not name.startswith(".")


def read_atoms(path: Path) -> gemmi.Model:
    """The atoms of a file's first model, copied as its first biological assembly says.

    Left out: waters, hydrogens (few files have them), alternate locations but the first. A file
    that names no assembly is taken as deposited.

    Raises:
        CryoalError: the file cannot be read, is damaged or holds no atoms, an atom has no
            element or no place, or the assembly has more than ``LARGEST_ASSEMBLY`` atoms.
    """
    structure = _parsed(path, _text(path))
    structure.merge_chain_parts()
    model = _assembled(path, structure) if len(structure) else gemmi.Model(1)
    model.remove_alternative_conformations()
    model.remove_hydrogens()
    model.remove_waters()
    if not model.count_atom_sites():
        raise CryoalError(f"{path}: holds no atoms but waters and hydrogens; leave it out")
    _check_elements(path, model)
    _check_places(path, model)
    return model


def positions_A(model: gemmi.Model) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Places of all atoms, (n, 3) xyz, Å."""
    return np.array([place.atom.pos.tolist() for place in model.all()], np.float64).reshape(-1, 3)


def _text(path: Path) -> str:
    """The file's text, unpacked; what is not ASCII becomes ``?``, a column for a byte."""
    is_packed = path.name.lower().endswith(".gz")
    try:
        with gzip.open(path) if is_packed else path.open("rb") as file:
            data = cast(BinaryIO, file).read(_LARGEST_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise CryoalError(f"{path}: damaged gzip file ({error}); copy it again") from error
    except OSError as error:
        raise CryoalError(f"{path}: cannot be read ({error.strerror or error})") from error
    if len(data) > _LARGEST_BYTES:
        raise CryoalError(f"{path}: more than {_LARGEST_BYTES >> 20} MiB of text; leave it out")
    if not data.strip():
        raise CryoalError(f"{path}: is empty; restore the file or leave it out")
    return data.decode("ascii", "replace").replace("\ufffd", "?")


def _parsed(path: Path, text: str) -> gemmi.Structure:
    is_pdb = path.name.lower().removesuffix(".gz").endswith((".pdb", ".ent"))
    if is_pdb:
        _check_pdb(path, text)
    try:
        if is_pdb:
            return gemmi.read_pdb_string(text)
        document = gemmi.cif.read_string(text)
        if not len(document):
            return gemmi.Structure()
        _check_chains(path, document[0])
        return gemmi.make_structure_from_block(document[0])
    except (RuntimeError, ValueError, IndexError) as error:
        kind = "a PDB file" if is_pdb else "an mmCIF file"
        reason = " ".join(str(error).split())
        raise CryoalError(f"{path}: is damaged or not {kind} ({reason}); copy it again") from error


def _check_pdb(path: Path, text: str) -> None:
    """Refuse other files, coordinates that gemmi would read as 0, and files that end too early."""
    lines = text.splitlines()
    if not any(line.startswith((*_ATOM_RECORDS, "HEADER")) for line in lines):
        raise CryoalError(
            f"{path}: is no PDB file (no line begins with ATOM or HETATM); leave it out, or name "
            "an mmCIF file .cif"
        )
    for number, line in enumerate(lines, 1):
        if line.startswith(_ATOM_RECORDS) and not _has_coordinates(line):
            raise CryoalError(
                f"{path}, line {number}: columns 31-54 are no coordinates ({line[30:54]!r}); "
                "correct the line, or copy a file that was cut short again"
            )
    is_ended = any(line.strip() == "END" for line in lines)
    is_cut = not text.endswith("\n") or lines[0].startswith("HEADER")
    if is_cut and not is_ended:
        raise CryoalError(
            f"{path}: stops before its END; copy it again, or add a line END if that is all of it"
        )


def _check_chains(path: Path, block: gemmi.cif.Block) -> None:
    """Refuse an mmCIF file that lists chains of which it has no atoms: it was cut short."""
    listed = set(block.find_values("_struct_asym.id"))
    missing = sorted(listed - set(block.find_values("_atom_site.label_asym_id")))
    if missing and len(missing) < len(listed):
        raise CryoalError(
            f"{path}: has no atoms of the chain {missing[0]} that it lists; copy a file that was "
            "cut short again"
        )


def _has_coordinates(line: str) -> bool:
    try:
        return all(math.isfinite(float(line[first:last])) for first, last in _COORDINATES)
    except ValueError:
        return False


def _check_elements(path: Path, model: gemmi.Model) -> None:
    for place in model.all():
        if place.atom.element.atomic_number == 0:
            raise CryoalError(
                f"{path}: atom {place} has no element; fill in columns 77-78 (PDB) or "
                "_atom_site.type_symbol (mmCIF)"
            )


def _assembled(path: Path, structure: gemmi.Structure) -> gemmi.Model:
    model = structure[0]
    if not len(structure.assemblies) or not model.count_atom_sites():
        return model
    assembly = structure.assemblies[0]
    count = _count_after(assembly, model)
    what = f"{path}: biological assembly {assembly.name!r}"
    if count > LARGEST_ASSEMBLY:
        raise CryoalError(
            f"{what} would have {count} atoms, {LARGEST_ASSEMBLY} are the most; give a density map "
            "of it instead"
        )
    if not count:
        raise CryoalError(f"{what} names none of the file's chains; correct or remove its records")
    if not all(
        _is_rotation(step.transform) for part in assembly.generators for step in part.operators
    ):
        raise CryoalError(
            f"{what} has an operator that is no rotation; correct or remove its records"
        )
    try:
        return gemmi.make_assembly(assembly, model, gemmi.HowToNameCopiedChain.Dup)
    except (RuntimeError, ValueError) as error:
        raise CryoalError(f"{what} cannot be made ({error}); correct its records") from error


def _count_after(assembly: gemmi.Assembly, model: gemmi.Model) -> int:
    """Atoms of the assembly, without making it. PDB files list chains, mmCIF files subchains."""
    chains: Counter[str] = Counter()
    subchains: Counter[str] = Counter()
    for chain in model:
        for residue in chain:
            chains[chain.name] += len(residue)
            subchains[residue.subchain] += len(residue)
    return sum(
        len(part.operators)
        * (sum(chains[n] for n in part.chains) + sum(subchains[n] for n in part.subchains))
        for part in assembly.generators
    )


def _is_rotation(transform: gemmi.Transform) -> bool:
    matrix = np.array(transform.mat.tolist())
    is_orthogonal = np.allclose(matrix @ matrix.T, np.eye(3), atol=1e-3)
    return bool(is_orthogonal and np.linalg.det(matrix) > 0)


def _check_places(path: Path, model: gemmi.Model) -> None:
    lost = np.flatnonzero(~np.isfinite(positions_A(model)).all(axis=1))
    if lost.size:
        place = list(model.all())[lost[0]]
        raise CryoalError(f"{path}: atom {place} has no finite coordinates; correct or remove it")

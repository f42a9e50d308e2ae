from __future__ import annotations

import gzip
from pathlib import Path

import gemmi
import numpy as np
import pytest
from atom_files import Atom, atom_line, biomt, write_pdb

from cryoal.errors import CryoalError
from cryoal.simulation import atoms as module
from cryoal.simulation.atoms import is_atoms_name, positions_A, read_atoms

UNIT = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
HALF_TURN = ((-1, 0, 0), (0, -1, 0), (0, 0, 1))
SOME: list[Atom] = [
    ("C", " CA ", "ALA", (10.0, 2.0, 3.0)),
    ("N", " N  ", "ALA", (11.0, 4.0, -1.5)),
]
PLACES = np.array([place for *_, place in SOME])


def test_names_that_are_atomic_models() -> None:
    names = ["1abc.pdb", "1ABC.ENT", "1abc.cif.gz", "a.b.mmcif", "1abc.pdb.GZ"]
    assert all(map(is_atoms_name, names))
    assert not any(map(is_atoms_name, ["1abc.mrc", ".1abc.pdb", "pdb", "1abc.pdb1", "cif.txt"]))


def test_the_first_assembly_is_built_and_no_second_one(tmp_path: Path) -> None:
    second = [
        line.replace("350 BIOMOLECULE: 1", "350 BIOMOLECULE: 2")
        for line in biomt((UNIT, (0, 0, 0)))
    ]
    records = biomt((UNIT, (0, 0, 0)), (HALF_TURN, (0, 0, 7)))
    path = write_pdb(tmp_path / "two.pdb", SOME, before=[*records, *second])
    expected = [*PLACES, *(PLACES @ np.array(HALF_TURN) + [0, 0, 7])]
    found = positions_A(read_atoms(path))
    np.testing.assert_allclose(sorted(found.tolist()), sorted(np.array(expected).tolist()))


def test_without_an_assembly_the_file_is_taken_as_it_is(tmp_path: Path) -> None:
    found = positions_A(read_atoms(write_pdb(tmp_path / "one.pdb", SOME)))
    np.testing.assert_allclose(found, PLACES)


def test_waters_hydrogens_second_locations_and_second_models_are_left_out(tmp_path: Path) -> None:
    lines = [
        "MODEL        1",
        atom_line(1, SOME[0]),
        atom_line(2, ("N", " N  ", "GLY", (1, 1, 1)), altloc="A"),
        atom_line(2, ("N", " N  ", "GLY", (2, 2, 2)), altloc="B"),
        atom_line(3, ("H", " HA ", "ALA", (3, 3, 3))),
        atom_line(4, ("D", " D  ", "ALA", (4, 4, 4))),
        atom_line(5, ("O", " O  ", "HOH", (5, 5, 5)), record="HETATM"),
        atom_line(6, ("ZN", "ZN  ", " ZN", (6, 6, 6)), record="HETATM"),
        "ENDMDL",
        "MODEL        2",
        atom_line(1, ("C", " CA ", "ALA", (7, 7, 7))),
        "ENDMDL",
        "END",
    ]
    path = tmp_path / "mixed.pdb"
    path.write_text("\n".join(lines) + "\n")
    model = read_atoms(path)
    found = [(place.atom.element.name, place.atom.pos.x) for place in model.all()]
    assert found == [("C", 10.0), ("N", 1.0), ("Zn", 6.0)]


def test_pdb_mmcif_and_gzip_give_the_same_atoms(tmp_path: Path) -> None:
    records = biomt((UNIT, (0, 0, 0)), (HALF_TURN, (0, 0, 7)))
    water: Atom = ("O", " O  ", "HOH", (5.0, 5.0, 5.0))
    pdb = write_pdb(tmp_path / "a.pdb", [*SOME, water], before=records)
    structure = gemmi.read_structure(str(pdb))
    structure.setup_entities()
    cif = tmp_path / "a.cif"
    structure.make_mmcif_document().write_file(str(cif))
    for path in (pdb, cif):
        packed = path.with_name(path.name + ".gz")
        packed.write_bytes(gzip.compress(path.read_bytes()))
        for same in (path, packed):
            found = positions_A(read_atoms(same))
            np.testing.assert_allclose(found, positions_A(read_atoms(pdb)), atol=1e-6)
            assert len(found) == 4


LINE = atom_line(1, SOME[0])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.pdb", b"", "is empty"),
        ("a.cif.gz", gzip.compress(b" \n", mtime=0), "is empty"),
        ("a.pdb", b"<html>404</html>\n", "is no PDB file"),
        ("a.pdb", bytes(range(256)), "is no PDB file"),
        ("a.pdb", np.random.default_rng(0).bytes(5000), "is no PDB file"),
        ("a.pdb.gz", gzip.compress(bytes(range(256)), mtime=0), "is no PDB file"),
        ("a.pdb", b"HEADER    VIRUS\nEND\n", "holds no atoms"),
        ("a.pdb", atom_line(1, ("H", " H  ", "ALA", (0, 0, 0))).encode() + b"\n", "no atoms but"),
        ("a.cif", b"hello", "not an mmCIF file"),
        ("a.cif", b"data_x\nloop_\n_atom_site.id\n_atom_site.type_symbol\n1 C 2\n", "damaged"),
        ("a.cif", b"data_x\n_cell.length_a 3\n", "holds no atoms"),
        ("a.cif", b"# nothing\n", "holds no atoms"),
        ("a.pdb.gz", b"no gzip", "damaged gzip"),
        ("a.pdb.gz", gzip.compress(LINE.encode() * 50, mtime=0)[:-9], "damaged gzip"),
        ("a.pdb", f"{LINE}\n{LINE[:48]}".encode(), "line 2: columns 31-54"),
        ("a.pdb", f"{LINE}\n{LINE[:62]}".encode(), "stops before its END"),
        ("a.pdb", f"HEADER    VIRUS\n{LINE}\n".encode(), "stops before its END"),
        ("a.pdb", LINE.replace("  10.000", "     nan").encode(), "columns 31-54"),
        ("a.pdb", LINE.replace("  10.000", "********").encode(), "columns 31-54"),
        ("a.pdb", LINE.replace("  10.000", "        ").encode(), "columns 31-54"),
        ("a.pdb", (LINE[:12] + " ?? " + LINE[16:76] + "??\nEND\n").encode(), "has no element"),
    ],
)
def test_bad_files_are_told_in_one_line(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(CryoalError, match=rf"{name}.*{message}") as caught:
        read_atoms(path)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("value", ["?", ".", "nan", "inf"])
def test_mmcif_atoms_without_a_place_are_named(tmp_path: Path, value: str) -> None:
    structure = gemmi.read_structure(str(write_pdb(tmp_path / "a.pdb", SOME)))
    structure.setup_entities()
    text = structure.make_mmcif_document().as_string()
    assert " 11 4 -1.5 " in text
    (tmp_path / "a.cif").write_text(text.replace(" 11 4 -1.5 ", f" 11 {value} -1.5 "))
    with pytest.raises(CryoalError, match=r"a\.cif: atom A/ALA 2/N has no finite coordinates"):
        read_atoms(tmp_path / "a.cif")


def test_names_that_are_not_ascii_are_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "a.pdb"
    line = LINE.replace(" A   1 ", " Å   1 ")
    assert line != LINE
    path.write_bytes(f"REMARK Å\n{line}\n".encode("latin-1"))
    assert positions_A(read_atoms(path)).tolist() == [[10.0, 2.0, 3.0]]


def test_paths_that_are_no_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "folder.pdb").mkdir()
    for name in ("absent.pdb", "absent.cif.gz", "folder.pdb"):
        with pytest.raises(CryoalError, match=rf"{name}: cannot be read"):
            read_atoms(tmp_path / name)


def test_an_assembly_too_large_for_memory_is_refused_before_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_pdb(tmp_path / "a.pdb", SOME, before=biomt(*[(UNIT, (0, 0, n)) for n in range(6)]))
    assert len(positions_A(read_atoms(path))) == 12
    monkeypatch.setattr(module, "LARGEST_ASSEMBLY", 11)
    with pytest.raises(CryoalError, match=r"assembly '1' would have 12 atoms, 11 are the most"):
        read_atoms(path)


def test_an_assembly_of_chains_that_are_not_there_is_refused(tmp_path: Path) -> None:
    records = [line.replace("CHAINS: A", "CHAINS: Q") for line in biomt((UNIT, (0, 0, 0)))]
    path = write_pdb(tmp_path / "a.pdb", SOME, before=records)
    with pytest.raises(CryoalError, match=r"assembly '1' names none of the file's chains"):
        read_atoms(path)


@pytest.mark.parametrize(
    "matrix",
    [((1, 0, 0), (0, 0, 0), (0, 0, 1)), ((1, 0, 0), (0, 1, 0), (0, 0, -1)), ((2, 0, 0), *UNIT[1:])],
)
def test_an_operator_that_squashes_mirrors_or_stretches_is_refused(
    tmp_path: Path, matrix: tuple[tuple[int, ...], ...]
) -> None:
    path = write_pdb(tmp_path / "a.pdb", SOME, before=biomt((UNIT, (0, 0, 0)), (matrix, (0, 0, 0))))
    with pytest.raises(CryoalError, match=r"assembly '1' has an operator that is no rotation"):
        read_atoms(path)


def test_a_file_of_absurd_length_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LARGEST_BYTES", 1 << 20)
    (tmp_path / "bomb.pdb.gz").write_bytes(gzip.compress(b" " * (2 << 20)))
    with pytest.raises(CryoalError, match=r"bomb\.pdb\.gz: more than 1 MiB"):
        read_atoms(tmp_path / "bomb.pdb.gz")


def test_every_shipped_structure_has_the_atoms_its_records_promise(data_folder: Path) -> None:
    folder = data_folder / "structures"
    counts = {
        name: read_atoms(folder / name).count_atom_sites() for name in ("1bxn.pdb", "4yvs.cif")
    }
    one_copy = sum(
        line.startswith(("ATOM", "HETATM")) and line[17:20] != "HOH" and line[16] in " A"
        for line in (folder / "1bxn.pdb").read_text().splitlines()
    )
    assert counts["1bxn.pdb"] == 2 * one_copy
    assert counts["4yvs.cif"] == 12 * 26430


def test_an_mmcif_file_without_the_atoms_of_a_chain_is_refused(tmp_path: Path) -> None:
    structure = gemmi.Structure()
    model = gemmi.Model(1)
    for name in "AB":
        chain = gemmi.Chain(name)
        residue = gemmi.Residue()
        residue.name, residue.seqid, residue.subchain = "GLY", gemmi.SeqId("1"), name
        residue.entity_type = gemmi.EntityType.Polymer
        atom = gemmi.Atom()
        atom.name, atom.element = "CA", gemmi.Element("C")
        residue.add_atom(atom)
        chain.add_residue(residue)
        model.add_chain(chain)
    structure.add_model(model)
    structure.setup_entities()
    text = structure.make_mmcif_document().as_string()
    whole = tmp_path / "whole.cif"
    whole.write_text(text)
    assert read_atoms(whole).count_atom_sites() == 2

    def is_of_b(line: str) -> bool:
        return line.startswith("ATOM") and " B " in line

    cut = tmp_path / "cut.cif"
    cut.write_text("\n".join(line for line in text.splitlines() if not is_of_b(line)))
    with pytest.raises(CryoalError, match="no atoms of the chain B"):
        read_atoms(cut)

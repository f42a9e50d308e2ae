"""The formats of lists of particles: how each is recognised, read and given classes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import ClassVar

from cryoal.errors import CryoalError
from cryoal.io import relion_particles
from cryoal.io.answers import Answers
from cryoal.io.cbox import keep_cbox_boxes, read_cbox, write_cbox_classes
from cryoal.io.class_legend import write_legend
from cryoal.io.coordinate_unit import Unit
from cryoal.io.coords import read_coords, write_coords_of_classes
from cryoal.io.copick import read_copick, write_copick_classes
from cryoal.io.copick_files import is_copick_project
from cryoal.io.csv_columns import keep_csv_rows
from cryoal.io.csv_table import write_csv_table
from cryoal.io.deepfinder_xml import (
    keep_deepfinder_objects,
    read_deepfinder_xml,
    write_deepfinder_classes,
)
from cryoal.io.dynamo_particles import (
    CLASS_COLUMN,
    LABEL_COLUMNS,
    keep_dynamo_particles,
    read_dynamo_table,
    write_dynamo_classes,
)
from cryoal.io.eman2 import SUFFIX, keep_eman2_boxes, read_eman2_info, write_eman2_classes
from cryoal.io.motive_list import (
    CLASS_ROW,
    is_motive_list,
    keep_motive_particles,
    read_motive_list,
    write_motive_classes,
)
from cryoal.io.particle_options import ParticleOptions
from cryoal.io.picks import Picks
from cryoal.io.point_csv import read_point_csv, write_csv_classes
from cryoal.io.portal_points import keep_portal_points, read_portal_points, write_portal_classes
from cryoal.io.relion_tomograms import is_optimisation_set, read_optimisation_set
from cryoal.io.shrec_particles import (
    LOCATIONS,
    keep_shrec_particles,
    read_shrec_particles,
    write_shrec_classes,
)
from cryoal.io.star import read_star

PREDICTION_COLUMNS = ("id", "class", "probability")
# What the SHREC contest calls no particle.
_NO_PARTICLE = "background"


@dataclass(frozen=True)
class Listed:
    """A list of particles, and how to read it."""

    path: Path
    options: ParticleOptions


@dataclass(frozen=True)
class Copy:
    """A copy to be written.

    Attributes:
        source: the list that is copied.
        ids: of its particles.
        out: where the copy goes.
        answers: of all its particles.
        keep: for each particle, whether it is to stay in the copy.
        options: those that the list was read with.
    """

    source: Path
    ids: Sequence[str]
    out: Path
    answers: Answers
    keep: Sequence[bool]
    options: ParticleOptions


class ParticleFormat(ABC):
    """One format of lists.

    Attributes:
        name: for people.
        suffix: of its files; may be empty.
        options: fields of :class:`ParticleOptions` that mean something in it.
        within: where its files lie in a folder that is given in their stead.
        is_by_class: a copy is a list for each class, of the particles with an answer alone.
    """

    name: ClassVar[str]
    suffix: ClassVar[str]
    options: ClassVar[frozenset[str]] = frozenset()
    within: ClassVar[tuple[str, ...]] = ()
    is_by_class: ClassVar[bool] = False

    def recognises(self, path: Path) -> bool:
        """Whether a path is of this format."""
        return path.is_file() and path.name.lower().endswith(self.suffix)

    @abstractmethod
    def read(self, listed: Listed) -> Picks:
        """The particles.

        Raises:
            CryoalError: as the format's reader.
        """

    def file(self, path: Path) -> Path:
        """The file that lists the particles, where ``path`` names it only."""
        return path

    def ids(self, listed: Listed) -> Sequence[str]:
        """Ids of the particles, as far as a copy needs the list to be understood.

        Raises:
            CryoalError: as the format's reader.
        """
        return self.read(listed).ids

    @abstractmethod
    def write(self, copy: Copy) -> list[Path]:
        """Write a copy of a list with its answers and all particles.

        Returns:
            The files written.

        Raises:
            CryoalError: as the format's writer.
        """

    @abstractmethod
    def keep(self, path: Path, keep: Sequence[bool]) -> None:
        """Remove from a copy the particles that are not to be kept.

        Raises:
            CryoalError: as the format's writer.
        """


class RelionStar(ParticleFormat):
    """RELION's and Warp's particles, or an optimisation set that names them."""

    name, suffix = "RELION or Warp STAR", ".star"
    options = frozenset({"tomograms", "label_column", "unit"})

    def read(self, listed: Listed) -> Picks:
        path, named = _particles(listed.path)
        return relion_particles.read_relion_particles(
            path,
            listed.options.tomograms or named,
            listed.options.label_column,
            listed.options.unit,
        )

    def file(self, path: Path) -> Path:
        return _particles(path)[0]

    def ids(self, listed: Listed) -> Sequence[str]:
        return relion_particles.relion_ids(self.file(listed.path))

    def write(self, copy: Copy) -> list[Path]:
        relion_particles.write_relion_classes(
            self.file(copy.source), copy.out, copy.answers.numbers(), copy.answers.texts()
        )
        return [
            copy.out,
            write_legend(copy.out, relion_particles.CLASS_COLUMN, copy.answers.classes),
        ]

    def keep(self, path: Path, keep: Sequence[bool]) -> None:
        relion_particles.keep_relion_particles(path, path, keep)


class DynamoTable(ParticleFormat):
    """A ``.tbl``; classes go to the label column, or to 22."""

    name, suffix = "Dynamo table", ".tbl"
    options = frozenset({"tomograms", "label_column", "first_voxel"})

    def read(self, listed: Listed) -> Picks:
        column = _column(listed, LABEL_COLUMNS)
        return read_dynamo_table(
            listed.path, listed.options.tomograms, column, listed.options.first_voxel
        )

    def write(self, copy: Copy) -> list[Path]:
        column = _column(Listed(copy.source, copy.options), LABEL_COLUMNS) or CLASS_COLUMN
        write_dynamo_classes(copy.source, copy.out, copy.answers.numbers(), column)
        legend = write_legend(copy.out, f"column {column}", copy.answers.classes)
        return [copy.out, legend, _write_predictions(copy)]

    def keep(self, path: Path, keep: Sequence[bool]) -> None:
        keep_dynamo_particles(path, path, keep)


class MotiveList(ParticleFormat):
    """A flat ``.em`` of 20 numbers a particle."""

    name, suffix = "motive list", ".em"
    options = frozenset({"label_column", "first_voxel"})

    def recognises(self, path: Path) -> bool:
        return super().recognises(path) and is_motive_list(path)

    def read(self, listed: Listed) -> Picks:
        has_labels = _column(listed, (CLASS_ROW,)) is not None
        return read_motive_list(listed.path, has_labels, listed.options.first_voxel)

    def write(self, copy: Copy) -> list[Path]:
        write_motive_classes(copy.source, copy.out, copy.answers.numbers())
        legend = write_legend(copy.out, f"row {CLASS_ROW}", copy.answers.classes)
        return [copy.out, legend, _write_predictions(copy)]

    def keep(self, path: Path, keep: Sequence[bool]) -> None:
        keep_motive_particles(path, path, keep)


class Eman2Info(ParticleFormat):
    """An ``_info.json``; boxes without an answer keep their class."""

    name, suffix = "EMAN2 info", SUFFIX
    within = (f"*{SUFFIX}", f"info/*{SUFFIX}")

    def read(self, listed: Listed) -> Picks:
        return read_eman2_info(listed.path)

    def write(self, copy: Copy) -> list[Path]:
        write_eman2_classes(copy.source, copy.out, copy.answers.names)
        return [copy.out, _write_predictions(copy)]

    def keep(self, path: Path, keep: Sequence[bool]) -> None:
        keep_eman2_boxes(path, path, keep)


class CopickProject(ParticleFormat):
    """A folder or a configuration; answers are picks of a user and session of their own."""

    name, suffix = "copick project", ""
    is_by_class = True
    options = frozenset({"picks_of", "new_session"})

    def recognises(self, path: Path) -> bool:
        return is_copick_project(path)

    def read(self, listed: Listed) -> Picks:
        return read_copick(listed.path, listed.options.picks_of)

    def write(self, copy: Copy) -> list[Path]:
        return write_copick_classes(
            copy.source,
            copy.out,
            copy.options.picks_of,
            copy.options.new_session,
            copy.answers.names,
            copy.answers.texts(),
        )

    def keep(self, path: Path, keep: Sequence[bool]) -> None:
        """Picks without an answer were not written."""


class PortalPoints(ParticleFormat):
    """The CryoET Data Portal's points."""

    name, suffix = "CryoET Data Portal points", ".ndjson"
    within = ("*.ndjson", "**/Annotations/**/*.ndjson")

    def read(self, listed: Listed) -> Picks:
        return read_portal_points(listed.path)

    def write(self, copy: Copy) -> list[Path]:
        write_portal_classes(copy.source, copy.out, copy.answers.names, copy.answers.texts())
        return [copy.out]

    def keep(self, path: Path, keep: Sequence[bool]) -> None:
        keep_portal_points(path, path, keep)


class ShrecLocations(ParticleFormat):
    """SHREC's list; what has no answer is background."""

    name, suffix = "SHREC particle locations", ".txt"
    options = frozenset({"z_offset_px"})
    within = (LOCATIONS, f"*/{LOCATIONS}")

    def read(self, listed: Listed) -> Picks:
        return read_shrec_particles(listed.path, listed.options.z_offset_px)

    def write(self, copy: Copy) -> list[Path]:
        write_shrec_classes(
            copy.source, copy.out, [name or _NO_PARTICLE for name in copy.answers.names]
        )
        return [copy.out, _write_predictions(copy)]

    def keep(self, path: Path, keep: Sequence[bool]) -> None:
        keep_shrec_particles(path, path, keep)


class Coords(ParticleFormat):
    """TomoTwin's and IMOD's points; a file a class."""

    name, suffix = "coords", ".coords"
    is_by_class = True
    options = frozenset({"unit"})
    within = ("*.coords",)

    def read(self, listed: Listed) -> Picks:
        return read_coords(listed.path, listed.options.unit or Unit.PX)

    def write(self, copy: Copy) -> list[Path]:
        written = write_coords_of_classes(copy.source, copy.out, copy.answers.names)
        return [*written, _write_predictions(copy)]

    def keep(self, path: Path, keep: Sequence[bool]) -> None:
        """Points without an answer were not written."""


class Cbox(ParticleFormat):
    """crYOLO's boxes."""

    name, suffix = "crYOLO cbox", ".cbox"
    within = ("*.cbox",)

    def read(self, listed: Listed) -> Picks:
        return read_cbox(listed.path)

    def write(self, copy: Copy) -> list[Path]:
        write_cbox_classes(copy.source, copy.out, copy.answers.names, copy.answers.texts())
        return [copy.out]

    def keep(self, path: Path, keep: Sequence[bool]) -> None:
        keep_cbox_boxes(path, path, keep)


class DeepFinderXml(ParticleFormat):
    """DeepFinder's object lists."""

    name, suffix = "DeepFinder XML", ".xml"
    within = ("*.xml",)

    def read(self, listed: Listed) -> Picks:
        return read_deepfinder_xml(listed.path)

    def write(self, copy: Copy) -> list[Path]:
        write_deepfinder_classes(copy.source, copy.out, copy.answers.numbers())
        legend = write_legend(copy.out, "class_label", copy.answers.classes)
        return [copy.out, legend, _write_predictions(copy)]

    def keep(self, path: Path, keep: Sequence[bool]) -> None:
        keep_deepfinder_objects(path, path, keep)


class PointCsv(ParticleFormat):
    """Points in a CSV."""

    name, suffix = "CSV of points", ".csv"
    options = frozenset({"label_column", "unit"})

    def read(self, listed: Listed) -> Picks:
        if listed.options.unit is None:
            raise CryoalError(
                f"{listed.path}: does not say the unit of its coordinates; state it, px (voxels "
                "of the tomogram) or A"
            )
        return read_point_csv(listed.path, listed.options.unit, listed.options.label_column)

    def write(self, copy: Copy) -> list[Path]:
        write_csv_classes(
            copy.source,
            copy.out,
            copy.answers.names,
            copy.answers.texts(),
            copy.options.label_column,
        )
        return [copy.out]

    def keep(self, path: Path, keep: Sequence[bool]) -> None:
        keep_csv_rows(path, path, keep)


FORMATS: tuple[ParticleFormat, ...] = (
    RelionStar(),
    DynamoTable(),
    MotiveList(),
    Eman2Info(),
    CopickProject(),
    PortalPoints(),
    ShrecLocations(),
    Coords(),
    Cbox(),
    DeepFinderXml(),
    PointCsv(),
)


def _particles(path: Path) -> tuple[Path, Path | None]:
    """The particles' STAR file, and the tomograms' if an optimisation set names both."""
    return read_optimisation_set(path) if is_optimisation_set(read_star(path)) else (path, None)


def _column(listed: Listed, known: tuple[int, ...]) -> int | None:
    """The label column as a number."""
    if listed.options.label_column is None:
        return None
    by_text = {str(column): column for column in known}
    if listed.options.label_column not in by_text:
        raise CryoalError(
            f"{listed.path}: labels cannot be in column '{listed.options.label_column}'; name "
            f"{' or '.join(by_text)}"
        )
    return by_text[listed.options.label_column]


def _write_predictions(copy: Copy) -> Path:
    """What the list itself has no place for."""
    path = copy.out.with_suffix(".predictions.csv")
    rows = zip(copy.ids, copy.answers.names, copy.answers.texts(), strict=True)
    write_csv_table(path, PREDICTION_COLUMNS, compress(rows, copy.keep))
    return path

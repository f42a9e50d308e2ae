"""A project with 2D tilt stacks as RELION 5 and Warp write them, of one known object."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import mrcfile
import numpy as np
from tilted_blobs import images, transfer, transferred, views

ANGLES = np.arange(-57.0, 58, 6)
AXIS_DEG = 84.0
PIXEL_A = 12.0
UNBINNED_A = 3.0
SIZE_PX = (3000, 4000, 900)
# xyz from the tomogram's centre, far above and below it; the last is in another tomogram.
PLACES_A = np.array([[600.0, -900, 1200], [-2500, 300, -1300], [0, 0, 0], [1500, 100, 1000]])
TOMOGRAMS = ["T1", "T1", "T1", "002"]
KINDS = ["ribo", "None", "junk", "ribo"]


@dataclass(frozen=True)
class TiltStackProject:
    """What is written, and how.

    Attributes:
        style: ``relion``, visible tilts in the stacks and angles in files of their own; or
            ``warp``, all tilts and matrices in ``tomograms.star``, and image pixels.
        box_px: edge of the images.
        hand: the one that the images are made with.
        stated_hand: the one that ``tomograms.star`` states.
        premultiplied: whether images are multiplied by their transfer.
        spread: how much farther from the tomogram's centre the particles are.
    """

    style: str = "relion"
    box_px: int = 24
    hand: int = -1
    stated_hand: int = -1
    premultiplied: bool = True
    spread: float = 1.0

    @property
    def is_warp(self) -> bool:
        return self.style == "warp"

    def matrices(self) -> np.ndarray:
        return views(ANGLES, AXIS_DEG)

    def defocus_A(self) -> np.ndarray:
        along = 20000 + 100 * np.arange(len(ANGLES))
        return np.stack([along, along - 1500, 3.0 * np.arange(len(ANGLES))], axis=1)

    def doses(self) -> np.ndarray:
        return 2.0 * np.argsort(np.argsort(np.abs(ANGLES), kind="stable"))

    def visible(self) -> np.ndarray:
        """(particles, tilts)."""
        seen = np.random.default_rng(5).random((len(PLACES_A), len(ANGLES))) < 0.8
        seen[0] = True
        return seen

    def transfer(self, at: int) -> np.ndarray:
        """(tilts, 2 n, n + 1) of one particle at its own height."""
        place, size = PLACES_A[at] * self.spread, 2 * self.box_px
        return transfer(
            self.matrices(), self.defocus_A(), self.doses(), place, self.hand, size, PIXEL_A
        )

    def stack(self, at: int) -> np.ndarray:
        """(tilts, n, n) of one particle."""
        factor = self.transfer(at)
        plain = images(self.matrices(), self.box_px)
        return transferred(plain, factor**2 if self.premultiplied else factor)

    def write(self, folder: Path) -> Path:
        """Write all into ``folder``; returns the ``particles.star``."""
        folder.mkdir(parents=True, exist_ok=True)
        for at, name in enumerate(self.names()):
            seen = self.visible()[at]
            stack = self.stack(at)
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with mrcfile.new(path, overwrite=True) as mrc:
                mrc.set_data(stack * seen[:, None, None] if self.is_warp else stack[seen])
                mrc.set_image_stack()
                mrc.voxel_size = PIXEL_A
        self.write_tomograms(folder)
        path = folder / "particles.star"
        path.write_text(self.particles())
        return path

    def names(self) -> list[str]:
        return [f"Subtomograms/{name}/{at}_stack2d.mrcs" for at, name in enumerate(TOMOGRAMS)]

    def particles(self) -> str:
        """The text of ``particles.star``."""
        general = "# version 50001\n\ndata_general\n\n_rlnTomoSubTomosAre2DStacks   1\n\n\n"
        optics = ["rlnOpticsGroup", "rlnCtfDataAreCtfPremultiplied", "rlnImageDimensionality"]
        optics += ["rlnTomoTiltSeriesPixelSize", "rlnImagePixelSize"]
        group = f"1 {int(self.premultiplied)} 2 {UNBINNED_A} {PIXEL_A:.5f}"
        names = ["rlnTomoName", "rlnImageName", "rlnOpticsGroup", "rlnTomoVisibleFrames", "myKind"]
        names += [self.coordinates.format(axis) for axis in "XYZ"]
        rows = []
        for at, tomogram in enumerate(TOMOGRAMS):
            seen = ",".join("01"[int(flag)] for flag in self.visible()[at])
            place = PLACES_A[at] * self.spread
            if self.is_warp:
                place = (place + np.array(SIZE_PX) * UNBINNED_A / 2) / PIXEL_A
            words = [self.named(tomogram), self.names()[at], "1", f"[{seen}]", KINDS[at]]
            rows.append("  ".join([*words, *(f"{x:10.4f}" for x in place)]) + " ")
        return general + _table("optics", optics, [group]) + _table("particles", names, rows)

    @property
    def coordinates(self) -> str:
        return "rlnCoordinate{}" if self.is_warp else "rlnCenteredCoordinate{}Angst"

    def named(self, tomogram: str) -> str:
        return f"{tomogram}.tomostar" if self.is_warp else tomogram

    def write_tomograms(self, folder: Path) -> None:
        columns = ["rlnTomoName", "rlnVoltage", "rlnSphericalAberration", "rlnAmplitudeContrast"]
        columns += ["rlnTomoHand", "rlnTomoTiltSeriesPixelSize"]
        columns += [f"rlnTomoSize{axis}" for axis in "XYZ"]
        shared = f"300 2.7 0.07 {self.stated_hand} {UNBINNED_A} " + " ".join(map(str, SIZE_PX))
        tomograms = [self.named(name) for name in dict.fromkeys(TOMOGRAMS)]
        tables = {name: self.tilts(name) for name in tomograms}
        rows = [f"{name} {shared}" for name in tomograms]
        if not self.is_warp:
            columns.append("rlnTomoTiltSeriesStarFile")
            rows = [f"{row} tilts/{name}.star" for row, name in zip(rows, tomograms, strict=True)]
            (folder / "tilts").mkdir(exist_ok=True)
            for name, text in tables.items():
                (folder / "tilts" / f"{name}.star").write_text(text)
            tables = {}
        text = _table("global", columns, rows) + "".join(tables.values())
        (folder / "tomograms.star").write_text(text)

    def tilts(self, name: str) -> str:
        """The table of one tomogram's tilts."""
        columns = [f"rlnTomoProj{axis}" for axis in "XYZW"]
        angles = ["rlnTomoXTilt", "rlnTomoYTilt", "rlnTomoZRot", "rlnTomoXShiftAngst"]
        lens = ["rlnDefocusU", "rlnDefocusV", "rlnDefocusAngle", "rlnMicrographPreExposure"]
        rows = []
        lenses = zip(self.defocus_A(), self.doses(), strict=True)
        for angle, matrix, (defocus, dose) in zip(ANGLES, self.matrices(), lenses, strict=True):
            words = [f"0.0 {angle} {AXIS_DEG} 17.5"]
            if self.is_warp:
                words = ["[" + ",".join(f"{x:.8g}" for x in [*row, 0]) + "]" for row in matrix]
                words.append("[0,0,0,1]")
            rows.append(" ".join([*words, *(f"{x:g}" for x in [*defocus, dose])]))
        return _table(name, [*(columns if self.is_warp else angles), *lens], rows)


def _table(name: str, columns: list[str], rows: list[str]) -> str:
    header = "".join(f"_{column} #{at}\n" for at, column in enumerate(columns, 1))
    return f"data_{name}\n\nloop_\n{header}" + "".join(f"{row}\n" for row in rows) + "\n\n"

"""Whether coordinates and tomograms belong together, and what would fit where they do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from cryoal.counted import counted
from cryoal.errors import CryoalError
from cryoal.io.picks import Frame, Picks, TomogramGeometry

_MOST_OUTSIDE = 0.5
_FITS = 0.99
_BINNINGS = (*range(2, 9), 10, 12, 16)
_ALIKE = 0.02
_HALF = 0.5
_LITTLE_MORE = 1.5
# By chance, as many lie in the corner that binning by 2 leaves once in 10^9 lists.
_ENOUGH = 10

Numbers = npt.NDArray[np.float64]
Places = Callable[[str], Numbers]


@dataclass(frozen=True)
class PlacedPicks:
    """Picks in their tomograms.

    Attributes:
        picks: n of them.
        tomograms: size and voxel of each tomogram, by its name.
        rows: positions of each tomogram's particles among the picks.
        places_px: (n, 3) xyz in voxels of each particle's tomogram, 0 at the middle of the first.
    """

    picks: Picks
    tomograms: Mapping[str, TomogramGeometry]
    rows: Mapping[str, npt.NDArray[np.int64]]
    places_px: Numbers

    def outside(self) -> npt.NDArray[np.bool_]:
        """Which particles lie beyond the faces of their tomogram (n,)."""
        return self.outside_if(lambda name: self.places_px[self.rows[name]])

    def outside_if(self, places: Places) -> npt.NDArray[np.bool_]:
        """The same if a tomogram's particles lay at ``places(name)``, xyz voxels."""
        outside = np.zeros(len(self.picks), np.bool_)
        for name, rows in self.rows.items():
            at, size = places(name), np.array(self.tomograms[name].size_px)
            outside[rows] = ((at < -0.5) | (at > size - 0.5)).any(axis=1)
        return outside


def place_picks(picks: Picks, tomograms: Mapping[str, TomogramGeometry]) -> PlacedPicks:
    """Coordinates as voxels of the tomograms that the list names.

    Raises:
        CryoalError: coordinates count pixels of tilt series whose size is not known, or voxels of
            another size than the tomogram's.
    """
    names = np.array(picks.tomograms, dtype=object)
    rows = {name: np.flatnonzero(names == name) for name in tomograms}
    places = np.empty((len(picks), 3))
    for name, at in rows.items():
        where, geometry = picks.wheres[int(at[0])], tomograms[name]
        if picks.voxel_size_A is not None:
            _refuse_other_voxels(where, name, picks.voxel_size_A[at], geometry.voxel_size_A)
        try:
            places[at] = picks.voxels(at, geometry)
        except ValueError as error:
            raise CryoalError(
                f"{where}: {error}, which neither the list nor a file beside it states; add "
                "rlnTomoTiltSeriesPixelSize or give the tomograms' own STAR file"
            ) from error
    return PlacedPicks(picks, tomograms, rows, places)


def refuse_wrong_units(placed: PlacedPicks) -> None:
    """Refuse a list most of whose particles lie outside of their tomograms.

    Raises:
        CryoalError: names the first of them and the unit that would fit.
    """
    picks, outside = placed.picks, placed.outside()
    if outside.mean() <= _MOST_OUTSIDE:
        return
    first = int(np.flatnonzero(outside)[0])
    size = placed.tomograms[picks.tomograms[first]].size_px
    raise CryoalError(
        f"{picks.wheres[first]}: {int(outside.sum())} of {counted(len(picks), 'particle')} lie "
        f"outside of their tomogram, this one at {_shown(placed.places_px[first])} of "
        f"{_shown(size)} voxels, if coordinates count {picks.frame.value}; {_advice(placed)}"
    )


def refuse_other_binning(placed: PlacedPicks, files: Mapping[str, object]) -> list[str]:
    """Compare the sizes of tomograms that the list states with those on disk.

    Args:
        placed: the picks.
        files: path of each tomogram, for messages.

    Returns:
        What a user should know: sizes that differ otherwise, and particles that all lie in one
        corner.

    Raises:
        CryoalError: a tomogram is larger or smaller along all axes by one factor.
    """
    warnings = []
    for name, geometry in placed.tomograms.items():
        stated = placed.picks.unbinned_sizes_px.get(name)
        if stated is None or geometry.unbinned_A is None:
            continue
        expected = np.array(stated) * geometry.unbinned_A / geometry.voxel_size_A
        size = np.array(geometry.size_px)
        ratios = size / expected
        if (np.abs(size - expected) <= _ALIKE * expected + 1.5).all():
            continue
        what = (
            f"{files[name]}: {_shown(size)} voxels of {geometry.voxel_size_A:g} A, but by the list "
            f"tomogram '{name}' has {_shown(expected)} such"
        )
        if ratios.max() <= ratios.min() * (1 + 2 * _ALIKE):
            other_A = geometry.voxel_size_A / float(ratios.mean())
            raise CryoalError(
                f"{what}; give the tomogram of the list's binning or, if its voxels are of "
                f"{other_A:.4g} A, state that by --tomogram-voxel"
            )
        warnings.append(what)
    return warnings + _corner_warning(placed)


def _refuse_other_voxels(where: str, name: str, stated: Numbers, voxel_A: float) -> None:
    other = stated[np.abs(stated - voxel_A) > _ALIKE * voxel_A]
    if len(other):
        raise CryoalError(
            f"{where}: coordinates count voxels of {other[0]:g} A, but those of tomogram '{name}' "
            f"are {voxel_A:g} A; give the tomograms that the list was made on"
        )


def _advice(placed: PlacedPicks) -> str:
    """What would put all particles inside: the reading that spreads them most.

    Any binning that is high enough fits, so that a frame goes before those that spread them
    little more.
    """
    fitting = [
        (_spread(placed, places), is_frame, words)
        for words, is_frame, places in _readings(placed)
        if 1 - placed.outside_if(places).mean() >= _FITS
    ]
    if not fitting:
        return "no other unit fits either: give the tomograms that the list was made on"
    enough = max(spread for spread, _, _ in fitting) / _LITTLE_MORE
    frames = [one for one in fitting if one[1] and one[0] >= enough]
    words = max(frames or fitting, key=lambda one: round(one[0], 6))[2]
    return f"they would lie inside if coordinates counted {words}"


def _readings(placed: PlacedPicks) -> Iterator[tuple[str, bool, Places]]:
    """Other meanings of the coordinates: words, whether a frame, and places by tomogram."""
    picks = placed.picks
    is_unbinned_known = all(one.unbinned_A is not None for one in placed.tomograms.values())
    for frame in Frame:
        is_unbinned = frame in (Frame.UNBINNED_PX, Frame.CENTRED_UNBINNED_PX)
        is_centred = frame in (Frame.CENTRED_A, Frame.CENTRED_UNBINNED_PX)
        if is_centred and picks.positions.min() >= 0:
            continue
        if frame is not picks.frame and (is_unbinned_known or not is_unbinned):
            yield frame.value, True, partial(_in_frame, placed, replace(picks, frame=frame))
    for binning in _BINNINGS:
        size = f"voxels {binning} times"
        yield f"{size} smaller than the tomogram's", False, partial(_scaled, placed, 1 / binning)
        yield f"{size} larger than the tomogram's", False, partial(_scaled, placed, binning)


def _in_frame(placed: PlacedPicks, picks: Picks, name: str) -> Numbers:
    return picks.voxels(placed.rows[name], placed.tomograms[name])


def _scaled(placed: PlacedPicks, factor: float, name: str) -> Numbers:
    return placed.picks.positions[placed.rows[name]] * factor


def _spread(placed: PlacedPicks, places: Places) -> float:
    """How far the particles of a tomogram spread, over its edge; of all, along the widest axis."""
    return max(
        float(np.max(np.ptp(places(name), axis=0) / np.array(geometry.size_px)))
        for name, geometry in placed.tomograms.items()
    )


def _corner_warning(placed: PlacedPicks) -> list[str]:
    """Coordinates that count larger voxels than the tomogram has all lie in its corner."""
    if len(placed.picks) < _ENOUGH:
        return []
    reach = max(
        float(np.max(placed.places_px[rows] / np.array(placed.tomograms[name].size_px)))
        for name, rows in placed.rows.items()
    )
    if reach > _HALF or reach <= 0:
        return []
    return [
        f"all {len(placed.picks)} particles lie in the first {100 * reach:.0f} % of their "
        "tomograms along x, y and z: is the list from tomograms of a higher binning?"
    ]


def _shown(values: object) -> str:
    return " x ".join(f"{value:.0f}" for value in np.asarray(values, np.float64))

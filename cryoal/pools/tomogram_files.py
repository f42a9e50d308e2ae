"""Finds the file of every tomogram that a list of particles names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from cryoal.counted import counted
from cryoal.errors import CryoalError
from cryoal.io.open_tomogram import is_tomogram_name
from cryoal.io.picks import Picks
from cryoal.io.zarr_tomogram import is_zarr
from cryoal.pools.tomogram_names import match_names, stem_of

_SHOWN = 3
_DEEPEST = 6


def find_tomograms(picks: Picks, tomograms: Path | None) -> tuple[dict[str, Path], list[str]]:
    """The file of each tomogram, by its name in the list.

    Args:
        picks: names and, for some formats, files.
        tomograms: a tomogram, where the list is of a single one, or a folder that holds them all,
            itself or in folders below; None where the list names the files.

    Returns:
        Files in the order of first particles, and what a user should know of the choice.

    Raises:
        CryoalError: a tomogram that is missing or may be several files, or two names of one file.
    """
    wheres: dict[str, str] = {}
    for name, where in zip(picks.tomograms, picks.wheres, strict=True):
        wheres.setdefault(name, where)
    if tomograms is None:
        return _stated(picks, wheres), []
    if not tomograms.exists():
        raise CryoalError(f"{tomograms}: is not there; correct the path of the tomograms")
    if tomograms.is_dir() and not is_zarr(tomograms):
        return _in_folder(wheres, tomograms), []
    return _single(picks, wheres, tomograms)


def _stated(picks: Picks, wheres: Mapping[str, str]) -> dict[str, Path]:
    for name, where in wheres.items():
        if name not in picks.files:
            raise CryoalError(
                f"{where}: nothing says which file tomogram '{name}' is; name it, or the folder "
                "that holds it, by --tomograms"
            )
        if not picks.files[name].exists():
            raise CryoalError(
                f"{where}: tomogram '{name}' is not there at {picks.files[name]}; name the folder "
                "that holds it by --tomograms"
            )
    return {name: picks.files[name] for name in wheres}


def _single(
    picks: Picks, wheres: Mapping[str, str], file: Path
) -> tuple[dict[str, Path], list[str]]:
    if len(wheres) > 1:
        raise CryoalError(
            f"{picks.source}: lists particles of {counted(len(wheres), 'tomogram')} "
            f"({_some([*wheres])}), but {file} is one; name the folder that holds all"
        )
    warnings = [
        f"the list calls its tomogram '{name}'; {file.name} is taken, as stated"
        for name in wheres
        if not match_names([name], [file.name])[name]
    ]
    return dict.fromkeys(wheres, file), warnings


def _in_folder(wheres: Mapping[str, str], folder: Path) -> dict[str, Path]:
    by_depth = _tomograms_below(folder)
    found: dict[str, Path] = {}
    for files in by_depth:
        left = [name for name in wheres if name not in found]
        taken = {path.name for path in found.values()}
        paths = _by_file_name([path for path in files if path.name not in taken])
        for name, matches in match_names(left, [*paths]).items():
            candidates = [path for match in matches for path in paths[match]]
            if len(candidates) > 1:
                shown = _some([str(path.relative_to(folder)) for path in candidates])
                raise CryoalError(
                    f"{wheres[name]}: tomogram '{name}' may be {counted(len(candidates), 'file')} "
                    f"in {folder}: {shown}; name a folder that holds one of them"
                )
            if candidates:
                found[name] = candidates[0]
    missing = [name for name in wheres if name not in found]
    if missing:
        raise _missing(wheres[missing[0]], missing, folder, by_depth)
    _refuse_shared(found, wheres)
    return {name: found[name] for name in wheres}


def _tomograms_below(folder: Path) -> list[list[Path]]:
    """Tomograms in the folder, in those in it, and so on."""
    by_depth: list[list[Path]] = []
    for place, folders, files in os.walk(folder):
        depth = len(Path(place).relative_to(folder).parts)
        images = [name for name in folders if is_tomogram_name(name)]
        folders[:] = sorted(set(folders) - set(images)) if depth < _DEEPEST else []
        names = sorted(name for name in (*files, *images) if is_tomogram_name(name))
        by_depth += [[] for _ in range(depth + 1 - len(by_depth))]
        by_depth[depth] += [Path(place) / name for name in names]
    return by_depth


def _by_file_name(files: list[Path]) -> dict[str, list[Path]]:
    paths: dict[str, list[Path]] = {}
    for path in files:
        paths.setdefault(path.name, []).append(path)
    return paths


def _missing(
    where: str, missing: list[str], folder: Path, by_depth: list[list[Path]]
) -> CryoalError:
    names = [path.name for files in by_depth for path in files]
    there = f"which holds {_some(names)}" if names else "which holds no tomogram"
    others = f" (nor {_some(missing[1:])})" if len(missing) > 1 else ""
    return CryoalError(
        f"{where}: tomogram '{missing[0]}'{others} is not in {folder}, {there}; "
        "name the folder that holds it"
    )


def _refuse_shared(found: Mapping[str, Path], wheres: Mapping[str, str]) -> None:
    """Two spellings of one name are one tomogram; two names are not."""
    names: dict[Path, str] = {}
    for name, path in found.items():
        first = names.setdefault(path, name)
        if stem_of(first) != stem_of(name):
            raise CryoalError(
                f"{wheres[name]}: tomograms '{first}' and '{name}' would both be {path}; "
                "rename the files as the list calls them"
            )


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"

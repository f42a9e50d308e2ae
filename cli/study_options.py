"""Options that commands which compare schemes take, and how they become a study."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from cryoal.errors import CryoalError
from cryoal.runs import RunSettings, make_settings
from cryoal.studies import Arm, Target, TargetKind, parse_arm
from cryoal.studies.plan import FILE, read_common
from cryoal.studies.section import DEFAULT_SCHEMES, StudySection, make_section, split_config
from cryoal.studies.target import DEFAULT_TARGETS

from .options import AnyFunction, merge, with_options

SOURCE_OPTIONS = (
    click.option(
        "--data", metavar="PATH", help="Pool with labels: folder, STAR file or packed .h5."
    ),
    click.option(
        "--config",
        type=click.Path(path_type=Path),
        help="YAML: settings of the runs, and a section study; options override it.",
    ),
)
FIRST_OPTIONS = (
    click.option(
        "--schemes",
        help="Comma-separated; badge+pretrain and badge+self-train learn from the unlabelled "
        f"pool [{','.join(DEFAULT_SCHEMES)}].",
    ),
    click.option("--seeds", type=click.IntRange(1, 1000), help="Runs of each scheme [3]."),
    click.option(
        "--out", type=click.Path(path_type=Path), required=True, help="Folder of the study."
    ),
)
LAST_OPTIONS = (
    click.option(
        "--pretrain", is_flag=True, help="All schemes learn from the unlabelled pool first."
    ),
    click.option("--self-train", is_flag=True, help="All schemes learn from it in each cycle."),
    click.option(
        "--target",
        "targets",
        multiple=True,
        metavar="A|P%",
        help="Accuracy to count labels to, such as 0.8, or 95% of that of the all-labels model.",
    ),
    click.option(
        "--jobs", type=click.IntRange(1), default=1, show_default=True, help="Runs at once."
    ),
    click.option("--scheduler", metavar="ADDRESS", help="A dask scheduler, in place of --jobs."),
)

AnySection = TypeVar("AnySection", bound=StudySection)


def study_options(*between: AnyFunction) -> AnyFunction:
    """A decorator that adds the options of studies, with those of one command in their midst."""
    options = (*SOURCE_OPTIONS, *FIRST_OPTIONS, *between, *LAST_OPTIONS)
    return lambda function: with_options(function, options)


def read_study(
    kind: type[AnySection],
    options: dict[str, Any],
    out: Path,
    config: Path | None,
    file: str = FILE,
) -> tuple[RunSettings, AnySection]:
    """What the runs share and what the study compares: options, over a file, over what is there.

    Args:
        options: those of settings and section together; None and empty ones were not given.
        file: holds the settings of a study that was begun at ``out``.
    """
    given = {name: value for name, value in options.items() if value not in (None, ())}
    own = {name: given.pop(name) for name in kind.model_fields if name in given}
    base: dict[str, Any] = {}
    section: dict[str, Any] = {}
    source = "options"
    if config is not None:
        base, section = split_config(config)
        source = str(config)
    elif (out / file).exists():
        base = read_common(out, file).model_dump()
    settings = make_settings(merge(base, given), source)
    return settings, make_section(kind, section | own, source)


def read_arms(section: StudySection, pretrain: bool, self_train: bool) -> tuple[Arm, ...]:
    """What is compared, each once.

    Raises:
        CryoalError: no scheme, or one that is not known.
    """
    arms = tuple(dict.fromkeys(parse_arm(name, pretrain, self_train) for name in section.schemes))
    if not arms:
        raise CryoalError("--schemes names no scheme; 'cryoal schemes' lists them")
    return arms


def read_targets(section: StudySection) -> Sequence[Target]:
    """Heights to count labels to."""
    return [parse_target(text) for text in section.targets] or list(DEFAULT_TARGETS)


def parse_target(text: str) -> Target:
    """An accuracy, ``0.8``, or a share of the all-labels model's, ``95%``.

    Raises:
        CryoalError: neither, or not between 0 and 1.
    """
    share = text.strip().endswith("%")
    try:
        value = float(text.strip().removesuffix("%")) / (100 if share else 1)
    except ValueError:
        value = -1.0
    if not 0 < value <= 1:
        raise CryoalError(f"--target {text}: give an accuracy such as 0.8, or a share such as 95%")
    return Target(TargetKind.ALL_LABELS if share else TargetKind.ABSOLUTE, value)

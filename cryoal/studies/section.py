"""The section ``study`` of a configuration: what a study compares, beside the runs' settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from cryoal.errors import CryoalError
from cryoal.faults import faults_of
from cryoal.runs.settings import read_yaml

SECTION = "study"
DEFAULT_SCHEMES = ("random", "balanced-random", "margin", "entropy", "badge", "gradnorm-diverse")


class StudySection(BaseModel):
    """What ``cryoal compare`` compares.

    Attributes:
        schemes: names, also with ``+pretrain`` and ``+self-train``.
        seeds: how many.
        targets: accuracies to count labels to, such as ``0.8`` or ``95%``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    schemes: tuple[str, ...] = DEFAULT_SCHEMES
    seeds: int = Field(3, ge=1, le=1000)
    targets: tuple[str, ...] = ()

    @field_validator("*", mode="before")
    @classmethod
    def split_texts(cls, value: object) -> object:
        """Take ``a,b`` for a list, as options have it, and numbers in lists for their texts."""
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return [str(part) for part in value] if isinstance(value, (list, tuple)) else value


AnySection = TypeVar("AnySection", bound=StudySection)


def split_config(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Settings of the runs and the study's own section of a YAML file.

    Raises:
        CryoalError: not YAML, or a section that is no mapping.
    """
    values = read_yaml(path)
    section = values.pop(SECTION, {})
    if not isinstance(section, dict):
        raise CryoalError(f"{path}: {SECTION}: expected names with values, such as seeds: 3")
    return values, section


def make_section(kind: type[AnySection], values: dict[str, Any], source: str) -> AnySection:
    """A section from plain values.

    Raises:
        CryoalError: an unknown name or a value that cannot be; all of them in one line.
    """
    try:
        return kind(**values)
    except ValidationError as error:
        raise CryoalError(f"{source}: {faults_of(error, SECTION)}") from error

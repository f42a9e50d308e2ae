"""Everything that decides how a run goes: the content of its ``config.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from cryoal.errors import CryoalError
from cryoal.faults import faults_of
from cryoal.learning.pretrain_settings import PretrainSettings
from cryoal.learning.recipe import Recipe
from cryoal.runs.amount import parse_amount
from cryoal.runs.box_settings import BoxSettings

AnyModel = TypeVar("AnyModel", bound=BaseModel)


class RunSettings(BaseModel):
    """Settings of one run; the schedule's defaults are those of Wang et al., AAAI 2022.

    Attributes:
        data: pool, as ``cryoal.pools.open_subtomograms`` takes it.
        snr, label_column, voxel_size_A, contrast: how the pool is read.
        boxes: of a pool that is a list of particles, how they are cropped out of tomograms each
            time they are read; ``voxel_size_A`` is that of the tomograms then.
        scheme: how queries are chosen.
        model: task model, a name in ``models3d`` or, for images, ``models2d``.
        initial: random first labelled set, a count or a share of the training items.
        budget: labels a cycle, likewise.
        cycles: number of trainings; there is one query fewer.
        subset: random part of the candidates scored each cycle; None scores all.
        test_share, validation_share: shares of the labelled items held out.
        seed: of everything random.
        warm_start: carry the weights over from the last cycle instead of drawing new ones.
        pretrain: learn features from all items but those held out first, without labels.
        pretraining: how.
        self_train: learn from the unlabelled items too, by the posteriors of a teacher.
        score_views: turned copies of a candidate that its score is the mean of; a prediction
            takes those of the recipe.
        aggregate, grad_scope: of gradient norms, see ``cryoal.gradnorm``.
        oracle: ``labels``, those of the pool, or ``human``: people answer queries.
        label_noise: chance that an answer of ``labels`` is wrong, for studies of how much of that a
            scheme bears; test labels stay right.
        known_labels: of a human run whose pool has labels: ``use`` them as answered, or
            ``ignore`` them but for testing.
        cold_start: of a human run: first query ``random`` or ``diverse``, spread over the data.
        junk: of a human run: a ``class`` to learn, or ``leave-out``.
        overlap: share or number of the items of each query that two people answer; None for none.
        stopping_rule: what ``cryoal status`` goes by, see ``cryoal.runs.stopping``.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
        recipe: how the model is trained.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    data: str = Field(min_length=1)
    snr: float | None = None
    label_column: str | None = None
    voxel_size_A: float | None = Field(None, gt=0)
    contrast: Literal["bright", "dark"] | None = None
    boxes: BoxSettings | None = None
    scheme: str = "gradnorm-diverse"
    model: str = "compact"
    initial: str = "10%"
    budget: str = "5%"
    cycles: int = Field(7, ge=1)
    subset: str | None = None
    test_share: float = Field(0.2, ge=0, lt=1)
    validation_share: float = Field(0.0, ge=0, lt=1)
    seed: int = Field(0, ge=0, lt=2**31)
    warm_start: bool = False
    pretrain: bool = False
    pretraining: PretrainSettings = PretrainSettings()
    self_train: bool = False
    score_views: int = Field(1, ge=1, le=64)
    aggregate: Literal["sum", "global"] = "sum"
    grad_scope: Literal["all", "head"] = "all"
    oracle: Literal["labels", "human"] = "labels"
    label_noise: float = Field(0.0, ge=0, lt=1, allow_inf_nan=False)
    known_labels: Literal["use", "ignore"] = "use"
    cold_start: Literal["random", "diverse"] = "random"
    junk: Literal["class", "leave-out"] = "class"
    overlap: str | None = None
    stopping_rule: Literal["stabilizing-predictions", "selected-accuracy"] = (
        "stabilizing-predictions"
    )
    device: str = "auto"
    recipe: Recipe = Recipe()

    @field_validator("initial", "budget", "subset", "overlap", mode="before")
    @classmethod
    def check_amount(cls, value: object) -> object:
        """Accept whole numbers from YAML; refuse what is neither a count nor a percentage."""
        if value is None:
            return None
        text = str(value)
        try:
            parse_amount(text)
        except CryoalError as error:
            raise ValueError(str(error)) from error
        return text

    @field_validator("boxes")
    @classmethod
    def check_boxes(cls, value: BoxSettings | None, others: ValidationInfo) -> BoxSettings | None:
        """Refuse a noise level of tomograms."""
        if value is not None and others.data.get("snr") is not None:
            raise ValueError("tomograms have no noise variants; leave snr out")
        return value

    @field_validator("label_noise")
    @classmethod
    def check_oracle(cls, value: float, others: ValidationInfo) -> float:
        """Refuse wrong answers in people's name."""
        if value and others.data.get("oracle") != "labels":
            raise ValueError("only the oracle 'labels' can answer wrongly on purpose")
        return value

    def check_names(self) -> None:
        """Refuse an unknown scheme or model, giving near names.

        Raises:
            CryoalError: no such scheme or model.
        """
        import models2d  # these bring torch, which looking at a run does not need
        import models3d
        from cryoal import strategies

        strategies.get(self.scheme)
        try:
            models3d.info(self.model)
        except ValueError as error:
            if self.model not in models2d.names():
                raise CryoalError(str(error)) from error

    def with_data(self, data: str | None, reading: Mapping[str, object]) -> RunSettings:
        """The settings for another pool, read as its own options say; unchanged without one.

        Args:
            data: another pool, or None for the run's own.
            reading: ``snr``, ``label_column``, ``voxel_size_A`` and ``contrast``; for the run's
                own pool those that are None stay as they are.
        """
        if data is None:
            changes = {name: value for name, value in reading.items() if value is not None}
        else:
            changes = {"data": data, "boxes": None, **reading}
        return make_settings(self.model_dump() | changes, "options")

    def suited_to(self, recipe: Mapping[str, Any]) -> RunSettings:
        """The settings with a pool's own recipe where they set nothing.

        Args:
            recipe: as ``cryoal.pools.Pool`` states it.
        """
        inner = filled(self.recipe.augmentation, recipe.get("augmentation", {}))
        outer = filled(self.recipe, recipe).model_copy(update={"augmentation": inner})
        return self.model_copy(update={"recipe": outer})

    def to_yaml(self) -> str:
        """The settings as a file that ``--config`` takes."""
        return yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False)

    def differences(self, other: RunSettings) -> list[str]:
        """Names of the fields, dotted inside the recipe, in which ``other`` differs."""
        return differing_fields(self.model_dump(mode="json"), other.model_dump(mode="json"))


def filled(model: AnyModel, values: Mapping[str, Any]) -> AnyModel:
    """``model`` with ``values`` in the fields that nobody set."""
    free = {name: value for name, value in values.items() if name not in model.model_fields_set}
    return model.model_copy(update=free)


def differing_fields(one: dict[str, Any], two: dict[str, Any], prefix: str = "") -> list[str]:
    names = []
    for name in one:
        if isinstance(one[name], dict) and isinstance(two[name], dict):
            names += differing_fields(one[name], two[name], f"{prefix}{name}.")
        elif one[name] != two[name]:
            names.append(f"{prefix}{name} ({one[name]} became {two[name]})")
    return names


def make_settings(values: dict[str, Any], source: str) -> RunSettings:
    """Settings from plain values.

    Args:
        values: fields of ``RunSettings``.
        source: where they come from, for the message.

    Raises:
        CryoalError: an unknown field or a value out of range; all of them in one line.
    """
    try:
        return RunSettings(**values)
    except ValidationError as error:
        raise CryoalError(f"{source}: {faults_of(error)}") from error


def read_yaml(path: Path) -> dict[str, Any]:
    """Mapping in a YAML file, read without executing tags.

    Raises:
        CryoalError: not a file, not YAML or not a mapping.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CryoalError(f"{path}: cannot be read ({error})") from error
    except yaml.YAMLError as error:
        raise CryoalError(f"{path}: not YAML ({str(error).splitlines()[0]})") from error
    except RecursionError as error:
        raise CryoalError(f"{path}: not settings (nested too deeply)") from error
    if not isinstance(values, dict) or not all(isinstance(name, str) for name in values):
        raise CryoalError(f"{path}: not a YAML mapping of setting to value")
    return values

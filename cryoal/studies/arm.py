"""What is compared: a scheme, with or without pretraining."""

from __future__ import annotations

from dataclasses import dataclass

from cryoal import strategies
from cryoal.errors import CryoalError
from cryoal.runs.settings import RunSettings
from cryoal.studies.results import ALL_LABELS

PRETRAINED = "+pretrain"


@dataclass(frozen=True)
class Arm:
    """One curve of a study.

    Attributes:
        scheme: how queries are chosen, or ``all-labels`` for one training on everything.
        pretrain: whether the runs learn from the unlabelled pool first.
    """

    scheme: str
    pretrain: bool = False

    @property
    def name(self) -> str:
        """As it is asked for and shown: the scheme, ``+pretrain`` behind it where it is."""
        return f"{self.scheme}{PRETRAINED if self.pretrain else ''}"

    def settings(self, common: RunSettings, seed: int) -> RunSettings:
        """Settings of the run of ``seed``."""
        changes: dict[str, object] = {"seed": seed, "scheme": self.scheme}
        changes["pretrain"] = self.pretrain
        if self.scheme == ALL_LABELS:
            changes |= {"scheme": "random", "initial": "100%", "cycles": 1}
        return common.model_copy(update=changes)


def parse_arm(text: str, pretrain: bool = False) -> Arm:
    """The arm that ``text`` names, such as ``badge`` or ``badge+pretrain``.

    Args:
        pretrain: for all arms, whatever their names say.

    Raises:
        CryoalError: no such scheme.
    """
    name = text.strip()
    scheme = name.removesuffix(PRETRAINED)
    if "+" in scheme:
        raise CryoalError(f"scheme '{name}': only +pretrain can follow a scheme's name")
    if scheme != ALL_LABELS:
        strategies.get(scheme)
    return Arm(scheme, pretrain or name.endswith(PRETRAINED))

"""What is compared: a scheme, with or without what the unlabelled pool teaches."""

from __future__ import annotations

from dataclasses import dataclass

from cryoal import strategies
from cryoal.errors import CryoalError
from cryoal.runs.settings import RunSettings
from cryoal.studies.results import ALL_LABELS

PRETRAINED = "+pretrain"
SELF_TRAINED = "+self-train"


@dataclass(frozen=True)
class Arm:
    """One curve of a study.

    Attributes:
        scheme: how queries are chosen, or ``all-labels`` for one training on everything.
        pretrain: whether the runs learn from the unlabelled pool first.
        self_train: whether they learn from it in each cycle, by the posteriors of a teacher.
    """

    scheme: str
    pretrain: bool = False
    self_train: bool = False

    @property
    def name(self) -> str:
        """As it is asked for and shown: the scheme and what is added to it."""
        added = (PRETRAINED * self.pretrain, SELF_TRAINED * self.self_train)
        return f"{self.scheme}{''.join(added)}"

    @property
    def curve(self) -> str:
        """Name in the results; a study has one ceiling, however it was trained."""
        return ALL_LABELS if self.scheme == ALL_LABELS else self.name

    def settings(self, common: RunSettings, seed: int) -> RunSettings:
        """Settings of the run of ``seed``."""
        changes: dict[str, object] = {"seed": seed, "scheme": self.scheme}
        changes |= {"pretrain": self.pretrain, "self_train": self.self_train}
        if self.scheme == ALL_LABELS:
            changes |= {"scheme": "random", "initial": "100%", "cycles": 1}
        return common.model_copy(update=changes)


def parse_arm(text: str, pretrain: bool = False, self_train: bool = False) -> Arm:
    """The arm that ``text`` names, such as ``badge``, ``badge+pretrain`` or ``badge+self-train``.

    Args:
        pretrain, self_train: for all arms, whatever their names say.

    Raises:
        CryoalError: no such scheme.
    """
    scheme, *added = text.strip().split("+")
    unknown = set(added) - {PRETRAINED[1:], SELF_TRAINED[1:]}
    if unknown:
        raise CryoalError(
            f"scheme '{text.strip()}': only {PRETRAINED} and {SELF_TRAINED} can follow a "
            "scheme's name"
        )
    if scheme != ALL_LABELS:
        strategies.get(scheme)
    return Arm(scheme, pretrain or PRETRAINED[1:] in added, self_train or SELF_TRAINED[1:] in added)

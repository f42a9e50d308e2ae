"""What the last audit found doubtful."""

from __future__ import annotations

from cryoal.labelling.label_quality import ranked_suspects
from cryoal.runs.folder import RunFolder
from cryoal.runs.out_of_fold import load_out_of_fold
from cryoal.runs.training_set import training_set


def load_suspects(folder: RunFolder) -> dict[int, float]:
    """Score of each doubtful item of the last audit, most doubtful first.

    Items whose label changed since are left out; {} where there was no audit.

    Raises:
        CryoalError: the audit's file is damaged.
    """
    found = load_out_of_fold(folder)
    if found is None:
        return {}
    now = training_set(folder.journal, folder.settings)
    current = {
        int(item): now.positions[label] for item, label in zip(now.items, now.labels, strict=True)
    }
    judged = found.positions[found.labels]
    return {
        item: suspect.score
        for suspect in ranked_suspects(found.probabilities, found.labels)
        if current.get(item := int(found.items[suspect.row])) == judged[suspect.row]
    }

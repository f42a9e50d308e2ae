"""What is known of each item of a run: its label, or else what the last model says."""

from __future__ import annotations

from cryoal.errors import CryoalError
from cryoal.io.answers import Answers
from cryoal.pools import Pool
from cryoal.runs.answers import Outcome
from cryoal.runs.class_table import JUNK
from cryoal.runs.folder import RunFolder
from cryoal.runs.inference import Progress, TrainedRun


def item_answers(trained: TrainedRun, progress: Progress | None = None) -> Answers:
    """Class and probability of every item of a run's own pool, in its order.

    A label has probability 1: what was answered in the run, whoever answered, and in a run for
    people that uses the pool's labels, those of the held-out items too. Items that nobody
    labelled, or whose answers are in conflict, have the likeliest class of the last model. Classes
    are called as they are now: merged ones by the name of the one that they count as.

    Raises:
        CryoalError: another pool than the run's own.
    """
    if not trained.is_own_pool():
        raise CryoalError(
            f"{trained.folder.path}: the items of {trained.folder.settings.data} changed since "
            "the run began; bring them back"
        )
    prediction = trained.predict(progress)
    outputs = _output_names(trained)
    names = [outputs[label] for label in prediction.labels]
    probabilities = prediction.probabilities.tolist()
    labels = _labels(trained.folder, trained.pool)
    for item, name in labels.items():
        names[item], probabilities[item] = name, 1.0
    classes = dict.fromkeys([*outputs, *sorted(set(labels.values()))])
    return Answers(list(classes), names, probabilities)


def _output_names(trained: TrainedRun) -> list[str]:
    """The present name of each output of the model."""
    journal = trained.folder.journal
    answers, classes = journal.labels.answers(), journal.classes
    positions = journal.trained_positions(trained.cycle).tolist()
    roots = [answers.root(position) for position in positions]
    return [classes[root] for root in roots if root is not None]


def _labels(folder: RunFolder, pool: Pool) -> dict[int, str]:
    """Class of each labelled item."""
    journal, settings = folder.journal, folder.settings
    answers, classes = journal.labels.answers(), journal.classes
    labels = {}
    if settings.oracle == "human" and settings.known_labels == "use":
        told = {item: answers.root(label) for item, label in enumerate(pool.labels.tolist())}
        labels = {item: classes[at] for item, at in told.items() if at is not None and at >= 0}
    for item in answers.items():
        decision = answers.decision(item)
        labels.pop(item, None)
        if decision.outcome is Outcome.JUNK:
            labels[item] = JUNK
        elif decision.label is not None:
            labels[item] = classes[decision.label]
    return labels

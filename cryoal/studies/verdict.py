"""What a study shows and what it does not, in a few sentences."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from cryoal.studies.chance import not_learned
from cryoal.studies.interval import FEWEST_SEEDS
from cryoal.studies.labels_needed import LabelsNeeded
from cryoal.studies.ranking import Standing
from cryoal.studies.results import RANDOM
from cryoal.studies.statistics import StudyStatistics
from cryoal.studies.target import TargetKind
from cryoal.studies.wording import (
    limits,
    listed,
    listed_or_all,
    metric_name,
    needed_limits,
    plural,
    saving_limits,
    saving_text,
)


def verdict(study: StudyStatistics) -> str:
    """The study in words; every "significantly" stands for a test, none is made of few seeds."""
    if not study.curves.schemes:
        return "No scheme has been evaluated yet."
    whole = [standing for standing in study.standings if standing.area.count]
    if not whole:
        return "No scheme has a whole learning curve yet, so none were compared."
    skill = study.skills.last
    if not skill.is_above:
        models = f"At {study.curves.labelled[-1]} labels the models of all schemes"
        return not_learned(models, skill, "the schemes and what they save")
    return " ".join(part for part in parts(study, whole) if part)


def parts(study: StudyStatistics, whole: list[Standing]) -> Iterable[str]:
    yield best_sentence(study, whole[0])
    yield labels_sentence(study, whole[0].scheme)
    if len(whole) == 1:
        yield "There is no other scheme to compare it with."
        return
    if not any(pair.test.is_made for pair in study.pairs):
        yield no_test_sentence(study)
        return
    yield distinction_sentence(study, whole[0])
    yield random_sentence(study)
    yield harm_sentence(study)
    yield power_sentence(study)


def best_sentence(study: StudyStatistics, best: Standing) -> str:
    labelled = study.curves.labelled
    span = f"{labelled[0]}" if len(labelled) == 1 else f"{labelled[0]} to {labelled[-1]}"
    what = metric_name(study.metric)
    what = f"mean {what}" if len(labelled) == 1 else f"area under the {what} curve"
    inside = f"{best.area.mean:.3f}"
    if best.area.is_known:
        inside += f", 95 % interval {limits(best.area)}"
    return (
        f"Over {plural(best.area.count, 'seed')} at {span} labels, {best.scheme} has the largest "
        f"{what} ({inside})."
    )


def labels_sentence(study: StudyStatistics, scheme: str) -> str:
    """Labels that ``scheme`` needs for each target that can be measured, and what it saves."""
    targets = [own for own in study.needed if own.scheme == scheme and own.count]
    if scheme == RANDOM:
        targets = [own for own in targets if own.target.kind is not TargetKind.RANDOM_LAST]
    if not targets:
        return ""
    last = int(study.curves.labelled[-1])
    reached = [target_text(study, own) for own in targets if math.isfinite(own.labels)]
    short = [target_name(study, own) for own in targets if math.isinf(own.labels)]
    sentences = [f"It reaches {listed(reached)}."] if reached else []
    if short:
        sentences.append(f"It does not reach {listed(short)} within {last} labels.")
    return " ".join(sentences)


def target_name(study: StudyStatistics, own: LabelsNeeded) -> str:
    return own.target.name(metric_name(study.metric))


def target_text(study: StudyStatistics, own: LabelsNeeded) -> str:
    first, last = int(study.curves.labelled[0]), int(study.curves.labelled[-1])
    details = [] if math.isnan(own.low) else [needed_limits(own, first, last)]
    for saved in study.savings:
        if (saved.scheme, saved.target) == (own.scheme, own.target) and saved.is_known:
            text = f"saving over random {saving_text(saved)}"
            details.append(text if math.isnan(saved.low) else f"{text}, {saving_limits(saved)}")
    inside = f" ({'; '.join(details)})" if details else ""
    return f"{target_name(study, own)} at {own.labels:.0f} labels{inside}"


def no_test_sentence(study: StudyStatistics) -> str:
    common = max((pair.test.difference.count for pair in study.pairs), default=0)
    return (
        f"No test was made: {plural(common, 'seed')} in common "
        f"{'is' if common == 1 else 'are'} too few, {FEWEST_SEEDS} are needed. Differences between "
        "schemes may be chance."
    )


def distinction_sentence(study: StudyStatistics, best: Standing) -> str:
    made = sum(pair.test.is_made for pair in study.pairs)
    how = "paired t-test"
    if made > 1:
        how += f", Holm's correction over {made} pairs"
    others = len(study.standings) - 1
    sentences = []
    if best.like:
        names = listed_or_all(best.like, others, "any other scheme")
        sentences.append(f"It is not distinguishable from {names} ({how}).")
    if best.below:
        verb = "is" if len(best.below) == 1 else "are"
        text = f"{listed_or_all(best.below, others, 'All others')} {verb} significantly below it"
        sentences.append(f"{text}." if best.like else f"{text} ({how}).")
    if best.above:
        # Fewer seeds in common than in the mean can turn an order round.
        sentences.append(f"In the seeds in common {listed(best.above)} is significantly above it.")
    if best.untested:
        sentences.append(f"It could not be tested against {listed(best.untested)}.")
    return " ".join(sentences)


def random_sentence(study: StudyStatistics) -> str:
    random = next((row for row in study.standings if row.scheme == RANDOM), None)
    if random is None:
        return "Random was not run, so nothing is known about a saving over it."
    better = listed(random.above) or "none"
    text = f"Significantly above random in area: {better}"
    if random.below:
        text += f"; significantly below it: {listed(random.below)}"
    return f"{text}."


def harm_sentence(study: StudyStatistics) -> str:
    checks = [check for check in study.checks if check.tested]
    if not checks:
        return ""
    harmed = [check for check in checks if check.worse_at]
    if not harmed:
        return (
            "No scheme is significantly below random at any budget (p < 0.05 at each, uncorrected)."
        )
    where = [
        f"{check.scheme} at {listed([str(labels) for labels in check.worse_at])}"
        for check in harmed
    ]
    left = [check.scheme for check in harmed if check.surely_worse_at]
    return (
        f"Significantly below random at single budgets (p < 0.05, uncorrected): "
        f"{'; '.join(where)} labels. Left after Holm's correction over the budgets: "
        f"{listed(left) or 'none'}."
    )


def power_sentence(study: StudyStatistics) -> str:
    widths = [
        (pair.test.difference.high - pair.test.difference.low) / 2
        for pair in study.pairs
        if pair.test.difference.is_known
    ]
    half = float(np.median(widths)) if widths else 0.0
    if half == 0:
        return ""
    return (
        f"Differences in area between two schemes are known to about ±{half:.3f} (95 %, before "
        "correction): smaller ones would not show."
    )

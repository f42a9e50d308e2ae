"""What a robustness study shows and what it does not, in a few sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cryoal.studies.chance import not_learned
from cryoal.studies.interval import FEWEST_SEEDS
from cryoal.studies.results import ALL_LABELS, RANDOM
from cryoal.studies.robustness.findings import Findings, Measurement
from cryoal.studies.robustness.sweep import Gain, Level, Sweep
from cryoal.studies.wording import limits, listed, plural

MOST_FAULTS = 3
UNSEEN = 0.005


def robustness_verdict(findings: Findings) -> str:
    """In words, a paragraph a question; every "significantly" stands for a test."""
    parts = [[*sweep_sentences(sweep)] for sweep in findings.sweeps]
    parts += [[*transfer_sentences(findings)], [*stability_sentences(findings)]]
    parts += [[*junk_sentences(findings)], [*fault_sentences(findings)]]
    paragraphs = [" ".join(sentences) for sentences in parts if sentences]
    return "\n\n".join(paragraphs) or "No scheme has been evaluated yet."


def sweep_sentences(sweep: Sweep) -> Iterator[str]:
    shown = RANDOM if RANDOM in sweep.schemes else next(iter(sweep.schemes), "")
    if not shown:
        return
    blind = [level for level in sweep.levels if not level.is_learned]
    told = blind_sentence(blind)
    if len(blind) == len(sweep.levels):
        yield told
        return
    first, last = sweep.levels[0], sweep.levels[-1]
    if len(sweep.levels) > 1:
        yield (
            f"From {first.name} to {last.name} the mean accuracy of {shown} over the budgets goes "
            f"from {first.area(shown).mean:.3f} to {last.area(shown).mean:.3f}."
        )
    if told:
        yield told
    if RANDOM not in sweep.schemes:
        yield "Random was not run, so nothing is known about what schemes gain over it."
        return
    if not sweep.gains:
        yield "There is no other scheme to compare random with."
        return
    if not any(test.is_made for gain in sweep.gains for test in gain.tests):
        common = max(test.difference.count for gain in sweep.gains for test in gain.tests)
        yield (
            f"No scheme was tested against random: {plural(common, 'seed')} in common "
            f"{'is' if common == 1 else 'are'} too few, {FEWEST_SEEDS} are needed. Differences "
            "between schemes may be chance."
        )
        return
    how = "paired t-tests"
    if len(sweep.levels) > 1:
        how += f", Holm's correction over the {len(sweep.levels)} conditions of each scheme"
    above, below = (
        "; ".join(text for gain in sweep.gains if (text := sure_levels(sweep, gain, sign)))
        for sign in (1, -1)
    )
    yield (
        f"Significantly above random in area ({how}): {above or 'none'}; below it: "
        f"{below or 'none'}."
    )
    yield power_sentence(sweep)


def blind_sentence(blind: Sequence[Level]) -> str:
    """What is to be said of levels at which no scheme ends above chance."""
    if not blind:
        return ""
    best = max((level.study.skills.last for level in blind), key=lambda one: one.accuracy)
    models = f"At {listed([level.name for level in blind])} the last models of all schemes"
    return not_learned(models, best, "the schemes there and what they save")


def sure_levels(sweep: Sweep, gain: Gain, sign: int) -> str:
    """Where a scheme is above (1) or below (-1) random for sure, and not by luck alone."""
    names = [
        level.name
        for at, level in enumerate(sweep.levels)
        if level.is_learned and gain.is_sure(at) and sign * gain.tests[at].difference.mean > 0
    ]
    return f"{gain.scheme} at {listed(names)}" if names else ""


def power_sentence(sweep: Sweep) -> str:
    halves = sorted(
        (test.difference.high - test.difference.low) / 2
        for gain in sweep.gains
        for test in gain.tests
        if test.difference.is_known
    )
    if not halves:
        return "The differences do not spread over the seeds, so they have no intervals."
    return (
        f"Differences to random are known to about ±{halves[len(halves) // 2]:.3f} (95 %, before "
        "correction): smaller ones would not show, and none found is no proof of none."
    )


def transfer_sentences(findings: Findings) -> Iterator[str]:
    transfer = findings.transfer
    found = {(one.labels["trained"], one.labels["tested"]): one.interval for one in transfer}
    ratios = list(dict.fromkeys(one.labels["trained"] for one in transfer))
    if len(ratios) < 2:
        return
    clean, noisy = ratios[0], ratios[-1]
    corners = [(clean, clean), (clean, noisy), (noisy, noisy), (noisy, clean)]
    if not all(corner in found for corner in corners):
        return
    skills = {snr: findings.skills(snr).all_labels for snr in (clean, noisy)}
    blind = [snr for snr in skills if not skills[snr].is_above]
    models = f"The models trained on all labels at SNR {listed(blind)}"
    if len(blind) == 2:
        yield not_learned(models, skills[clean], "models at another ratio than their own")
        return
    own, down, low, up = (f"{found[corner].mean:.3f}" for corner in corners)
    yield (
        f"A model trained on all labels at SNR {clean} has accuracy {own} there and {down} at SNR "
        f"{noisy}, where one trained at SNR {noisy} has {low}; that one has {up} at SNR {clean}."
    )
    if blind:
        yield not_learned(models, skills[blind[0]], "what they would be worth at another ratio")


def stability_sentences(findings: Findings) -> Iterator[str]:
    if not findings.correlation:
        return
    noisiest = findings.correlation[-1].labels["snr"]
    skill = findings.skills(noisiest).first
    if not skill.is_above:
        models = f"The first models at SNR {noisiest}"
        yield not_learned(models, skill, "how far rankings survive fresh noise")
        return
    own = [one for one in findings.correlation if one.labels["snr"] == noisiest]
    one_view = {o.labels["scheme"]: o.interval.mean for o in own if o.labels["views"] == "1"}
    views = {o.labels["scheme"]: o.interval.mean for o in own if o.labels["views"] != "1"}
    if not one_view:
        return
    high, low = max(one_view, key=one_view.__getitem__), min(one_view, key=one_view.__getitem__)
    text = f"{one_view[low]:.2f} ({low})"
    if low != high:
        text += f" to {one_view[high]:.2f} ({high})"
    more = f", and of {views[high]:.2f} ({high}) with 8 views each" if high in views else ""
    yield (
        f"Fresh noise at SNR {noisiest} on the same candidates leaves a mean rank correlation of "
        f"{text} by the first model{more}."
    )


def junk_sentences(findings: Findings) -> Iterator[str]:
    if not findings.junk:
        return
    known = [one for one in findings.junk if findings.skills(one.labels["snr"]).last.is_above]
    if not known:
        snr = findings.junk[0].labels["snr"]
        models = f"The last models, even those at SNR {snr},"
        yield not_learned(models, findings.skills(snr).last, "who asks for junk")
        return
    most = max(known, key=lambda one: one.interval.mean)
    interval = most.interval
    inside = f", 95 % interval {limits(interval, '{:.2f}')}" if interval.is_known else ""
    yield (
        f"{100 * findings.junk_share:.0f} % of the pool is junk; {most.labels['scheme']} at SNR "
        f"{most.labels['snr']} asks for the most of it: {100 * interval.mean:.0f} % of its "
        f"queries{inside}."
    )


def fault_sentences(findings: Findings) -> Iterator[str]:
    """What the faults cost the model trained on all labels, the most first."""
    own = [one for one in findings.faults if one.labels["scheme"].startswith(ALL_LABELS)]
    before = [o for o in findings.unchanged if o.labels["scheme"].startswith(ALL_LABELS)]
    if not own or not before:
        return
    highest = findings.sweeps[0].levels[0].tick if findings.sweeps else ""
    skill = findings.skills(highest).all_labels
    if not skill.is_above:
        yield not_learned("The models trained on all labels", skill, "what faults cost them")
        return
    ordered = sorted(own, key=lambda one: -one.interval.mean)
    if ordered[0].interval.mean < UNSEEN:
        yield (
            "No fault costs the model trained on all labels anything that can be seen of its "
            f"accuracy of {before[0].interval.mean:.2f}."
        )
        return
    told = [fault_text(one) for one in ordered[:MOST_FAULTS]]
    yield (
        f"Of its accuracy of {before[0].interval.mean:.2f} the model trained on all labels loses "
        f"most by {listed(told)}, and least by {fault_text(ordered[-1])}."
    )


def fault_text(one: Measurement) -> str:
    interval = one.interval
    inside = f", {limits(interval, '{:.2f}')}" if interval.is_known else ""
    what = f"{one.labels['fault']} {one.labels['amount']}"
    return f"{what} ({round(interval.mean, 2) + 0.0:.2f}{inside})"

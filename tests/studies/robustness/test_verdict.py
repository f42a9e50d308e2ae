"""What the data show and what they do not."""

from __future__ import annotations

from dataclasses import replace

from made_up_findings import made_up_findings

from cryoal.studies.chance import Skill, Skills
from cryoal.studies.robustness.findings import Findings
from cryoal.studies.robustness.verdict import robustness_verdict


def test_says_what_was_tested_and_how() -> None:
    findings = made_up_findings(seeds=5)
    text = robustness_verdict(findings)
    paragraphs = text.split("\n\n")
    assert len(paragraphs) == 6
    assert paragraphs[0].startswith("From SNR 0.1 to SNR 0.01 the mean accuracy of random")
    areas = [level.area("random").mean for level in findings.sweeps[0].levels]
    assert f"goes from {areas[0]:.3f} to {areas[-1]:.3f}." in paragraphs[0]
    assert "Significantly above random in area (paired t-tests" in paragraphs[0]
    for gain in findings.sweeps[0].gains:
        sure = any(
            gain.is_sure(at) and test.difference.mean > 0 for at, test in enumerate(gain.tests)
        )
        above = paragraphs[0].split("Significantly above")[1].split("below it")[0]
        assert (f"{gain.scheme} at SNR" in above) == sure
    assert "From no wrong answers to 30 % wrong answers" in paragraphs[1]
    assert "33 % of the pool is junk" in paragraphs[4]
    assert "loses most by voxel size x 1.25 (0.4" in paragraphs[5]
    assert "least by shift 1 px" in paragraphs[5]


BLIND = Skill(0.35, 0.33, False)
LOST = (
    "not above chance (accuracy 0.35 at best, 0.33 by chance): as far as the test items show they "
    "did not learn, so nothing can be concluded about"
)


def with_skills(findings: Findings, skills: Skills, *places: int) -> Findings:
    """With these skills at some levels of both sweeps."""
    sweeps = []
    for sweep in findings.sweeps:
        levels = list(sweep.levels)
        for at in places:
            levels[at] = replace(levels[at], study=replace(levels[at].study, skills=skills))
        sweeps.append(replace(sweep, levels=tuple(levels)))
    return replace(findings, sweeps=sweeps)


def test_models_that_learned_nothing_at_all_show_nothing() -> None:
    findings = with_skills(made_up_findings(seeds=5), Skills(BLIND, BLIND, BLIND), 0, 1, 2)
    expected = [
        "At SNR 0.1, SNR 0.05 and SNR 0.01 the last models of all schemes are",
        "At no wrong answers, 10 % wrong answers and 30 % wrong answers the last models of all",
        "The models trained on all labels at SNR 0.1 and 0.01 are",
        "The first models at SNR 0.01 are",
        "The last models, even those at SNR 0.1, are",
        "The models trained on all labels are",
    ]
    paragraphs = robustness_verdict(findings).split("\n\n")
    for paragraph, begins in zip(paragraphs, expected, strict=True):
        assert paragraph.startswith(begins)
        assert LOST in paragraph
        assert paragraph.count(".") == paragraph.count("0.") + 1  # and no other sentence
    assert paragraphs[0].endswith("the schemes there and what they save.")


def test_levels_without_learning_are_named_and_count_for_nothing() -> None:
    whole = made_up_findings(seeds=5)
    findings = with_skills(whole, Skills(BLIND, BLIND, BLIND), 2)
    noise, _, transfer, stability, junk, faults = robustness_verdict(findings).split("\n\n")
    assert noise.startswith("From SNR 0.1 to SNR 0.01")
    assert f"At SNR 0.01 the last models of all schemes are {LOST} the schemes there" in noise
    assert "SNR 0.01" in robustness_verdict(whole).split("Significantly")[1].split("below")[0]
    assert "SNR 0.01" not in noise.split("Significantly")[1].split("below")[0]
    assert transfer.startswith("A model trained on all labels at SNR 0.1 has accuracy")
    assert f"at SNR 0.01 are {LOST} what they would be worth at another ratio." in transfer
    assert stability.startswith("The first models at SNR 0.01")
    assert "asks for the most of it" in junk
    assert "at SNR 0.01 asks" not in junk
    assert "loses most by" in faults


def test_few_seeds_give_no_test() -> None:
    text = robustness_verdict(made_up_findings(seeds=2))
    assert "No scheme was tested against random: 2 seeds in common are too few" in text
    assert "ignificantly" not in text
    assert "interval" not in text


def test_what_was_not_measured_is_not_told() -> None:
    whole = made_up_findings(schemes=1, wrong=())
    bare = replace(whole, transfer=[], correlation=[], overlap=[], junk=[], faults=[], unchanged=[])
    text = robustness_verdict(bare)
    assert "There is no other scheme to compare random with." in text
    assert "\n" not in text
    assert robustness_verdict(replace(bare, sweeps=[])) == "No scheme has been evaluated yet."

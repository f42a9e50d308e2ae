"""What the data show and what they do not."""

from __future__ import annotations

from dataclasses import replace

from made_up_findings import made_up_findings

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

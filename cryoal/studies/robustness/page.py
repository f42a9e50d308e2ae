"""The page of a robustness study: one file, readable without a network, a server or scripts."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from importlib.metadata import version

from cryoal.reports.page import folded, note, section
from cryoal.studies.page import FOOTER, MOST_SHOWN, PAGE, drawn
from cryoal.studies.pictures import StudyPicture
from cryoal.studies.robustness import page_tables
from cryoal.studies.robustness.findings import Findings
from cryoal.studies.robustness.sweep import Sweep
from cryoal.studies.robustness.verdict import robustness_verdict
from cryoal.studies.wording import listed

Pictures = Mapping[str, StudyPicture]
NEXT_PARAGRAPH = '</p>\n<p class="lead">'


def render_robustness(
    findings: Findings, pictures: Pictures, title: str, facts: str, links: Sequence[tuple[str, str]]
) -> str:
    """The whole page as text.

    Args:
        findings: the numbers.
        pictures: figures by name, see ``draw_findings``.
        title: heading.
        facts: what the runs have in common.
        links: name and relative address of each condition's own report.
    """
    sections = [
        missing_section(findings),
        *(sweep_section(sweep, pictures) for sweep in findings.sweeps),
        transfer_section(findings, pictures),
        stability_section(findings, pictures),
        junk_section(findings, pictures),
        fault_section(findings, pictures),
        section("Each condition on its own", [link_list(links)]),
    ]
    return PAGE.substitute(
        title=html.escape(title),
        summary=html.escape(robustness_verdict(findings)).replace("\n\n", NEXT_PARAGRAPH),
        facts=html.escape(facts),
        sections="\n".join(part for part in sections if part),
        version=html.escape(version("cryoal")),
        footer=FOOTER,
    )


def missing_section(findings: Findings) -> str:
    if not findings.missing:
        return ""
    lines = "".join(f"<li>{html.escape(text)}</li>" for text in findings.missing)
    parts = [
        '<p class="warning">The study is not complete. Areas and tests take whole curves only, so '
        "their count of seeds may be lower than the study's.</p>",
        folded(
            "What is missing", [f"<ul>{lines}</ul>"], opened=len(findings.missing) <= MOST_SHOWN
        ),
    ]
    return section("What is missing", parts)


def sweep_section(sweep: Sweep, pictures: Pictures) -> str:
    if not sweep.schemes:
        return section(sweep.title, [note("No scheme has been evaluated yet.")])
    shown = ("areas", "gains", "savings", "curves")
    text = (
        "Items, labels, splits and first labelled sets of a seed are the same in all conditions; "
        "only the noise differs. Area: mean height of the learning curve over the range of "
        "labels. Intervals are 95 % t intervals over seeds; differences are taken within each "
        "seed, and each scheme's p values are corrected for the number of conditions, not for "
        "the number of schemes. Saving: 1 − labels to reach what random has at its last budget / "
        "random's labels."
    )
    if sweep.name == "label_noise":
        text += (
            " Answers are wrong by chance, evenly over the other classes, and the same for all "
            "schemes of a seed; the model trained on all labels learns from wrong ones too. Test "
            "labels are right."
        )
    tables = [folded("As numbers", [page_tables.sweep_table(sweep)], opened=True)]
    if f"{sweep.name}_savings" in pictures:
        tables.append(folded("Labels saved, as numbers", [page_tables.saving_table(sweep)]))
    figures = [drawn(pictures, f"{sweep.name}_{name}") for name in shown]
    return section(sweep.title, [*figures, *tables, note(text)])


def transfer_section(findings: Findings, pictures: Pictures) -> str:
    if "transfer" not in pictures:
        return ""
    parts = [
        drawn(pictures, "transfer"),
        note(
            "Models trained on all training labels at one ratio; means over seeds of the accuracy "
            "on the same test items at every ratio. The diagonal is where both are the same."
        ),
        folded("As numbers", [page_tables.transfer_table(findings)]),
    ]
    return section("Trained at one ratio, tested at another", parts)


def stability_section(findings: Findings, pictures: Pictures) -> str:
    if not findings.overlap:
        return ""
    parts = [
        drawn(pictures, "stability"),
        drawn(pictures, "query_overlap"),
        page_tables.stability_table(findings),
        note(
            "The first model of each seed scores the same candidates under four fresh draws of "
            "the noise; means over the six pairs of draws. A query keeps the share of its items "
            "that another draw would have asked for too; what chance keeps, query over "
            "candidates, is subtracted. Noise is added to the cleanest variant of the pool, whose "
            "own noise stays the same in all draws: rankings under wholly fresh noise would agree "
            "less. Schemes that give no scores, or train models of their own for a query, are "
            "left out, and so is random."
        ),
    ]
    return section("Does the ranking survive fresh noise?", parts)


def junk_section(findings: Findings, pictures: Pictures) -> str:
    if not findings.junk:
        return ""
    parts = [
        drawn(pictures, "junk"),
        page_tables.junk_table(findings),
        note(
            f"Junk: {listed(findings.junk_names)}, {100 * findings.junk_share:.1f} % of the "
            "labelled items. Shares are of all queries after the random first set."
        ),
    ]
    return section("Junk", parts)


def fault_section(findings: Findings, pictures: Pictures) -> str:
    if not findings.faults:
        return ""
    parts = [
        drawn(pictures, "faults"),
        folded("As numbers", [page_tables.fault_table(findings)]),
        folded("Accuracy without a fault", [page_tables.unchanged_table(findings)]),
        note(
            "The last model of each run at the highest ratio, on its test items made faulty, less "
            "its accuracy on them as they are; below 0 it gained. Shift: centres off by so much "
            "in a random direction, each item in its own. Contrast: protein dark where it is "
            "believed to be bright. Tilts: items cut to a smaller range about y; a wider one "
            "cannot be made, so this is one side only. Voxel size: content enlarged or shrunk by "
            "the factor, noise with it, and free corners filled like the item's faces."
        ),
    ]
    return section("Faults at test time", parts)


def link_list(links: Sequence[tuple[str, str]]) -> str:
    lines = (
        f'<li><a href="{html.escape(address)}">{html.escape(name)}</a></li>'
        for name, address in links
    )
    return f"<ul>{''.join(lines)}</ul>"

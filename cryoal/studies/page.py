"""The page of a study: one file, readable without a network, a server or scripts."""

from __future__ import annotations

import html
from collections.abc import Mapping
from importlib.metadata import version
from string import Template

import numpy as np

from cryoal.reports.page import PAGE as RUN_PAGE
from cryoal.reports.page import figure, folded, note, section
from cryoal.studies import page_tables
from cryoal.studies.pictures import StudyPicture
from cryoal.studies.results import RANDOM
from cryoal.studies.statistics import StudyStatistics
from cryoal.studies.verdict import verdict
from cryoal.studies.wording import listed, metric_name, plural

FOOTER = (
    "The figures are PNG and SVG files beside this page, the numbers are in the folder tables as "
    "CSV and Parquet."
)
STYLE = "td.word:first-child, td:first-child + td.word { min-width: 9rem; }\n</style>"
PAGE = Template(RUN_PAGE.template.replace("</style>", STYLE))
MOST_SHOWN = 10


def render_study(
    study: StudyStatistics, pictures: Mapping[str, StudyPicture], title: str, facts: str
) -> str:
    """The whole page as text.

    Args:
        study: the numbers.
        pictures: figures by name, see ``draw_study``.
        title: heading.
        facts: what the runs have in common, added to the line under the summary.
    """
    has_schemes = bool(study.curves.schemes)
    sections = [
        missing_section(study),
        curves_section(study, pictures),
        ranking_section(study, pictures) if has_schemes else "",
        random_section(study, pictures),
        labels_section(study, pictures) if study.needed else "",
        pairs_section(study, pictures) if study.pairs else "",
        metrics_section(study) if has_schemes else "",
        queries_section(study, pictures) if has_schemes else "",
        cost_section(study, pictures) if study.costs else "",
    ]
    return PAGE.substitute(
        title=html.escape(title),
        summary=html.escape(verdict(study)),
        facts=html.escape(facts_line(study, facts)),
        sections="\n".join(part for part in sections if part),
        version=html.escape(version("cryoal")),
        footer=FOOTER,
    )


def facts_line(study: StudyStatistics, facts: str) -> str:
    curves = study.curves
    text = (
        f"{plural(len(curves.schemes), 'scheme')}, {plural(len(curves.seeds), 'seed')}, "
        f"{plural(len(curves.labelled), 'budget')}"
    )
    if len(curves.labelled):
        text += f" ({', '.join(str(labels) for labels in curves.labelled)} labels)"
    if not np.isnan(curves.ceiling).all():
        text += f"; {metric_name(study.metric)} with all labels {np.nanmean(curves.ceiling):.3f}"
    return f"{text}. {facts}".strip()


def drawn(pictures: Mapping[str, StudyPicture], name: str) -> str:
    return figure(pictures[name].picture) if name in pictures else ""


def missing_section(study: StudyStatistics) -> str:
    if not study.missing:
        return ""
    count = len(study.missing)
    lines = "".join(f"<li>{html.escape(text)}</li>" for text in study.missing)
    parts = [
        f'<p class="warning">The study is not complete: {count} '
        f"{'entry is' if count == 1 else 'entries are'} missing. Areas, ranks and labels needed "
        "take whole curves only, so a scheme's count of seeds may be lower than the study's.</p>",
        folded("What is missing", [f"<ul>{lines}</ul>"], opened=count <= MOST_SHOWN),
    ]
    return section("What is missing", parts)


def curves_section(study: StudyStatistics, pictures: Mapping[str, StudyPicture]) -> str:
    return section(
        "Learning curves",
        [
            drawn(pictures, "learning_curves"),
            note(
                "Lines are means over seeds, bands 95 % t intervals of that mean. Seeds share "
                "their split and initial set, so bands of two schemes may overlap though the "
                "difference is certain: read differences off the next sections. Without a band "
                "there are fewer than three seeds, drawn one by one."
            )
            if study.curves.schemes
            else note("No scheme has been evaluated yet."),
        ],
    )


def ranking_section(study: StudyStatistics, pictures: Mapping[str, StudyPicture]) -> str:
    return section(
        "Ranking",
        [
            drawn(pictures, "areas"),
            page_tables.ranking_table(study),
            note(
                "Area: mean height of the learning curve over the range of labels (Zhan et al. "
                "2021). Possible ranks are those that paired t-tests over seeds with Holm's "
                "correction over all pairs leave open. Not distinguishable does not mean equal. "
                "Mean penalty: how often, over budgets and schemes, a scheme is significantly "
                "below another (Ash et al. 2020); lower is better."
            ),
        ],
    )


def random_section(study: StudyStatistics, pictures: Mapping[str, StudyPicture]) -> str:
    if not study.checks:
        reason = "no other scheme" if RANDOM in study.curves.schemes else "no run of it"
        return section("Against random", [note(f"Not compared with random: {reason} yet.")])
    return section(
        "Against random",
        [
            drawn(pictures, "difference_to_random"),
            page_tables.random_table(study),
            note(
                "Differences within each seed, with 95 % t intervals. A scheme is named below "
                "random at a budget as soon as p < 0.05 there, with no correction: the strict "
                "reading of doing no harm; * is left after Holm's correction over the budgets. "
                "Nothing found is no proof of no harm: the lowest limit says how much there "
                "could be."
            ),
        ],
    )


def labels_section(study: StudyStatistics, pictures: Mapping[str, StudyPicture]) -> str:
    targets = dict.fromkeys(own.target for own in study.needed)
    reached = {own.target for own in study.needed if own.reached}
    names = {target: target.name(metric_name(study.metric)) for target in targets}
    never = [name for target, name in names.items() if target not in reached]
    return section(
        "Labels needed",
        [
            drawn(pictures, "savings"),
            *(
                folded(f"Labels to {name}", [page_tables.needed_table(study, target)], opened=True)
                for target, name in names.items()
                if target in reached
            ),
            note(f"Not reached by any scheme in any seed: {listed(never)}.") if never else "",
            note(
                "Labels: where the mean curve first reaches the target, on lines between budgets. "
                "Their interval holds the numbers of labels at which the curve's 95 % interval "
                "holds the target; > is more than the last budget, ≤ the first budget or fewer. "
                "Saving: 1 − labels / random's labels, as the geometric mean over seeds with a t "
                "interval, so it can differ a little from what the two numbers of labels give. "
                "Random's last is measured in each seed, with that seed's chance."
            ),
        ],
    )


def pairs_section(study: StudyStatistics, pictures: Mapping[str, StudyPicture]) -> str:
    return section(
        "Pairs",
        [
            drawn(pictures, "penalties"),
            note(
                "Each cell is the share of budgets at which the scheme of the row is above that "
                "of the column by a paired t-test, p < 0.05, uncorrected."
            )
            if "penalties" in pictures
            else note("No test was made: fewer than three seeds in common."),
            folded("All pairs by area", [page_tables.pairs_table(study)]),
        ],
    )


def metrics_section(study: StudyStatistics) -> str:
    last = int(study.curves.labelled[-1])
    return section(
        f"All metrics at {last} labels",
        [
            page_tables.metrics_table(study),
            note(
                "Mean over seeds ± half the 95 % interval. Lower is better for the calibration "
                f"error and the loss. Only {metric_name(study.metric)} is tested above."
            ),
        ],
    )


def queries_section(study: StudyStatistics, pictures: Mapping[str, StudyPicture]) -> str:
    shown = ("train_test_gap", "gradnorm_overlap", "query_spread")
    parts = [drawn(pictures, name) for name in shown]
    table = page_tables.over_budgets_table(study)
    if not table:
        return ""
    text = "Means over budgets, ± half the 95 % interval over seeds."
    if "query_spread" in pictures:
        text += " Effective classes: exponential of the entropy of a query's class shares."
    return section("Generalisation and queries", [table, note(text), *parts])


def cost_section(study: StudyStatistics, pictures: Mapping[str, StudyPicture]) -> str:
    timed = sorted({cost.phase for cost in study.costs if cost.seconds is not None})
    return section(
        "Time and memory",
        [
            drawn(pictures, "costs"),
            page_tables.costs_table(study),
            note(
                f"Mean over cycles and seeds of the phases that were timed "
                f"({listed(timed) or 'none'}); memory is the most by which the process grew in a "
                "phase, choosing counted with scoring. Every run scores all candidates once, for "
                "its table of predictions. Runs that share a machine slow each other down."
            ),
        ],
    )

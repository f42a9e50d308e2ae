"""The HTML page: one file, readable without a network, a server or scripts."""

from __future__ import annotations

import base64
import html
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from string import Template

from cryoal.reports.class_balance import balance_warnings
from cryoal.reports.record import RunRecord
from cryoal.reports.style import DPI
from cryoal.reports.summary import summary
from cryoal.reports.tables import classes_table, metrics_table, settings_table

PAGE_PX_PER_IN = 108
LARGE_PX = 1200

PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>$title</title>
<style>
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1.25rem 4rem; max-width: 62rem; color: #222;
  background: #fff; font: 16px/1.55 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.6rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.6rem 0 .6rem; padding-top: .6rem; border-top: 1px solid #ddd; }
p { margin: .5rem 0; overflow-wrap: anywhere; }
.lead { font-size: 1.15rem; }
.note { color: #555; font-size: .92rem; }
.warning { border-left: 4px solid #D55E00; background: #fdf3ec; padding: .5rem .9rem; }
figure { margin: 1rem 0; overflow-x: auto; }
img { display: block; max-width: max(100%, 40rem); height: auto; }
img.large { max-width: none; }
details { margin: .5rem 0; }
summary { cursor: pointer; color: #0072B2; padding: .2rem 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .88rem; margin: .6rem 0; }
th, td { padding: .28rem .8rem .28rem 0; border-bottom: 1px solid #e4e4e4; vertical-align: top; }
th { font-weight: 600; border-bottom-color: #999; }
.word { text-align: left; overflow-wrap: anywhere; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th.number { white-space: normal; vertical-align: bottom; }
pre { background: #f5f5f5; padding: .6rem .9rem; overflow-x: auto; font-size: .88rem; }
footer { margin-top: 3rem; }
@media print {
  body { max-width: none; padding: 0; font-size: 11pt; }
  details::details-content { content-visibility: visible; block-size: auto; }
  img, img.large { max-width: 100%; }
  figure, tr, .warning { break-inside: avoid; }
  h2 { break-after: avoid; }
  pre { white-space: pre-wrap; }
}
</style>
</head>
<body>
<header>
<h1>$title</h1>
<p class="lead">$summary</p>
<p class="note">$facts</p>
</header>
$sections
<footer class="note">
<p>Written by cryoal $version. $footer</p>
</footer>
</body>
</html>
""")


FOOTER = (
    "The same figures are PNG files beside this page; metrics.csv and queries.csv in the run "
    "folder hold the numbers."
)


@dataclass(frozen=True)
class Picture:
    """A drawn figure.

    Attributes:
        name: of its PNG file, without the ending.
        text: what it shows, for those who cannot see it.
        png: its bytes.
    """

    name: str
    text: str
    png: bytes

    @property
    def width_px(self) -> int:
        """Width on the page, so that letters are of one size in all figures."""
        dots = int.from_bytes(self.png[16:20], "big")
        return round(dots / DPI * PAGE_PX_PER_IN)


@dataclass(frozen=True)
class Pictures:
    """The figures of a report; None or empty where there was nothing to draw.

    Attributes:
        curve, scores, balance, times: one figure each.
        confusions: by evaluated cycle.
        queries: by cycle with a query.
        shown_as: what these show of an item.
        no_slices: why ``queries`` holds not every query, or None.
    """

    curve: Picture | None
    scores: Picture | None
    balance: Picture | None
    times: Picture | None
    confusions: dict[int, Picture]
    queries: dict[int, Picture]
    shown_as: str
    no_slices: str | None

    def all(self) -> list[Picture]:
        single = [self.curve, self.scores, self.balance, self.times]
        drawn = [picture for picture in single if picture is not None]
        return [*drawn, *self.confusions.values(), *self.queries.values()]


def render_page(record: RunRecord, pictures: Pictures) -> str:
    """The whole page as text."""
    sections = [
        learning_section(record, pictures),
        classes_section(record, pictures),
        queries_section(record, pictures),
        balance_section(record, pictures),
        section("Time", [figure(pictures.times)]),
        section("What to do next", commands(record)),
        section("Settings", [folded("All settings of the run", [settings_table(record)])]),
    ]
    return PAGE.substitute(
        title=html.escape(f"Run {record.path.name or record.path}"),
        summary=html.escape(summary(record)),
        facts=html.escape(facts(record)),
        sections="\n".join(sections),
        version=html.escape(version("cryoal")),
        footer=FOOTER,
    )


def facts(record: RunRecord) -> str:
    settings = record.settings
    classes = f"{len(record.outputs)} classes"
    classes += " of pixels" if record.task == "segmentation" else ""
    return (
        f"Scheme {settings.scheme}, model {settings.model}, seed {settings.seed}; "
        f"{classes}, {record.train_items} items to choose from, "
        f"{record.test_items} for testing. Pool: {settings.data}"
    )


def learning_section(record: RunRecord, pictures: Pictures) -> str:
    parts = [figure(pictures.curve)]
    if record.test_items == 0:
        parts.append(note("No test items with a label: there is no accuracy to show."))
    elif pictures.curve is None:
        parts.append(note("No model has been evaluated yet."))
    elif record.task == "segmentation":
        parts.append(
            note(
                "mIoU is the mean over classes of intersection over union, as everything here over "
                f"the pixels of all {record.test_items} test images together."
            )
        )
    else:
        parts.append(
            note(
                f"The band is the 95 % Wilson interval of the accuracy on {record.test_items} test "
                "items: what another draw of test items could give. It does not hold the spread "
                "between seeds."
            )
        )
    parts.append(metrics_table(record) if record.rows else "")
    return section("Learning curve", parts)


def classes_section(record: RunRecord, pictures: Pictures) -> str:
    parts = [figure(pictures.scores)]
    if not pictures.confusions:
        parts.append(note("Scores and the confusion matrix need an evaluation on test items."))
    else:
        last = max(pictures.confusions)
        numbers, one = ("test items", "test item")
        if record.task == "segmentation":
            numbers, one = ("shares of the true class's pixels", "pixel in the test images")
        parts.append(
            note(
                f"In the confusion matrix each row is a true class and numbers are {numbers}; a "
                f"grey row or cell has no {one}."
            )
        )
        parts.append(figure(pictures.confusions[last]))
        parts += [
            folded(f"Confusion matrix after cycle {cycle}", [figure(picture)])
            for cycle, picture in sorted(pictures.confusions.items())
            if cycle != last
        ]
    parts.append(folded("All classes as numbers", [classes_table(record)]))
    return section("Classes", parts)


def queries_section(record: RunRecord, pictures: Pictures) -> str:
    parts = []
    if pictures.queries:
        parts.append(
            note(f"The first twelve items of each query, best first: {pictures.shown_as}.")
        )
    if pictures.no_slices is not None:
        kind = "warning" if record.queries else "note"
        parts.append(f'<p class="{kind}">{html.escape(pictures.no_slices)}</p>')
    last = max(pictures.queries, default=0)
    for cycle, picture in sorted(pictures.queries.items()):
        count = len(record.queries[cycle])
        name = "Random start" if cycle == 0 else f"Query of cycle {cycle}"
        parts.append(folded(f"{name}: {count} items", [figure(picture)], opened=cycle == last))
    return section("What was queried", parts)


def balance_section(record: RunRecord, pictures: Pictures) -> str:
    if record.task == "segmentation":
        return ""
    warnings = [f'<p class="warning">{html.escape(text)}</p>' for text in balance_warnings(record)]
    parts = [figure(pictures.balance), *warnings]
    if pictures.balance is None:
        parts.append(note("Nothing is labelled yet."))
    elif record.train_labels is None:
        parts.append(
            note(
                "The balance of all training items is not shown: the pool is not at hand or not "
                "all of them have a label."
            )
        )
    return section("Class balance", parts)


def commands(record: RunRecord) -> list[str]:
    run = shlex.quote(str(record.path))
    lines = []
    if not record.is_finished:
        lines += [note("Continue the run:"), command(f"cryoal run --out {run}")]
    if record.rows and record.task == "classification":
        lines += [
            note("Class and probability of each item of a pool, by the last trained model:"),
            command(f"cryoal predict {run} --data POOL --out predictions.csv"),
        ]
    return [*lines, note("Where the run stands:"), command(f"cryoal status {run}")]


def section(title: str, parts: Sequence[str]) -> str:
    body = "\n".join(part for part in parts if part)
    return f"<section>\n<h2>{html.escape(title)}</h2>\n{body}\n</section>" if body else ""


def folded(title: str, parts: Sequence[str], opened: bool = False) -> str:
    body = "\n".join(parts)
    state = " open" if opened else ""
    return f"<details{state}><summary>{html.escape(title)}</summary>\n{body}\n</details>"


def figure(picture: Picture | None) -> str:
    if picture is None:
        return ""
    data = base64.b64encode(picture.png).decode("ascii")
    text = html.escape(picture.text)
    # Shrunk to the page, letters of a very wide figure could not be read: it scrolls instead.
    size = "large" if picture.width_px > LARGE_PX else "fitted"
    return (
        f'<figure><img alt="{text}" class="{size}" width="{picture.width_px}" '
        f'src="data:image/png;base64,{data}"></figure>'
    )


def note(text: str) -> str:
    return f'<p class="note">{html.escape(text)}</p>'


def command(text: str) -> str:
    return f"<pre>{html.escape(text)}</pre>"

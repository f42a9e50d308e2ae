"""What schemes cost besides labels: appendix A.7 of Wang et al."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from cryoal.analyses.analysis import Analysis
from cryoal.analyses.measurement import Mean, Measurement, means_of
from cryoal.analyses.subject import Subject
from cryoal.reports.style import WIDTH_IN, new_figure
from cryoal.runs.cycle_training import ProgressFactory
from cryoal.studies.cost_plot import COLOURS, draw_memory, draw_seconds
from cryoal.studies.costs import Cost
from cryoal.studies.dot_rows import ROW_IN
from cryoal.studies.results import PHASES
from cryoal.studies.wording import listed


@dataclass(frozen=True)
class Efficiency(Analysis):
    """Seconds of each phase of a cycle, and memory where it was noted."""

    name: ClassVar[str] = "efficiency"
    title: ClassVar[str] = "Time and memory"
    about: ClassVar[str] = (
        "Wang et al., appendix A.7. Seconds are the mean over the cycles of a run that have the "
        "phase, memory_mb is the most by which the process grew in it, choosing counted with "
        "scoring, which runs of a study note on Linux. The numbers are those that the runs "
        "noted; runs that shared a machine slowed each other down. In a study the first training "
        "of a seed is done once and counted for every scheme."
    )
    takes_studies: ClassVar[bool] = True
    has_models: ClassVar[bool] = False

    def measure(self, subject: Subject, progress: ProgressFactory) -> list[Measurement]:  # noqa: ARG002
        seconds = subject.journal.phase_seconds()
        metrics = subject.journal.metrics()
        done = [cycle for cycle, phase in seconds if phase in PHASES and cycle > 0]
        subject.need(done, "no training is finished yet")
        measurements = []
        for phase in PHASES:
            cycles = [c for c, name in seconds if name == phase and c > 0]
            peaks = [metrics.get(c, {}).get(f"{phase}_memory_mb") for c in cycles]
            noted = [peak for peak in peaks if peak is not None]
            if cycles:
                measurements.append(
                    Measurement(
                        {"scheme": subject.source.arm.name, "phase": phase},
                        subject.source.seed,
                        {"cycles": len(cycles)},
                        {
                            "seconds": float(np.mean([seconds[c, phase] for c in cycles])),
                            "memory_mb": max(noted, default=None),
                        },
                    )
                )
        return measurements

    def draw(self, measurements: Sequence[Measurement]) -> Figure:
        costs = {(cost.scheme, cost.phase): cost for cost in map(cost_of, means_of(measurements))}
        order = sorted({scheme for scheme, _ in costs}, key=lambda name: total(costs, name))
        has_memory = any(cost.memory_mb is not None for cost in costs.values())
        figure = new_figure(WIDTH_IN, 1.4 + ROW_IN * len(order))
        if has_memory:
            left, right = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
            draw_memory(right, costs, order)
        else:
            left = figure.add_subplot()
        draw_seconds(left, costs, order)
        handles = [Patch(color=COLOURS[phase]) for phase in PHASES]
        figure.legend(handles, PHASES, loc="outside lower center", ncols=len(PHASES), fontsize=8.5)
        return figure

    def verdict(self, means: Sequence[Mean]) -> str:
        times: dict[str, float] = {}
        for mean in means:
            scheme = str(mean.keys["scheme"])
            times[scheme] = times.get(scheme, 0.0) + mean.intervals["seconds"].mean
        said = [f"{seconds:.1f} s ({scheme})" for scheme, seconds in times.items()]
        return f"Mean time of a cycle: {listed(said)}."


def cost_of(mean: Mean) -> Cost:
    memory = mean.intervals["memory_mb"].mean
    return Cost(
        str(mean.keys["scheme"]),
        str(mean.keys["phase"]),
        mean.intervals["seconds"].mean,
        None if np.isnan(memory) else memory,
        mean.sizes["cycles"],
    )


def total(costs: dict[tuple[str, str], Cost], scheme: str) -> float:
    return sum(cost.seconds or 0.0 for (name, _), cost in costs.items() if name == scheme)

"""Time and peak memory of choosing a query, and that beside other packages; docs/strategies.md.

    python benchmarks/strategies.py [SCHEME ...] [--candidates 100000] [--count 1000]
    python benchmarks/strategies.py --others [core-set] [badge] [--candidates 20000] [--count 100]

Each choice is made in a fresh process from outputs as a model would give them: embeddings of 512
numbers in 20 overlapping clusters, posteriors of 20 classes, 10 of them under dropout, gradient
norms, and the outputs of 1,000 labelled items. The time is that of ``select`` alone, by the clock
and of the CPU in all threads; the memory is the peak of the whole process with its inputs.
Schemes that train models of their own have no place here.

``--others`` sets core-set and BADGE beside those of scikit-activeml and small-text, which are no
dependencies; they are found where ``PYTHONPATH`` names a folder filled by

    pip install --no-deps --target FOLDER scikit-activeml makefun small-text

``items shared`` counts those that both chose. What either aims at is given relative to cryoal's:
for core-set the largest distance of a candidate from its nearest centre, for BADGE the sum of
squared distances of the gradients to the nearest chosen one; lower is better. BADGE draws at
random, so that there only the aim can be compared. small-text's BADGE takes the posterior for the
gradient, so that its aim is another, and its memory grows with classes x embedding, as that of
scikit-activeml's does.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt
import torch

from cryoal import strategies
from cryoal.diversity import FactoredRows, nearest_squared_distances
from cryoal.learning.outputs import Outputs
from cryoal.strategies import GRADIENT_LOSSES, Need, QueryContext
from cryoal.strategies.badge import predicted_class_gradient

CLASSES = 20
WIDTH = 512
LABELLED = 1000
DRAWS = 10
SEED = 0

Indices = npt.NDArray[np.int64]


def make_outputs(count: int, needs: frozenset[Need], seed: int) -> Outputs:
    """What a half-trained model would give; only what is needed, as in a run."""
    generator = torch.Generator().manual_seed(seed)
    centres = torch.randn(CLASSES, WIDTH, generator=torch.Generator().manual_seed(SEED))
    # Noise of falling spectrum, as of features that a network has learned.
    spectrum = 4 / torch.arange(1, WIDTH + 1).sqrt()
    embeddings = torch.randn(count, WIDTH, generator=generator).mul_(spectrum)
    embeddings += centres[torch.randint(CLASSES, (count,), generator=generator)]
    logits = (embeddings @ centres.T).div_(WIDTH / 8)
    embeddings.relu_()
    samples = None
    if Need.DROPOUT_SAMPLES in needs:
        samples = torch.randn(DRAWS, count, CLASSES, generator=generator).add_(logits).softmax(2)
    norms = torch.rand(count, generator=generator)
    return Outputs(
        logits,
        embeddings if needs & {Need.EMBEDDINGS, Need.FEATURES} else None,
        {loss: norms for need, loss in GRADIENT_LOSSES.items() if need in needs},
        samples,
        embeddings if Need.FEATURES in needs else None,
    )


def make_context(candidates: int, needs: frozenset[Need]) -> QueryContext:
    return QueryContext(
        np.arange(candidates),
        make_outputs(candidates, needs, SEED),
        np.arange(candidates, candidates + LABELLED),
        np.arange(LABELLED) % CLASSES,
        SEED,
        make_outputs(LABELLED, needs, SEED + 1),
    )


def their_core_set(context: QueryContext, k: int) -> Indices:
    from skactiveml.pool import CoreSet

    points, labels = everything(context)
    y = np.where(labels < 0, np.nan, labels)
    return np.asarray(CoreSet(random_state=SEED).query(points, y, batch_size=k))


def their_badge(context: QueryContext, k: int) -> Indices:
    from skactiveml.base import SkactivemlClassifier
    from skactiveml.pool import Badge

    posterior = context.probabilities.numpy()

    class Given(SkactivemlClassifier):
        """A classifier that says what the model said."""

        def fit(self, X: object, y: object, sample_weight: object = None) -> Given:  # noqa: ARG002
            return self

        def predict_proba(self, X: object) -> npt.NDArray[np.float32]:  # noqa: ARG002
            return posterior

    points, labels = everything(context)
    y = np.where(labels < 0, np.nan, labels)
    query = Badge(random_state=SEED)
    return np.asarray(query.query(points, y, Given(), fit_clf=False, batch_size=k))


def small_text_core_set(context: QueryContext, k: int) -> Indices:
    from small_text.query_strategies.coresets import greedy_coreset

    points, _ = everything(context)
    return greedy_coreset(
        points, context.candidates, context.labelled, k, distance_metric="euclidean"
    )


def small_text_badge(context: QueryContext, k: int) -> Indices:
    from small_text.integrations.pytorch.query_strategies.strategies import BADGE

    points, labels = everything(context)
    query = BADGE(CLASSES)
    return query.sample(
        None,
        None,
        context.candidates,
        context.labelled,
        labels,
        k,
        points,
        embeddings_proba=context.probabilities.numpy(),
    )


def everything(context: QueryContext) -> tuple[npt.NDArray[np.float32], Indices]:
    """Embeddings of candidates and, after them, labelled items, and labels, -1 where unknown."""
    points = torch.cat([context.outputs.embeddings, context.labelled_outputs.embeddings])
    labels = np.concatenate([np.full(len(context), -1), context.labels])
    return points.numpy(), labels


OTHERS: dict[str, dict[str, Callable[[QueryContext, int], Indices]]] = {
    "core-set": {"scikit-activeml": their_core_set, "small-text": small_text_core_set},
    "badge": {"scikit-activeml": their_badge, "small-text": small_text_badge},
}


@click.command()
@click.argument("schemes", nargs=-1)
@click.option("--candidates", type=int, help="100,000; 20,000 with --others.")
@click.option("--count", type=int, help="Items asked for: 1,000; 100 with --others.")
@click.option("--threads", default=2)
@click.option("--others", is_flag=True, help="Compare with other packages.")
@click.option("--one", hidden=True, help="Of which package, in a process of its own.")
def main(
    schemes: tuple[str, ...],
    candidates: int | None,
    count: int | None,
    threads: int,
    others: bool,
    one: str | None,
) -> None:
    candidates = candidates or (20_000 if others else 100_000)
    count = count or (100 if others else 1000)
    if one:
        torch.set_num_threads(threads)
        click.echo(json.dumps(choose(schemes[0], one, candidates, count)))
    elif others:
        compare(schemes or tuple(OTHERS), candidates, count, threads)
    else:
        measure_all(schemes or own_schemes(), candidates, count, threads)


def own_schemes() -> tuple[str, ...]:
    """Schemes that need nothing but outputs."""
    building = {Need.WORKSHOP, Need.COMPANION}
    return tuple(name for name in strategies.names() if not building & needs_of(name))


def needs_of(scheme: str) -> frozenset[Need]:
    return strategies.get(scheme).strategy.needs


def measure_all(schemes: tuple[str, ...], candidates: int, count: int, threads: int) -> None:
    click.echo(f"{count} of {candidates} candidates, {threads} threads\n")
    click.echo("| scheme | s | of CPU | peak, MB |\n| --- | --- | --- | --- |")
    for scheme in schemes:
        result = in_fresh_process(scheme, "cryoal", candidates, count, threads)
        times = f"{result['seconds']:.1f} | {result['cpu_seconds']:.1f}"
        click.echo(f"| `{scheme}` | {times} | {result['peak_MB']:.0f} |")


def compare(schemes: tuple[str, ...], candidates: int, count: int, threads: int) -> None:
    click.echo(f"{count} of {candidates} candidates, {threads} threads\n")
    click.echo("| scheme | of | s | of CPU | peak, MB | times as long | items shared | aim |")
    click.echo("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for scheme in schemes:
        context = make_context(candidates, needs_of(scheme))
        ours = in_fresh_process(scheme, "cryoal", candidates, count, threads)
        aim = AIMS[scheme](context, ours["chosen"])
        for package in ("cryoal", *OTHERS[scheme]):
            result = ours
            if package != "cryoal":
                result = in_fresh_process(scheme, package, candidates, count, threads)
            cells = [
                f"`{scheme}`",
                package,
                f"{result['seconds']:.1f}",
                f"{result['cpu_seconds']:.1f}",
                f"{result['peak_MB']:.0f}",
                f"{result['seconds'] / ours['seconds']:.1f}",
                str(len(set(ours["chosen"]) & set(result["chosen"]))),
                f"{AIMS[scheme](context, result['chosen']) / aim:.3f}",
            ]
            click.echo(f"| {' | '.join(cells)} |")


def in_fresh_process(
    scheme: str, package: str, candidates: int, count: int, threads: int
) -> dict[str, object]:
    """What ``choose`` gives there."""
    command = [sys.executable, str(Path(__file__)), scheme, "--one", package]
    command += ["--candidates", str(candidates), "--count", str(count), "--threads", str(threads)]
    limits = {name: str(threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ | limits
    )
    return json.loads(done.stdout.splitlines()[-1])


def choose(scheme: str, package: str, candidates: int, count: int) -> dict[str, object]:
    """Make one query, and say how long it took, at which memory, and what it chose."""
    context = make_context(candidates, needs_of(scheme))
    if package == "cryoal":
        select = strategies.get(scheme).strategy().select
    else:
        select = OTHERS[scheme][package]
        select(make_context(50, needs_of(scheme)), 2)  # imports
    start, cpu_start = time.perf_counter(), time.process_time()
    chosen = select(context, count)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "peak_MB": peak,
        "chosen": np.asarray(chosen).tolist(),
    }


def cover_radius(context: QueryContext, chosen: list[int]) -> float:
    """Largest distance of a candidate from the nearest labelled or chosen one."""
    points = context.outputs.embeddings
    centres = torch.cat([context.labelled_outputs.embeddings, points[chosen]])
    return float(nearest_squared_distances(points, centres).max().sqrt())


def gradient_spread(context: QueryContext, chosen: list[int]) -> float:
    """Sum of squared distances of the last layer's gradients to the nearest chosen one."""
    rows = FactoredRows(predicted_class_gradient(context.probabilities), context.outputs.embeddings)
    nearest = torch.full((len(context),), torch.inf)
    for part in torch.arange(len(context)).split(1024):
        nearest[part] = rows.squared_distances(part, torch.tensor(chosen)).amin(1)
    return float(nearest.sum())


AIMS = {"core-set": cover_radius, "badge": gradient_spread}


if __name__ == "__main__":
    main()

"""Does pretraining help at few labels a class? The table in docs/unlabelled.md.

    python benchmarks/pretraining.py --templates DIR --out FILE.csv

Simulates a pool from density maps (SNR 0.05, +-60 degrees), pretrains the compact model on its
training items without their labels, trains it on 5 and 10 random labels a class and measures
accuracy on held-out items; beside it, what the frozen features tell: a 5-nearest-neighbour vote
with all training labels. One pretraining a seed serves all its rows. Rows are appended as they
come; a row that is there already is not computed again, so a study that was stopped goes on with
the same command. At the end the table is printed, mean over seeds.
"""

from __future__ import annotations

import copy
import csv
import tempfile
import time
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from study_pools import STRUCTURES
from torch import Tensor

from cryoal.augmentation_settings import AugmentationSettings
from cryoal.learning.devices import make_fabric
from cryoal.learning.outputs import compute_outputs
from cryoal.learning.preparation import Preparation
from cryoal.learning.pretrain import pretrain
from cryoal.learning.pretrain_settings import PretrainSettings
from cryoal.learning.recipe import Recipe
from cryoal.learning.task_model import TaskModel
from cryoal.learning.train import train
from cryoal.pools import open_subtomograms
from cryoal.pools.pool import Pool
from cryoal.simulation.pool import simulate_pool
from models3d.compact import Compact

TEST_PER_CLASS = 40
FABRIC = make_fabric("cpu", "32-true")
FIELDS = ["pretraining", "recipe", "per_class", "seed", "accuracy", "neighbours", "seconds"]
WEDGE = AugmentationSettings(rotations="wedge", noise_std=0.0)
PRETRAININGS = {
    "none": None,
    "default": PretrainSettings(),
    "noise not split": PretrainSettings(split_noise=False, augmentation=AugmentationSettings()),
    "wedge rotations": PretrainSettings(augmentation=WEDGE),
    "VICReg": PretrainSettings(objective="vicreg", projection_size=512),
    "Barlow Twins": PretrainSettings(objective="barlow-twins", projection_size=512),
    "150 steps": PretrainSettings(steps=150),
    "800 steps": PretrainSettings(steps=800),
}
RECIPES = {
    "default": Recipe(),
    "learning rate 0.001": Recipe(learning_rate=1e-3),
    "300 steps": Recipe(min_steps=300, min_epochs=1),
    "300 steps, learning rate 0.001": Recipe(min_steps=300, min_epochs=1, learning_rate=1e-3),
}


@click.command()
@click.option("--templates", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True)
@click.option("--pretrainings", default="none;default", help="names separated by semicolons")
@click.option("--recipes", default="default", help="names separated by semicolons")
@click.option("--per-class", default="5,10", help="labels a class")
@click.option("--seeds", default="0,1,2", help="comma-separated")
@click.option("--train-items", default=100, help="a class, of which the labels are taken")
@click.option("--box", default=24)
@click.option("--voxel", default=17.5, help="Angstrom")
@click.option("--shift", default=2.0, help="px from the centre at the most; less fits a small box")
@click.option("--snr", default=0.05)
@click.option("--threads", default=1)
def main(
    templates: Path,
    out: Path,
    pretrainings: str,
    recipes: str,
    per_class: str,
    seeds: str,
    train_items: int,
    box: int,
    voxel: float,
    shift: float,
    snr: float,
    threads: int,
) -> None:
    torch.set_num_threads(threads)
    counts = [int(text) for text in per_class.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        for seed in [int(text) for text in seeds.split(",")]:
            path = simulate_pool(
                [templates / f"{name}.mrc" for name in STRUCTURES],
                Path(folder) / str(seed),
                snrs=[snr],
                per_class=train_items + TEST_PER_CLASS,
                box_px=box,
                voxel_size_A=voxel,
                seed=seed,
                mode="float16",
                max_shift_px=shift,
            )
            study = Study(open_subtomograms(path), out, seed)
            for pretraining in pretrainings.split(";"):
                study.rows(pretraining, recipes.split(";"), counts)
    print_table(out)


class Study:
    """The rows of one seed."""

    def __init__(self, pool: Pool, out: Path, seed: int) -> None:
        self.pool, self.out, self.seed = pool, out, seed
        generator = np.random.default_rng(seed)
        members = [
            generator.permutation(np.flatnonzero(pool.labels == label))
            for label in range(len(pool.classes))
        ]
        self.test = np.concatenate([own[:TEST_PER_CLASS] for own in members])
        self.trained = [own[TEST_PER_CLASS:] for own in members]

    def rows(self, name: str, recipes: list[str], counts: list[int]) -> None:
        """What is not there yet: the features alone (0 labels), then every training from them."""
        wanted = [("frozen", 0), *[(recipe, count) for recipe in recipes for count in counts]]
        missing = [cell for cell in wanted if not self.known(name, *cell)]
        if not missing:
            return
        started = time.perf_counter()
        model = self.pretrained(name)
        seconds = time.perf_counter() - started
        for recipe, count in missing:
            if recipe == "frozen":
                self.write(name, recipe, count, "", f"{self.neighbours(model):.4f}", seconds)
                continue
            started = time.perf_counter()
            accuracy = self.fit(copy.deepcopy(model), RECIPES[recipe], count)
            self.write(name, recipe, count, f"{accuracy:.4f}", "", time.perf_counter() - started)

    def known(self, name: str, recipe: str, count: int) -> bool:
        key = [name, recipe, str(count), str(self.seed)]
        return self.out.exists() and any(r[:4] == key for r in csv.reader(self.out.open()))

    def write(
        self, name: str, recipe: str, count: int, accuracy: str, neighbours: str, seconds: float
    ) -> None:
        fresh = not self.out.exists()
        row = [name, recipe, str(count), str(self.seed), accuracy, neighbours, f"{seconds:.1f}"]
        with self.out.open("a", newline="") as file:
            writer = csv.writer(file)
            if fresh:
                writer.writerow(FIELDS)
            writer.writerow(row)
        click.echo(" ".join(row))

    def pretrained(self, name: str) -> TaskModel:
        """Fresh weights, or those learned from all training items without labels."""
        torch.manual_seed(self.seed)
        # Not through the registry, which holds boxes below 24 px to be too small to be worth it.
        model = Compact(1, len(self.pool.classes), self.pool.item_shape[-1])
        settings = PRETRAININGS[name]
        if settings is not None:
            items = np.concatenate(self.trained)
            pretrain(model, self.preparation(Recipe()), items, FABRIC, self.seed, settings)
        return model

    def preparation(self, recipe: Recipe) -> Preparation:
        return Preparation(self.pool, recipe)

    def fit(self, model: TaskModel, recipe: Recipe, per_class: int) -> float:
        """Accuracy on the held-out items after the ordinary training on a few labels."""
        labelled = np.concatenate([own[:per_class] for own in self.trained])
        preparation = self.preparation(recipe)
        train(model, preparation, labelled, self.pool.labels[labelled], FABRIC, self.seed)
        outputs = compute_outputs(model, preparation, self.test, FABRIC)
        predicted = outputs.logits.argmax(1).numpy()
        return float(np.mean(predicted == self.pool.labels[self.test]))

    def neighbours(self, model: TaskModel, count: int = 5) -> float:
        """Held-out accuracy of a vote of the nearest training items, by cosine."""
        known = np.concatenate(self.trained)
        features, queries = self.features(model, known), self.features(model, self.test)
        mean = features.mean(0)
        near = F.normalize(queries - mean) @ F.normalize(features - mean).T
        labels = torch.from_numpy(self.pool.labels[known])[near.topk(count).indices]
        votes = F.one_hot(labels, len(self.pool.classes)).sum(1)
        return float(np.mean(votes.argmax(1).numpy() == self.pool.labels[self.test]))

    def features(self, model: TaskModel, indices: npt.NDArray[np.int64]) -> Tensor:
        preparation = self.preparation(Recipe())
        outputs = compute_outputs(model, preparation, indices, FABRIC, embeddings=True)
        assert outputs.embeddings is not None
        return outputs.embeddings


def print_table(out: Path) -> None:
    """Mean over seeds, as Markdown."""
    with out.open() as file:
        rows = list(csv.DictReader(file))
    click.echo("| pretraining | training | labels a class | accuracy | seeds | s |")
    click.echo("| --- | --- | --- | --- | --- | --- |")
    for key in dict.fromkeys((r["pretraining"], r["recipe"], r["per_class"]) for r in rows):
        own = [r for r in rows if (r["pretraining"], r["recipe"], r["per_class"]) == key]
        values = [float(r["accuracy"] or r["neighbours"]) for r in own]
        seconds = np.mean([float(r["seconds"]) for r in own])
        spread = " to ".join(f"{value:.3f}" for value in (min(values), max(values)))
        head = " | ".join(key[:2]) + f" | {key[2] if key[1] != 'frozen' else 'k-NN, all'}"
        click.echo(f"| {head} | {np.mean(values):.3f} ({spread}) | {len(own)} | {seconds:.0f} |")


if __name__ == "__main__":
    main()

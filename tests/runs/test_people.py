"""A run that people answer: what waits, what counts, how it goes on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from human_runs import answer_truly, waiting_query
from human_runs import human_loop as loop
from tiny_runs import tiny_settings

from cryoal.errors import CryoalError
from cryoal.pools import SubtomogramPool, open_subtomograms
from cryoal.runs import RunFolder, continue_run, start_run
from cryoal.runs.answers import Outcome
from cryoal.runs.candidates import open_items
from cryoal.runs.embeddings import load_embeddings
from cryoal.runs.training_set import training_set

HUMAN = {"oracle": "human", "known_labels": "ignore"}
Starter = Callable[..., RunFolder]


@pytest.fixture
def started(tmp_path: Path, blobs: Path, blob_pool: SubtomogramPool) -> Starter:
    def start(**changes: object) -> RunFolder:
        return start_run(tmp_path / "run", tiny_settings(blobs, **{**HUMAN, **changes}), blob_pool)

    return start


def test_it_waits_until_the_query_is_answered(started: Starter, blob_pool: SubtomogramPool) -> None:
    folder = started()
    assert not loop(folder, blob_pool).run()
    assert not loop(folder, blob_pool).run()
    assert folder.trained_cycles() == []
    assert answer_truly(folder, blob_pool) == 4
    assert not loop(folder, blob_pool).run()
    assert folder.trained_cycles() == [1]
    assert answer_truly(folder, blob_pool) == 3
    assert not loop(folder, blob_pool).run()
    answer_truly(folder, blob_pool)
    assert loop(folder, blob_pool).run()
    assert folder.is_finished()
    assert [int(m["labelled"]) for m in folder.journal.metrics().values()] == [4, 7, 10]
    assert all("accuracy" in metrics for metrics in folder.journal.metrics().values())


def test_labels_given_in_time_do_not_change_a_training_that_is_done_again(
    started: Starter, blob_pool: SubtomogramPool
) -> None:
    folder = started()
    loop(folder, blob_pool).run()
    answer_truly(folder, blob_pool)
    loop(folder, blob_pool).run()
    answer_truly(folder, blob_pool)
    item = waiting_query(folder).items[0]
    assert item not in loop(folder, blob_pool).labelled(1).items
    assert item in training_set(folder.journal, folder.settings).items


def test_more_is_asked_while_all_labels_are_of_one_class(
    started: Starter, blob_pool: SubtomogramPool
) -> None:
    folder = started()
    loop(folder, blob_pool).run()
    for item in waiting_query(folder).items:
        folder.journal.labels.record(item, Outcome.CLASS, 0, "ann")
    assert not loop(folder, blob_pool).run()
    query = waiting_query(folder)
    assert len(query.items) == len(set(query.items)) == 8
    answer_truly(folder, blob_pool)
    assert not loop(folder, blob_pool).run()
    assert folder.trained_cycles() == [1]


def test_proceeding_leaves_what_is_open_to_later_queries(
    started: Starter, blob_pool: SubtomogramPool
) -> None:
    folder = started(initial="6", cycles=2, budget="20")
    loop(folder, blob_pool).run()
    items = waiting_query(folder).items
    with pytest.raises(CryoalError, match="nobody answered anything of this query"):
        loop(folder, blob_pool, proceed=True).run()
    folder.journal.labels.record(items[0], Outcome.CLASS, 0, "ann", cycle=0)
    with pytest.raises(CryoalError, match="fewer than two classes"):
        loop(folder, blob_pool, proceed=True).run()
    for item in items[1:3]:
        folder.journal.labels.record(item, Outcome.CLASS, items.index(item) % 2, "ann")
    assert not loop(folder, blob_pool, proceed=True).run()
    assert folder.trained_cycles() == [1]
    assert set(items[3:]) <= set(open_items(folder.journal))
    assert not set(items[:3]) & set(waiting_query(folder).items)


def test_junk_is_learned_or_left_out(started: Starter, blob_pool: SubtomogramPool) -> None:
    folder = started()
    loop(folder, blob_pool).run()
    items = waiting_query(folder).items
    outcomes = [
        (Outcome.CLASS, 0),
        (Outcome.CLASS, 1),
        (Outcome.JUNK, None),
        (Outcome.UNDECIDED, None),
    ]
    for item, (outcome, label) in zip(items, outcomes, strict=True):
        folder.journal.labels.record(item, outcome, label, "ann")
    folder.journal.labels.record(items[3], Outcome.UNDECIDED, None, "bob")
    learned = training_set(folder.journal, folder.settings)
    assert learned.classes == (*blob_pool.classes, "junk")
    assert sorted(learned.items.tolist()) == sorted(items[:3])
    left_out = folder.settings.model_copy(update={"junk": "leave-out"})
    assert sorted(training_set(folder.journal, left_out).items.tolist()) == sorted(items[:2])
    assert not loop(folder, blob_pool).run()
    assert folder.trained_cycles() == [1]


def test_conflicts_teach_nothing_until_they_are_reviewed(
    started: Starter, blob_pool: SubtomogramPool
) -> None:
    folder = started(overlap="50%")
    loop(folder, blob_pool).run()
    query = waiting_query(folder)
    assert len(query.doubled) == 2
    store, item = folder.journal.labels, min(query.doubled)
    store.record(item, Outcome.CLASS, 0, "ann")
    assert item in query.waiting(store.answers())
    store.record(item, Outcome.CLASS, 1, "bob")
    assert item not in query.waiting(store.answers())
    assert item not in training_set(folder.journal, folder.settings).items


def test_a_class_made_on_the_spot_is_learned_in_the_next_cycle(
    started: Starter, blob_pool: SubtomogramPool
) -> None:
    folder = started(warm_start=True)
    loop(folder, blob_pool).run()
    answer_truly(folder, blob_pool)
    loop(folder, blob_pool).run()
    store = folder.journal.labels
    made = store.classes.add("new", "ann")
    for item in waiting_query(folder).items:
        store.record(item, Outcome.CLASS, made.position, "ann")
    assert not loop(folder, blob_pool).run()
    assert folder.journal.trained_positions(1).tolist() == [0, 1, 2, 3]
    assert folder.journal.trained_positions(2).tolist() == [0, 1, 2, 3, 4]
    assert loop(folder, blob_pool).models.trained(2).head.out_features == 5


def test_merging_classes_after_a_training_keeps_the_test_items(
    started: Starter, blob_pool: SubtomogramPool
) -> None:
    folder = started()
    loop(folder, blob_pool).run()
    answer_truly(folder, blob_pool)
    folder.journal.labels.classes.merge(2, 1, "ann")
    loop(folder, blob_pool).run()
    assert folder.journal.trained_positions(1).tolist() == [0, 1, 3]
    matrix = folder.journal.confusion(1)
    assert matrix[2].sum() == 0
    assert matrix.sum() == len(folder.journal.split("test"))


def test_embeddings_of_queried_and_labelled_items_are_kept(
    started: Starter, blob_pool: SubtomogramPool
) -> None:
    folder = started()
    loop(folder, blob_pool).run()
    answer_truly(folder, blob_pool)
    loop(folder, blob_pool).run()
    items, embeddings = load_embeddings(folder.embeddings_path(1))
    wanted = np.union1d(folder.journal.query(0), folder.journal.query(1))
    assert items.tolist() == wanted.tolist()
    assert embeddings.shape == (7, loop(folder, blob_pool).models.trained(1).embedding_size)
    rows = [row for row in folder.journal.query_rows() if row.cycle == 1]
    assert all(row.prediction in range(4) and 0 < (row.probability or 0) <= 1 for row in rows)


def test_cycles_may_grow(started: Starter, blobs: Path, blob_pool: SubtomogramPool) -> None:
    folder = started(cycles=1)
    loop(folder, blob_pool).run()
    answer_truly(folder, blob_pool)
    assert loop(folder, blob_pool).run()
    settings = tiny_settings(blobs, **HUMAN, cycles=2)
    again = continue_run(folder.path, settings, blob_pool)
    assert not loop(again, blob_pool).run()
    assert RunFolder.open(folder.path).settings.cycles == 2
    with pytest.raises(CryoalError, match="other settings: cycles"):
        continue_run(folder.path, tiny_settings(blobs, **HUMAN, cycles=1), blob_pool)


def unlabelled(pool_path: Path, keep: int) -> SubtomogramPool:
    """The blobs as one folder whose labels.csv names ``keep`` items."""
    rows = ["path,label"]
    for number, path in enumerate(sorted(pool_path.rglob("*.mrc"))):
        name = "_".join(path.relative_to(pool_path).parts)
        path.rename(pool_path / name)
        rows.append(
            f"{name},{name.split('_')[0] if number % 7 == 0 and number // 7 < keep else ''}"
        )
    for folder in sorted(pool_path.rglob("*"), reverse=True):
        if folder.is_dir():
            folder.rmdir()
    (pool_path / "labels.csv").write_text("\n".join(rows) + "\n")
    return open_subtomograms(pool_path)


def test_a_pool_without_any_label_starts(blobs: Path, tmp_path: Path) -> None:
    shutil.copytree(blobs, tmp_path / "pool")
    pool = unlabelled(tmp_path / "pool", keep=0)
    settings = tiny_settings(tmp_path / "pool", oracle="human", junk="leave-out")
    folder = start_run(tmp_path / "run", settings, pool)
    assert folder.journal.classes == []
    assert not loop(folder, pool).run()
    store = folder.journal.labels
    names = [store.classes.add(name, "ann").position for name in ("this", "that")]
    for number, item in enumerate(waiting_query(folder).items):
        store.record(item, Outcome.CLASS, names[number % 2], "ann")
    assert not loop(folder, pool).run()
    assert folder.trained_cycles() == [1]
    assert "accuracy" not in folder.journal.metrics()[1]


def test_labels_that_a_pool_has_are_the_first_labelled_set(blobs: Path, tmp_path: Path) -> None:
    shutil.copytree(blobs, tmp_path / "pool")
    pool = unlabelled(tmp_path / "pool", keep=99)
    settings = tiny_settings(tmp_path / "pool", oracle="human", test_share=0.0)
    folder = start_run(tmp_path / "run", settings, pool)
    assert not loop(folder, pool).run()
    known = np.flatnonzero(pool.labels >= 0)
    assert folder.trained_cycles() == [1]
    assert training_set(folder.journal, settings).items.tolist() == known.tolist()
    assert not np.isin(waiting_query(folder).items, known).any()


def test_nobody_is_asked_about_a_labelled_pool(
    tmp_path: Path, blobs: Path, blob_pool: SubtomogramPool
) -> None:
    settings = tiny_settings(blobs, oracle="human")
    with pytest.raises(CryoalError, match="every item has a label already"):
        start_run(tmp_path / "run", settings, blob_pool)

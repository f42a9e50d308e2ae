"""``bundle``, ``merge``, ``agreement`` and ``audit`` as a user gives them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryoal_cli import main
from cryoal_cli.audit import print_audit
from human_runs import human_run, waiting_query

from cryoal.labelling.audit import Audit, DoubtfulLabel
from cryoal.labelling.opening import open_session
from cryoal.pools import SubtomogramPool
from cryoal.runs import RunFolder
from cryoal.runs.accuracy import Accuracy
from cryoal.runs.answers import Outcome

CLASS, JUNK, UNDECIDED, SKIP = Outcome


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def run(tmp_path: Path, blobs: Path, blob_pool: SubtomogramPool) -> Path:
    return human_run(tmp_path / "run", blobs, blob_pool, initial="6")


def test_there_and_back(run: Path, tmp_path: Path) -> None:
    path = tmp_path / "queue.cryoal"
    result = call("bundle", run, "-o", path, "--annotator", "ann", "--quiet")
    assert result.exit_code == 0
    assert f"Wrote {path}: 6 volumes, " in result.output
    assert "kept for ann for 14 days" in result.output
    first, second, *_ = waiting_query(RunFolder.open(run)).items
    session = open_session(path, "ann")
    session.goto(first)
    session.answer(CLASS, session.add_class("ring").position)
    session.goto(second)
    session.answer(CLASS, 0)
    session.close()
    folder = RunFolder.open(run)
    folder.journal.labels.record(second, CLASS, 1, "bob")
    name = folder.journal.db.execute("SELECT id FROM items WHERE item = ?", (second,)).fetchone()
    result = call("merge", run, path)
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "2 new answers and changes, 2 items labelled",
        "new classes: ring",
        "in conflict, left out until reviewed: 1",
        f"  {name[0]}: bob: class1; ann: class0 (in this bundle)",
        "4 volumes of the query still wait",
    ]
    assert call("merge", run, path).output.startswith("Nothing new in it.\n")


def test_a_bundle_is_kept_for_the_name_that_labels_it(run: Path, tmp_path: Path) -> None:
    path = tmp_path / "queue.cryoal"
    refused = call("bundle", run, "-o", path, "--annotator", " ", "--quiet")
    assert refused.exit_code == 2
    assert "an annotator needs a name" in refused.stderr
    call("bundle", run, "-o", path, "--annotator", " ann ", "--quiet")
    claims = RunFolder.open(run).journal.labels.claims()
    assert list(claims.values()) == [["ann"]] * 6


def test_one_is_said_as_one(
    tmp_path: Path, blobs: Path, blob_pool: SubtomogramPool, capsys: pytest.CaptureFixture[str]
) -> None:
    run = human_run(tmp_path / "run", blobs, blob_pool, initial="6", overlap="1")
    folder = RunFolder.open(run)
    (item,) = waiting_query(folder).doubled
    for name in ("ann", "bob"):
        folder.journal.labels.record(item, CLASS, 0, name)
    folder.journal.close()
    said = call("agreement", run).stdout
    assert said.startswith("1 item answered by two or more of ann, bob\n")
    doubtful = DoubtfulLabel(item, "i", None, "class0", "class1", 0.1, 0.9, 0.8, True)
    print_audit(Audit([doubtful], Accuracy(0.0, 0.0, 0.8, 1), 1, tmp_path / "audit.csv"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("on 1 of 1 label")
    assert lines[2] == "1 label is in doubt, 1 of them confidently:"


@pytest.mark.parametrize("command", ["bundle", "merge", "agreement", "audit"])
def test_mistakes_are_one_line(command: str, tmp_path: Path) -> None:
    more = {"bundle": ["-o", tmp_path / "b"], "merge": [tmp_path / "b"]}.get(command, [])
    result = call(command, tmp_path / "nothing", *more)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1


def test_a_file_that_is_no_bundle(run: Path) -> None:
    result = call("merge", run, run / "config.yaml")
    assert result.exit_code == 2
    assert "not a bundle; 'cryoal bundle' writes one" in result.stderr


def test_agreement(run: Path) -> None:
    assert "No item was answered by two people yet" in call("agreement", run).output
    folder = RunFolder.open(run)
    items = waiting_query(folder).items
    for number, item in enumerate(items[:4]):
        folder.journal.labels.record(item, CLASS, number % 2, "ann")
        folder.journal.labels.record(item, CLASS, number // 3, "bob")
    ids = dict(folder.journal.db.execute("SELECT item, id FROM items"))
    lines = call("agreement", run).output.splitlines()
    assert lines[0] == "4 items answered by two or more of ann, bob"
    assert lines[1].startswith("same answer: 75.0% (")
    assert lines[2].startswith("Cohen's kappa 0.50 (")
    assert lines[3:] == ["disagreements:", f"  {ids[items[1]]}: ann: class1, bob: class0"]
    assert call("agreement", run, "--csv").output.splitlines() == [
        "id,annotator,label",
        f"{ids[items[1]]},ann,class1",
        f"{ids[items[1]]},bob,class0",
    ]


def test_audit(run: Path) -> None:
    folder = RunFolder.open(run)
    for number, item in enumerate(folder.journal.split("train")[:8].tolist()):
        folder.journal.labels.record(item, CLASS, number % 2, "ann")
    result = call("audit", run, "--device", "cpu", "--quiet")
    assert result.exit_code == 0
    assert result.output.startswith("cross-validated accuracy 0.")
    assert "on 8 of 8 labels" in result.output
    assert "harder than the pool" in result.output
    assert f"Wrote {run / 'audit' / 'audit.csv'}" in result.output

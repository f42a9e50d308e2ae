"""What the commands say while a run waits for people."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from cryoal_cli import main
from human_runs import answer_truly, human_run, waiting_query

from cryoal.pools import SubtomogramPool
from cryoal.runs import RunFolder
from cryoal.runs.answers import Outcome


def printed(*arguments: object) -> list[str]:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


@pytest.fixture
def run(tmp_path: Path, blobs: Path, blob_pool: SubtomogramPool) -> Path:
    """Six items wait."""
    return human_run(tmp_path / "run", blobs, blob_pool, initial="6", budget="2", cycles=2)


def test_the_curve_has_its_heads_before_its_first_line_and_only_there(
    run: Path, blob_pool: SubtomogramPool
) -> None:
    waits = printed("run", "--out", run, "--quiet")
    assert not any(line.startswith("cycle") for line in waits)
    assert waits[-1].startswith("6 volumes wait for labels")
    folder = RunFolder.open(run)
    answer_truly(folder, blob_pool)
    folder.journal.close()
    trained = printed("run", "--out", run, "--quiet")
    (heads,) = (at for at, line in enumerate(trained) if line.startswith("cycle"))
    assert trained[heads + 1].split()[:2] == ["1", "6"]


def test_one_is_said_as_one(run: Path) -> None:
    folder = RunFolder.open(run)
    last, *others = waiting_query(folder).items
    for item in others[1:]:
        folder.journal.labels.record(item, Outcome.CLASS, 0, "bob")
    names = dict(folder.journal.db.execute("SELECT item, id FROM items"))
    folder.journal.close()
    table = run.parent / "answers.csv"
    table.write_text(f"id,label\n{names[others[0]]},class0\n")
    said = printed("label", run, "--answers", table, "--annotator", "ann")
    assert said == ["Recorded 1 answer by ann: 1 class0", "1 of 6 items waits"]
    assert printed("queue", run)[0] == "Query of cycle 0: 1 of 6 items waits"
    assert "waiting   1 volume of the last query has no answer" in printed("status", run)
    assert printed("run", "--out", run, "--quiet")[-1].startswith("1 volume waits for a label: ")
    bundle = run.parent / "queue.cryoal"
    assert f"Wrote {bundle}: 1 volume, " in printed("bundle", run, "-o", bundle, "--quiet")[0]
    table.write_text(f"id,label\n{names[last]},class0\n")
    printed("label", bundle, "--answers", table, "--annotator", "ann")
    assert printed("merge", run, bundle) == [
        "1 new answer or change, 1 item labelled",
        "0 volumes of the query still wait",
    ]

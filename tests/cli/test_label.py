"""A query answered and listed without a window."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryoal_cli import main
from human_runs import human_run

from cryoal.labelling.opening import open_session
from cryoal.pools import SubtomogramPool
from cryoal.runs import RunFolder
from cryoal.runs.answers import Event, Outcome
from cryoal.runs.open_query import open_query


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def events_of(run: Path) -> list[Event]:
    folder = RunFolder.open(run)
    try:
        return folder.journal.labels.events()
    finally:
        folder.journal.close()


def rows_of(run: Path) -> list[dict[str, str]]:
    result = call("queue", run, "--csv")
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout)))


@pytest.fixture
def run(tmp_path: Path, blobs: Path, blob_pool: SubtomogramPool) -> Path:
    """Six items wait, two of them for two people."""
    return human_run(tmp_path / "run", blobs, blob_pool, initial="6", overlap="2")


@pytest.fixture
def trained(tmp_path: Path, blobs: Path, blob_pool: SubtomogramPool) -> Path:
    return human_run(tmp_path / "run", blobs, blob_pool, trained=1, initial="6")


@pytest.fixture
def ids(run: Path) -> list[str]:
    return [row["id"] for row in rows_of(run)]


def table(run: Path, *rows: str) -> Path:
    path = run.parent / "answers.csv"
    path.write_text("\n".join(["id,label", *rows]) + "\n")
    return path


def test_answers_are_the_events_that_a_window_would_make(run: Path, ids: list[str]) -> None:
    rows = [f"{ids[0]},class0", f"{ids[1]},junk", f"{ids[2]},Cannot decide", f"{ids[3]},skip"]
    result = call("label", run, "--answers", table(run, *rows, f"{ids[4]},"), "--annotator", "ann")
    assert result.exit_code == 0, result.output
    assert "Recorded 4 answers by ann: 1 class0, 1 junk, 1 cannot decide, 1 skip" in result.output
    assert "Rows without a label, left out: 1" in result.output
    events = events_of(run)
    assert [event.outcome for event in events] == list(Outcome)
    assert [event.label for event in events] == [0, None, None, None]
    assert {event.annotator for event in events} == {"ann"}
    assert {event.seconds for event in events} == {None}


def test_the_login_name_is_the_default(
    run: Path, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "eve")
    assert call("label", run, "--answers", table(run, f"{ids[0]},junk")).exit_code == 0
    assert events_of(run)[0].annotator == "eve"


def test_new_classes_only_when_asked_for(run: Path, ids: list[str]) -> None:
    path = table(run, f"{ids[0]},class1", f"{ids[1]},ribosome", f"{ids[2]},ribosome")
    result = call("label", run, "--answers", path)
    assert result.exit_code == 2
    assert "answers.csv, line 3: no class 'ribosome'; there are: class0" in result.stderr
    assert events_of(run) == []
    result = call("label", run, "--answers", path, "--new-classes")
    assert "New classes: ribosome" in result.output
    assert [event.label for event in events_of(run)] == [1, 4, 4]  # 3 is junk


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("nothing.mrc,class0", "line 3: no item is called 'nothing.mrc'"),
        ("{other},class0", "line 3: '{other}' is not in the open query"),
        ("{first},class1", "line 3: '{first}' was named in line 2 already"),
        ("{second},clas1", "line 3: no class 'clas1'; did you mean 'class1'?"),
        ("{second}", "line 3: 1 values for 2 columns"),
    ],
)
def test_after_a_mistake_nothing_is_recorded(
    run: Path, ids: list[str], blob_pool: SubtomogramPool, row: str, message: str
) -> None:
    other = next(name for name in blob_pool.ids if name not in ids)
    names = {"first": ids[0], "second": ids[1], "other": other}
    path = table(run, f"{ids[0]},class0", row.format(**names))
    result = call("label", run, "--answers", path, "--annotator", "ann")
    assert result.exit_code == 2
    assert f"error: {path}, {message.format(**names)}" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert events_of(run) == []


def test_a_bad_new_class_undoes_the_good_one(run: Path, ids: list[str]) -> None:
    path = table(run, f"{ids[0]},good", f"{ids[1]},b\x07d")
    result = call("label", run, "--answers", path, "--new-classes")
    assert "answers.csv, line 3" in result.stderr
    assert "printable letters" in result.stderr
    assert "good" not in RunFolder.open(run).journal.classes


def test_what_somebody_else_has_is_refused(run: Path) -> None:
    session = open_session(run, "bob", volumes=False)
    assert session.query is not None
    item = next(i for i in session.query.items if i not in session.query.doubled)
    name = session.goto(item).id
    path = table(run, f"{name},class0")
    result = call("label", run, "--answers", path, "--annotator", "ann")
    assert result.exit_code == 2
    assert f"line 2: {run}: {name} is on screen of bob" in result.stderr
    session.close()
    assert call("label", run, "--answers", path, "--annotator", "ann").exit_code == 0


def test_a_table_given_twice_says_nothing_new(run: Path, ids: list[str]) -> None:
    path = table(run, f"{ids[0]},cannot decide", f"{ids[1]},class0", f"{ids[2]},skip")
    call("label", run, "--answers", path, "--annotator", "ann")
    before = events_of(run)
    again = call("label", run, "--answers", path, "--annotator", "ann")
    assert "Recorded 0 answers by ann\n" in again.output
    assert "Said before in this query, not recorded again: 3" in again.output
    assert events_of(run) == before
    other = table(run, f"{ids[0]},cannot decide", f"{ids[1]},class1", f"{ids[2]},class1")
    changed = call("label", run, "--answers", other, "--annotator", "ann")
    assert "Recorded 2 answers by ann: 2 class1" in changed.output
    assert ids[0] in {row["id"] for row in rows_of(run)}
    call("label", run, "--answers", table(run, f"{ids[0]},cannot decide"), "--annotator", "bob")
    assert ids[0] not in {row["id"] for row in rows_of(run)}


def test_what_was_taken_back_is_recorded_again(run: Path, ids: list[str]) -> None:
    path = table(run, f"{ids[0]},class0")
    call("label", run, "--answers", path, "--annotator", "ann")
    session = open_session(run, "ann", volumes=False)
    session.undo()
    session.close()
    assert "1 class0" in call("label", run, "--answers", path, "--annotator", "ann").output


def test_what_waits_for_another_person_is_said(run: Path, ids: list[str]) -> None:
    rows = [f"{name},class0" for name in ids]
    said = call("label", run, "--answers", table(run, *rows), "--annotator", "ann").output
    assert said.endswith("2 of 6 items wait, 2 of them for somebody else\n")


def test_a_network_disk_is_warned_of(
    run: Path, ids: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text("40 22 0:35 / / rw - nfs4 server:/ rw\n")
    monkeypatch.setattr("cryoal.runs.network_disk.MOUNTS", mounts)
    warning = f"warning: {run} is on a network disk (nfs4): work on it from one machine at a time"
    labelled = call("label", run, "--answers", table(run, f"{ids[0]},junk"))
    assert labelled.stderr.startswith(warning)
    assert warning in call("status", run).stdout


def test_the_queue_says_what_waits(run: Path, ids: list[str]) -> None:
    query = open_query(RunFolder.open(run).journal, "2", 0)
    assert query is not None
    places = dict(zip(ids, query.items, strict=True))
    doubled = [name for name in ids if places[name] in query.doubled]
    single = [name for name in ids if name not in doubled]
    rows = [f"{doubled[0]},class0", f"{single[0]},skip", f"{single[1]},junk"]
    call("label", run, "--answers", table(run, *rows), "--annotator", "ann")
    session = open_session(run, "bob", volumes=False)
    session.goto(places[single[2]])
    states = {row["id"]: row["state"] for row in rows_of(run)}
    assert states == {
        doubled[0]: "half",
        doubled[1]: "new",
        single[0]: "put-off",
        single[2]: "taken",
        single[3]: "new",
    }
    result = call("queue", run)
    assert result.output.startswith("Query of cycle 0: 5 of 6 items wait\n")
    session.close()


def test_the_queue_shows_what_the_model_said(trained: Path) -> None:
    rows = rows_of(trained)
    assert [row["rank"] for row in rows] == ["0", "1", "2"]
    assert {row["cycle"] for row in rows} == {"1"}
    assert all(row["prediction"].startswith("class") for row in rows)
    assert all(0 < float(row["probability"]) <= 1 for row in rows)
    assert all(row["prediction"] in call("queue", trained).output for row in rows)


def test_no_query_waits(run: Path) -> None:
    folder = RunFolder.open(run)
    with folder.journal.transaction():
        folder.journal.finish_phase(0, "label", 0.0)
    assert call("queue", run).output == "No query waits for answers.\n"
    assert rows_of(run) == []
    result = call("label", run, "--answers", table(run, "a,b"))
    assert result.exit_code == 2
    assert "no query waits" in result.stderr


def test_without_napari_it_says_how_to_get_it(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "napari", None)
    result = call("label", run)
    assert result.exit_code == 2
    assert "pip install 'cryoal[napari]'" in result.stderr

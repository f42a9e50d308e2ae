"""Labels are never lost: many write, one trains and reads, and writers are killed all along."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import sys
import time
from collections import defaultdict
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from stress_processes import CLASSES, OVERLAP, label_items, train_and_read

from cryoal.runs.journal import Journal
from cryoal.runs.open_query import open_query

WRITERS = 4
EVENTS = 5000
ITEMS = 5000
KILL_EVERY_SECONDS = 1.0


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """A query of all items, of which a tenth is for two people."""
    journal = Journal(tmp_path / "run.sqlite")
    classes = [f"class{number}" for number in range(CLASSES)]
    ids = [f"item{number}" for number in range(ITEMS)]
    journal.create({}, classes, ids, None, ["train"] * ITEMS)
    journal.add_query(0, journal.split("train"), {"query": 0.0})
    return journal


class Writers:
    """Processes that label; the one that is killed begins again."""

    def __init__(self, journal: Journal, context: ForkServerContext) -> None:
        self.context = context
        self.path = journal.path
        self.names = [f"writer{number}" for number in range(WRITERS)]
        self.logs = {name: journal.path.with_name(f"{name}.log") for name in self.names}
        self.processes = {name: self.begin(name) for name in self.names}
        self.kills = 0

    def begin(self, name: str) -> BaseProcess:
        process = self.context.Process(
            target=label_items, args=(self.path, self.logs[name], name, EVENTS)
        )
        process.start()
        return process

    def kill(self, name: str) -> None:
        """Unless its work is done."""
        process = self.processes[name]
        if process.exitcode == 0:
            return
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        self.kills += 1
        self.processes[name] = self.begin(name)

    def lines(self, name: str, kind: str) -> list[str]:
        """What a writer logged of one kind."""
        words = (line.split() for line in self.logs[name].read_text().splitlines())
        return [value for found, value in words if found == kind]


@pytest.mark.timeout(600)
def test_no_acknowledged_label_is_lost(
    journal: Journal, blobs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = multiprocessing.get_context("forkserver")
    # A writer that is begun again shall not spend its second with imports.
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    context.set_forkserver_preload(["stress_processes"])
    counts, stop = tmp_path / "counts", tmp_path / "stop"
    reader = context.Process(target=train_and_read, args=(journal.path, blobs, counts, stop))
    reader.start()
    writers = Writers(journal, context)
    while not all(log.exists() for log in writers.logs.values()):
        time.sleep(0.1)
    for name in itertools.cycle(writers.names):
        time.sleep(KILL_EVERY_SECONDS)
        if all(process.exitcode == 0 for process in writers.processes.values()):
            break
        writers.kill(name)
    stop.touch()
    reader.join()

    acknowledged = {uid for name in writers.names for uid in writers.lines(name, "event")}
    events = journal.labels.events()
    assert len(acknowledged) >= WRITERS * EVENTS
    assert acknowledged <= {event.uid for event in events}
    assert journal.db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]

    query = open_query(journal, OVERLAP, 0)
    assert query is not None
    given: dict[int, set[str]] = defaultdict(set)
    for name in writers.names:
        for item in writers.lines(name, "item"):
            given[int(item)].add(name)
    for event in events:
        given[event.item].add(event.annotator)
    assert all(len(names) <= query.wanted(item) for item, names in given.items())
    assert sum(len(names) == 2 for names in given.values()) > 0.5 * len(query.doubled)

    assert reader.exitcode == 0
    read = [int(line) for line in counts.read_text().split()]
    assert read == sorted(read)
    assert sum(0 < count < len(events) for count in read) >= 3
    assert writers.kills >= 10
    journal.close()

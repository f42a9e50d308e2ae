"""Answers that a table brings instead of a window."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.io.csv_table import read_csv_table, require_columns
from cryoal.labelling.session import LabelSession
from cryoal.runs.answers import ANSWER_NAMES, Outcome

OUTCOMES = {word: outcome for outcome, name in ANSWER_NAMES.items() for word in (name, outcome)}
"""By the name that people see and the one that is recorded."""


@dataclass(frozen=True)
class AnswerRow:
    """One filled row: file and line, id and what is said of it."""

    where: str
    id: str
    text: str


@dataclass(frozen=True)
class RecordedAnswers:
    """What a table came to.

    Attributes:
        counts: answers by class name or outcome.
        new_classes: names of the classes that were added.
        empty: rows without a label.
        repeated: rows that say what the annotator said of the item in this query already.
    """

    counts: dict[str, int]
    new_classes: list[str]
    empty: int
    repeated: int


def record_answers(session: LabelSession, path: Path, new_classes: bool) -> RecordedAnswers:
    """Answer items of the open query by a CSV with columns ``id`` and ``label``.

    A label is a class, ``junk``, ``cannot decide`` or ``skip``; rows without one are left out.
    What the annotator said last of an item in this query is not recorded again, so that a table
    may be given twice: else every ``cannot decide`` in it would count as a second look. All is
    recorded or, after a mistake, nothing; the session is of no use then.

    Args:
        new_classes: add classes that are not there yet instead of refusing them.

    Raises:
        CryoalError: an id that is unknown, not in the open query or named twice, an unknown
            class, or an item that somebody else has; names the row.
    """
    rows, empty = _read(path)
    items = _items(session, rows)
    counts: Counter[str] = Counter()
    repeated = 0
    with session.source.database.transaction():
        added = _add_classes(session, rows) if new_classes else []
        classes = {one.name: one.position for one in session.classes()}
        for row in rows:
            label = classes.get(row.text)
            outcome = OUTCOMES.get(row.text.casefold()) if label is None else Outcome.CLASS
            if outcome is None:
                raise _unknown_class(row, list(classes))
            if session.has_said(items[row.id], outcome, label):
                repeated += 1
                continue
            try:
                session.record(items[row.id], outcome, label)
            except CryoalError as error:
                raise CryoalError(f"{row.where}: {error}") from error
            counts[ANSWER_NAMES.get(outcome, row.text)] += 1
    return RecordedAnswers(dict(counts), added, empty, repeated)


def _read(path: Path) -> tuple[list[AnswerRow], int]:
    """Rows with a label, and the number of those without."""
    table = read_csv_table(path)
    require_columns(path, table, ["id", "label"])
    seen: dict[str, str] = {}
    rows = []
    for name, text, line in zip(
        table.columns["id"], table.columns["label"], table.lines, strict=True
    ):
        where = f"{path}, line {line}"
        if name in seen:
            raise CryoalError(f"{where}: '{name}' was named in {seen[name]} already; remove one")
        seen[name] = f"line {line}"
        if text:
            rows.append(AnswerRow(where, name, text))
    return rows, len(seen) - len(rows)


def _items(session: LabelSession, rows: list[AnswerRow]) -> dict[str, int]:
    """Item of each id.

    Raises:
        CryoalError: an id that is unknown or not in the open query.
    """
    if session.query is None:
        raise CryoalError(f"{session.source.path}: {session.idle_reason()}")
    asked = {session.entry(item).id: item for item in session.query.items}
    for row in rows:
        if row.id in asked:
            continue
        if session.source.knows(row.id):
            raise CryoalError(
                f"{row.where}: '{row.id}' is not in the open query; 'cryoal queue' lists what is"
            )
        near = get_close_matches(row.id, asked, n=1)
        hint = f"did you mean '{near[0]}'?" if near else "'cryoal queue' lists what is asked"
        raise CryoalError(f"{row.where}: no item is called '{row.id}'; {hint}")
    return asked


def _add_classes(session: LabelSession, rows: list[AnswerRow]) -> list[str]:
    """Names of the classes that rows name and that were not there; they are now."""
    known = {one.name for one in session.classes()}
    added = []
    for row in rows:
        if row.text in known or row.text.casefold() in OUTCOMES:
            continue
        try:
            added.append(session.add_class(row.text).name)
        except CryoalError as error:
            raise CryoalError(f"{row.where}: {error}") from error
        known.add(row.text)
    return added


def _unknown_class(row: AnswerRow, classes: list[str]) -> CryoalError:
    near = get_close_matches(row.text, [*classes, *OUTCOMES], n=1)
    known = ", ".join([*classes, *ANSWER_NAMES.values()])
    hint = f"did you mean '{near[0]}'?" if near else f"there are: {known}"
    return CryoalError(f"{row.where}: no class '{row.text}'; {hint} (--new-classes adds classes)")

"""Which items go into a list: conditions such as ``class=ribosome,p>=0.9``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

from cryoal.errors import CryoalError
from cryoal.io.answers import Answers

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_CONDITION = re.compile(r"\s*(\w+)\s*([<>]=?|!?=)\s*(.*?)\s*", re.DOTALL)
# Names of classes may hold commas, so that only one before another condition parts two.
_BETWEEN = re.compile(r",(?=\s*\w+\s*(?:[<>]=?|!?=))")


@dataclass(frozen=True)
class Condition:
    """``key``, comparison and value, as they were given; all of text."""

    text: str
    key: str
    sign: str
    value: str


def select(text: str, answers: Answers) -> list[bool]:
    """For each item, whether all conditions hold; those without an answer meet none.

    Args:
        text: conditions with commas between them: ``class`` with ``=`` or ``!=``, and ``p``, the
            probability from 0 to 1, with ``>=``, ``>``, ``<=`` or ``<``.
        answers: of the items.

    Raises:
        CryoalError: what is no condition, another key, a class that is not there, no probability,
            or no item that is left.
    """
    kept = [bool(name) for name in answers.names]
    for condition in map(_parsed, _BETWEEN.split(text)):
        holds = _CLASS_OR_P[condition.key](condition, answers)
        kept = [one and other for one, other in zip(kept, holds, strict=True)]
    if not any(kept):
        raise CryoalError(f"--select {text}: no item is so; nothing was written, ask for less")
    return kept


def _parsed(text: str) -> Condition:
    match = _CONDITION.fullmatch(text)
    if match is None or not match[3]:
        raise CryoalError(
            f"--select: '{text}' is no condition; give such as class=ribosome or p>=0.9"
        )
    if match[1] not in _CLASS_OR_P:
        raise CryoalError(f"--select {text}: no key '{match[1]}'; there are class and p")
    return Condition(text.strip(), match[1], match[2], match[3])


def _of_class(condition: Condition, answers: Answers) -> list[bool]:
    if condition.sign not in ("=", "!="):
        raise CryoalError(f"--select {condition.text}: a class takes = or !=")
    if condition.value not in answers.classes:
        near = get_close_matches(condition.value, answers.classes, n=1, cutoff=0.5)
        meant = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(answers.classes)}"
        raise CryoalError(f"--select {condition.text}: no class '{condition.value}'; {meant}")
    return [(name == condition.value) == (condition.sign == "=") for name in answers.names]


def _of_probability(condition: Condition, answers: Answers) -> list[bool]:
    if condition.sign not in _COMPARISONS:
        raise CryoalError(f"--select {condition.text}: p takes >=, >, <= or <")
    try:
        limit = float(condition.value)
    except ValueError as error:
        raise CryoalError(f"--select {condition.text}: '{condition.value}' is no number") from error
    if not 0 <= limit <= 1:
        raise CryoalError(f"--select {condition.text}: a probability is from 0 to 1")
    return [_COMPARISONS[condition.sign](value, limit) for value in answers.probabilities]


_CLASS_OR_P: dict[str, Callable[[Condition, Answers], list[bool]]] = {
    "class": _of_class,
    "p": _of_probability,
}

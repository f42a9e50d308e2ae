"""Pickles of byte arrays, as the CIFAR data sets are distributed, read without being executed.

A pickle is a program. Here nothing of it runs: the few instructions that such a file needs are
interpreted one by one, on values that are made here, and any other one is refused. What comes out
is a dict of byte arrays (numpy uint8), lists, byte strings and whole numbers. Protocols 2 to 4 are
understood: Python 2 wrote the official files, and Python 3 what people made of them.
"""

from __future__ import annotations

import math
import pickletools
import warnings
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError

# The largest official file has some 400,000; each makes one small value.
_MOST_INSTRUCTIONS = 2_000_000
_MOST_AXES = 4

_MARK, _RECONSTRUCT, _NDARRAY, _DTYPE, _UINT8 = (object() for _ in range(5))

_GLOBALS = {
    "numpy ndarray": _NDARRAY,
    "numpy dtype": _DTYPE,
    "numpy.core.multiarray _reconstruct": _RECONSTRUCT,
    "numpy._core.multiarray _reconstruct": _RECONSTRUCT,  # since numpy 2
}
_CONSTANTS: dict[str, Any] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_TUPLES = {"EMPTY_TUPLE": 0, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


@dataclass
class _Array:
    """An array that the pickle asked for; ``values`` come later, if they do."""

    values: npt.NDArray[np.uint8] | None = None


def read_array_pickle(raw: bytes, where: str) -> dict[str, Any]:
    """The dict that a pickle holds, arrays as uint8 of any shape, strings as bytes.

    Args:
        raw: the whole file.
        where: its name, for errors.

    Raises:
        CryoalError: damaged, or anything in it that such a file does not need.
    """
    try:
        with warnings.catch_warnings():
            # Of odd escapes in names; such names are refused.
            warnings.simplefilter("ignore", DeprecationWarning)
            return _interpreted(raw, where)
    except (ValueError, IndexError, KeyError, TypeError) as error:
        raise CryoalError(
            f"{where}: is damaged or incomplete, or is no pickle of arrays; download it again"
        ) from error


def _interpreted(raw: bytes, where: str) -> dict[str, Any]:
    machine = _Machine(where)
    for count, (opcode, argument, _) in enumerate(pickletools.genops(raw)):
        if count >= _MOST_INSTRUCTIONS:
            machine.refuse("more values than such a file has")
        machine.step(opcode.name, argument)
    return machine.result()


class _Machine:
    """The stack and the memory of a pickle, and the instructions that are understood.

    Values on the stack are dict, list, tuple, bytes, int, bool, None, ``_Array`` and the marks
    above; none of them has methods that a pickle could reach.
    """

    def __init__(self, where: str) -> None:
        self.where = where
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def refuse(self, what: str) -> NoReturn:
        raise CryoalError(
            f"{self.where}: holds {what}; refused, as it might run code: download it again from "
            "its official place"
        )

    def step(self, name: str, argument: Any) -> None:
        """Carry out one instruction, under the name that ``pickletools`` gives it."""
        stack = self.stack
        match name:
            case "PROTO" | "FRAME" | "STOP":
                pass
            case "MARK":
                stack.append(_MARK)
            case "BINSTRING" | "SHORT_BINSTRING":
                stack.append(argument.encode("latin-1"))
            case "BINUNICODE" | "SHORT_BINUNICODE":
                stack.append(argument.encode())
            case "BINBYTES" | "SHORT_BINBYTES" | "BININT" | "BININT1" | "BININT2":
                stack.append(argument)
            case "NONE" | "NEWTRUE" | "NEWFALSE":
                stack.append(_CONSTANTS[name])
            case "EMPTY_LIST":
                stack.append([])
            case "EMPTY_DICT":
                stack.append({})
            case "EMPTY_TUPLE" | "TUPLE1" | "TUPLE2" | "TUPLE3":
                stack.append(tuple(self.take(_TUPLES[name])))
            case "TUPLE":
                stack.append(tuple(self.take_to_mark()))
            case "BINPUT" | "LONG_BINPUT":
                self.memo[argument] = stack[-1]
            case "MEMOIZE":
                self.memo[len(self.memo)] = stack[-1]
            case "BINGET" | "LONG_BINGET":
                stack.append(self.memo[argument])
            case "APPEND":
                self.extend(self.take(1))
            case "APPENDS":
                self.extend(self.take_to_mark())
            case "SETITEM":
                self.update(self.take(2))
            case "SETITEMS":
                self.update(self.take_to_mark())
            case "GLOBAL":
                stack.append(self.look_up(argument))
            case "STACK_GLOBAL":
                stack.append(self.look_up(b" ".join(self.take(2)).decode()))
            case "REDUCE":
                stack.append(self.call(*self.take(2)))
            case "BUILD":
                (state,) = self.take(1)
                self.build(stack[-1], state)
            case _:
                self.refuse(f"the instruction {name}")

    def take(self, count: int) -> list[Any]:
        """The last values of the stack, which loses them."""
        if len(self.stack) < count:
            raise IndexError("stack is too short")
        taken = self.stack[len(self.stack) - count :]
        del self.stack[len(self.stack) - count :]
        return taken

    def take_to_mark(self) -> list[Any]:
        """The values above the last mark, which goes too."""
        taken = []
        while (value := self.stack.pop()) is not _MARK:
            taken.append(value)
        return taken[::-1]

    def extend(self, values: list[Any]) -> None:
        if not isinstance(self.stack[-1], list):
            raise TypeError("not a list")
        self.stack[-1].extend(values)

    def update(self, pairs: list[Any]) -> None:
        keys = pairs[::2]
        if not isinstance(self.stack[-1], dict) or not all(isinstance(k, bytes) for k in keys):
            raise TypeError("not a dict with names")
        self.stack[-1].update(zip(keys, pairs[1::2], strict=True))

    def look_up(self, name: str) -> object:
        if name not in _GLOBALS:
            self.refuse(f"a call of {name[:80].replace(' ', '.')!a}")
        return _GLOBALS[name]

    def call(self, function: object, arguments: tuple[Any, ...]) -> object:
        if function is _RECONSTRUCT and arguments[0] is _NDARRAY:
            return _Array()
        if function is _DTYPE:
            if arguments[0] not in (b"u1", b"|u1"):
                self.refuse("an array that is not made of bytes (u1)")
            return _UINT8
        return self.refuse("a call of what is no function of arrays")

    def build(self, target: object, state: tuple[Any, ...]) -> None:
        """Fill an array; a type of one byte has no state that matters."""
        if target is _UINT8:
            return
        if not isinstance(target, _Array):
            self.refuse("a state for what is no array")
        _, shape, kind, is_fortran, data = state
        if kind is not _UINT8 or not isinstance(data, bytes):
            self.refuse("an array that is not made of bytes (u1)")
        if len(shape) > _MOST_AXES or not all(type(n) is int and n >= 0 for n in shape):
            raise ValueError("no shape")
        if math.prod(shape) != len(data):
            raise ValueError("the shape is not that of the data")
        values = np.frombuffer(data, np.uint8)
        target.values = values.reshape(shape, order="F" if is_fortran else "C")

    def result(self) -> dict[str, Any]:
        (found,) = self.stack
        if not isinstance(found, dict):
            raise TypeError("not a dict")
        return {name.decode(): _plain(value) for name, value in found.items()}


def _plain(value: Any) -> Any:
    if not isinstance(value, _Array):
        return value
    if value.values is None:
        raise ValueError("an array without values")
    return value.values

"""Pickles of numbers and text, read without running what is in them.

A pickle is a program: whoever loads it with Python's own loader runs it. Published
features (CMU-MOSI and CMU-MOSEI among them) are pickles nevertheless. Here each
instruction is looked at first. The few names that NumPy writes for an array are met
by stand-ins of ours, which note what they are given; what they noted is checked and
made into arrays after the end. Any other name is refused before anything is called.
"""

import io
import pickle
import pickletools
from collections.abc import Callable, Iterator
from typing import Any, Never

import numpy as np

from fusionviz.errors import InputError

HOW = "save its arrays with numpy.savez instead"

_NUMPY = ("numpy", "numpy.core.multiarray", "numpy._core.multiarray")
_FROM_BUFFER = ("numpy.core.numeric", "numpy._core.numeric")
_KINDS = "biufSU"
"""Of NumPy's types: bools, whole numbers, fractions, bytes and text."""

_DEEPEST = 32
_REFUSED = {
    *("INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "PERSID", "BINPERSID"),
    *("EXT1", "EXT2", "EXT4", "NEXT_BUFFER", "READONLY_BUFFER"),
}
_PLAIN = (str, bytes, bool, int, float, type(None))


def read_pickle(data: bytes, name: str) -> Any:  # noqa: ANN401 - what was pickled
    """Return the dicts, lists, text, numbers and NumPy arrays of a pickle.

    Args:
        data: The file's bytes.
        name: What it is called in sentences.

    Returns:
        What was pickled. Tuples come as lists; arrays of objects as flat lists.

    Raises:
        InputError: One sentence: it is damaged, or holds anything else.
    """
    try:
        _look_through(data)
        return _Settler().settle(_Loader(data).load())
    except InputError as error:
        raise InputError(f"{name}: {error}") from error
    except RECOVERABLE as error:
        raise InputError(f"{name} is damaged or no pickle: {HOW}.") from error


RECOVERABLE = (
    *(pickle.UnpicklingError, EOFError, ValueError, TypeError, KeyError, IndexError),
    *(AttributeError, OverflowError, MemoryError, RecursionError, UnicodeError),
)
"""What Python's loader raises at bytes that are no pickle."""


def _look_through(data: bytes) -> None:
    """Refuse what no array needs, and places in memory that would be made for nothing.

    Raises:
        InputError: There is such an instruction.
    """
    for count, (code, argument) in enumerate(_instructions(data)):
        if code in _REFUSED:
            raise InputError(f"it makes objects that are no arrays: {HOW}.")
        if code in _PUTS and not 0 <= _PUTS[code](argument) <= count:
            raise InputError(f"it is damaged (a place far away in memory): {HOW}.")


_PUTS: dict[str, Callable[[bytes], int]] = {
    "PUT": int,
    "BINPUT": lambda argument: argument[0],
    "LONG_BINPUT": lambda argument: int.from_bytes(argument, "little"),
}


def _instructions(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield each instruction's name and what follows it, but for the text of strings.

    As `pickletools.genops`, which does not read the strings of Python 2.

    Raises:
        InputError: An instruction is none, or there is no end.
    """
    place = 0
    while place < len(data):
        code = _CODES.get(data[place])
        place += 1
        if code is None:
            break
        size = 0 if code.arg is None else code.arg.n
        if size == pickletools.UP_TO_NEWLINE:
            end = place
            for _ in range(_LINES.get(code.name, 1)):
                end = data.find(b"\n", end) + 1 or len(data) + 1
        elif size < 0:  # its length comes first
            head = _HEADS[size]
            end = place + head + int.from_bytes(data[place : place + head], "little")
        else:
            end = place + size
        if end > len(data):
            break
        yield code.name, data[place:end] if size >= -1 else b""
        if code.name == "STOP":
            return
        place = end
    raise InputError(f"it is damaged or no pickle: {HOW}.")


_CODES = {ord(code.code): code for code in pickletools.opcodes}
_LINES = {"GLOBAL": 2, "INST": 2}
_HEADS = {
    pickletools.TAKEN_FROM_ARGUMENT1: 1,
    pickletools.TAKEN_FROM_ARGUMENT4: 4,
    pickletools.TAKEN_FROM_ARGUMENT4U: 4,
    pickletools.TAKEN_FROM_ARGUMENT8U: 8,
}


class _Loader(pickle.Unpickler):
    """Python's loader, in which only stand-ins have names."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data), encoding="latin1")

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401
        known = _NAMES.get((module, name))
        if known is None:
            raise InputError(f"it asks for {module[:40]}.{name[:40]}: {HOW}.")
        return _StandIn(known)

    def persistent_load(self, pid: object) -> Never:
        raise InputError(f"it refers to something outside of the file: {HOW}.")


class _Note:
    """What a name in a pickle was called with, and the state that it was given."""

    __slots__ = ("given", "of", "state")

    def __init__(self, of: str, given: tuple[Any, ...]) -> None:
        self.of, self.given = of, given
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:  # noqa: ANN401
        self.state = state


class _StandIn:
    """What stands in a pickle for a name of NumPy's: it notes how it is called."""

    __slots__ = ("of",)

    def __init__(self, of: str) -> None:
        self.of = of

    def __call__(self, *given: Any) -> _Note:  # noqa: ANN401
        return _Note(self.of, given)

    def __setstate__(self, state: Any) -> Never:  # noqa: ANN401
        raise InputError(f"it changes what NumPy is: {HOW}.")


_NAMES = {
    **{(module, "_reconstruct"): "array" for module in _NUMPY},
    **{(module, "scalar"): "scalar" for module in _NUMPY},
    **{(module, "_frombuffer"): "buffer" for module in _FROM_BUFFER},
    ("numpy", "ndarray"): "type",
    ("numpy", "dtype"): "dtype",
    ("_codecs", "encode"): "bytes",
    ("__builtin__", "bytes"): "bytes",
    ("builtins", "bytes"): "bytes",
}


class _Settler:
    """Makes arrays of notes, each thing once however often the file refers to it."""

    def __init__(self) -> None:
        self._done: dict[int, Any] = {}
        self._begun: set[int] = set()

    def settle(self, value: Any) -> Any:  # noqa: ANN401
        """Return what was pickled, with arrays where notes stand."""
        if type(value) in _PLAIN:
            return value
        if id(value) not in self._done:
            if id(value) in self._begun or len(self._begun) > _DEEPEST:
                raise InputError(
                    f"it holds itself, or is more than {_DEEPEST} deep: {HOW}."
                )
            self._begun.add(id(value))
            self._done[id(value)] = self._make(value)
            self._begun.remove(id(value))
        return self._done[id(value)]

    def _make(self, value: Any) -> Any:  # noqa: ANN401
        if isinstance(value, dict):
            return {_key(key): self.settle(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.settle(part) for part in value]
        if isinstance(value, _Note) and value.of == "array":
            _, shape, dtype, is_fortran, raw = value.state
            if isinstance(raw, list):  # of objects
                return self.settle(raw)
            return _from_raw(raw, _dtype(dtype), shape, "F" if is_fortran else "C")
        if isinstance(value, _Note) and value.of == "buffer":
            raw, dtype, shape, order = value.given
            return _from_raw(raw, _dtype(dtype), shape, str(order))
        if isinstance(value, _Note) and value.of == "scalar":
            dtype, raw = value.given
            return _from_raw(raw, _dtype(dtype), (), "C")[()].item()
        if isinstance(value, _Note) and value.of == "bytes":
            return _bytes(value)
        kind = value.of if isinstance(value, _Note | _StandIn) else type(value).__name__
        raise InputError(f"it holds a {kind}, which is no array: {HOW}.")


def _key(key: Any) -> Any:  # noqa: ANN401
    if type(key) not in _PLAIN:
        raise InputError(f"a key is a {type(key).__name__}, no text or number: {HOW}.")
    return key


def _bytes(note: _Note) -> bytes:
    text, encoding = note.given or ("", "latin1")
    if encoding != "latin1" or not isinstance(text, str):
        raise InputError(f"it has bytes that are not written as text: {HOW}.")
    return text.encode("latin1")


def _dtype(note: Any) -> np.dtype:  # noqa: ANN401
    """Return a type of numbers or text, by its name and the byte order in its state."""
    if not isinstance(note, _Note) or note.of != "dtype":
        raise InputError(f"an array has no type: {HOW}.")
    dtype = np.dtype(str(note.given[0]))
    if dtype.kind not in _KINDS:
        raise InputError(f"an array is of {dtype}, not of numbers or text: {HOW}.")
    is_big = bool(note.state) and note.state[1] == ">"
    return dtype.newbyteorder(">" if is_big else "=")


def _from_raw(raw: Any, dtype: np.dtype, shape: Any, order: str) -> np.ndarray:  # noqa: ANN401
    """Return an array of its bytes.

    Raises:
        InputError: There are more or fewer of them than its shape says.
    """
    if isinstance(raw, _Note) and raw.of == "bytes":
        raw = _bytes(raw)
    data = raw.encode("latin1") if isinstance(raw, str) else raw
    if not isinstance(data, bytes | bytearray):
        raise InputError(f"an array has no bytes: {HOW}.")
    sides = tuple(int(side) for side in shape)
    wanted = dtype.itemsize
    for side in sides:
        wanted *= side
    if min(sides, default=0) < 0 or wanted != len(data):
        raise InputError(
            f"an array of shape {sides} has {len(data)} bytes, not {wanted}: {HOW}."
        )
    flat = np.frombuffer(data, dtype) if data else np.zeros(0, dtype)
    native = dtype.newbyteorder("=")
    return flat.reshape(sides, order="F" if order == "F" else "C").astype(native)

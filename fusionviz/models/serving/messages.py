"""What travels between the app and a model server, as bytes: one safetensors file.

Its tensors are numbered. Its metadata says, as JSON, what they are part of: numbers,
words, lists, tables, and the records that are listed here. Reading one makes no other
objects and runs nothing that the bytes bring.
"""

import dataclasses
import json
import math
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusionviz.data.grid import Grid
from fusionviz.errors import InputError, one_line
from fusionviz.models.alignmamba import AlignMambaInputs, AlignMambaTrace
from fusionviz.models.alignmamba.align import Tokens
from fusionviz.models.alignmamba.block_jacobian import BlockJacobian
from fusionviz.models.alignmamba.model import AlignMambaOutput
from fusionviz.models.alignmamba.trace import AlignmentTrace
from fusionviz.models.films import FilmBatch
from fusionviz.models.inputs import ImageBatch
from fusionviz.models.mango import MangoTrace
from fusionviz.models.mango.flow import FlowStep
from fusionviz.models.mango.layers.invertible import HeadIntervention
from fusionviz.models.mango.trace import LayerTrace

RECORDS: Mapping[str, type] = {
    record.__name__: record
    for record in (
        AlignMambaInputs,
        AlignMambaOutput,
        AlignMambaTrace,
        AlignmentTrace,
        BlockJacobian,
        FilmBatch,
        FlowStep,
        Grid,
        HeadIntervention,
        ImageBatch,
        LayerTrace,
        MangoTrace,
        Tokens,
    )
}
"""All records that can travel, by the name under which they do."""

DTYPES: Mapping[str, type[np.generic]] = {
    "BOOL": np.bool_,
    "U8": np.uint8,
    "I32": np.int32,
    "I64": np.int64,
    "F16": np.float16,
    "F32": np.float32,
    "F64": np.float64,
}
"""All types of numbers that can travel, by safetensors' names."""

KEY = "fusionviz"
"""Under which the metadata says what the tensors are part of."""

LARGEST_HEADER = 16 * 2**20
"""Bytes of names, shapes and structure."""

MOST_AXES = 8

_LENGTH = struct.Struct("<Q")
_UNREADABLE = (
    *(ValueError, KeyError, TypeError, AttributeError, IndexError),
    *(RecursionError, OverflowError, struct.error, safetensors.SafetensorError),
)
"""What reading bytes that are no message raises."""


def write_message(value: Any) -> bytes:  # noqa: ANN401 - of the kinds below
    """Return a value as bytes, from which `read_message` makes it again.

    Args:
        value: None, a truth, a number, words, a tensor, an array, a record of
            `RECORDS`, or a list, a tuple or a table of these by words or numbers.

    Raises:
        TypeError: It is, or holds, something else.
    """
    arrays: dict[str, NDArray[Any]] = {}
    structure = json.dumps(_put(value, arrays))
    return safetensors.numpy.save(arrays, {KEY: structure})


def read_message(content: bytes) -> Any:  # noqa: ANN401 - what was written
    """Return the value that a message holds; tensors are on the CPU.

    Raises:
        InputError: The bytes are no message, and why.
    """
    try:
        structure = _structure_of(content)
        arrays = {name: _array(view) for name, view in safetensors.deserialize(content)}
        return _Reading(arrays).value(json.loads(structure))
    except _UNREADABLE as error:
        raise InputError(
            f"these bytes are no message of fusionviz: {one_line(error)}"
        ) from error


def _put(value: Any, arrays: dict[str, NDArray[Any]]) -> Any:  # noqa: ANN401
    """Return what JSON says of a value; its arrays are added to those that are kept."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return value
    if isinstance(value, Tensor):
        return {"tensor": _keep(value.numpy(force=True), arrays)}
    if isinstance(value, np.ndarray):
        return {"array": _keep(value, arrays)}
    if type(value).__name__ in RECORDS and type(value) is RECORDS[type(value).__name__]:
        fields = {
            name: _put(getattr(value, name), arrays) for name in _fields(type(value))
        }
        return {"record": type(value).__name__, "fields": fields}
    if isinstance(value, list | tuple):
        return {type(value).__name__: [_put(one, arrays) for one in value]}
    if isinstance(value, Mapping):
        pairs = [[_key(key), _put(one, arrays)] for key, one in value.items()]
        return {"table": pairs}
    raise TypeError(f"a {type(value).__name__} cannot travel to a model server")


def _keep(array: NDArray[Any], arrays: dict[str, NDArray[Any]]) -> str:
    """Add an array to those that are kept, and return its name there."""
    if array.dtype not in DTYPES.values():
        raise TypeError(f"an array of {array.dtype} cannot travel to a model server")
    name = str(len(arrays))
    arrays[name] = np.asarray(array, order="C")
    return name


def _key(key: Any) -> str | int:  # noqa: ANN401
    if isinstance(key, bool) or not isinstance(key, str | int):
        raise TypeError(f"a table is by words or whole numbers, got {key!r}")
    return key


def _fields(record: type) -> tuple[str, ...]:
    """Return the names of a record's fields."""
    if dataclasses.is_dataclass(record):
        return tuple(one.name for one in dataclasses.fields(record))
    names: tuple[str, ...] = record._fields  # type: ignore[attr-defined]
    return names


def _structure_of(content: bytes) -> str:
    """Return the JSON in a message's metadata."""
    (length,) = _LENGTH.unpack_from(content)
    if length > min(LARGEST_HEADER, len(content) - _LENGTH.size):
        raise ValueError(f"its header says that it has {length} bytes")
    header = json.loads(content[_LENGTH.size : _LENGTH.size + length])
    structure = header["__metadata__"][KEY]
    if not isinstance(structure, str):
        raise TypeError("its metadata is no text")
    return structure


def _array(view: Mapping[str, Any]) -> NDArray[Any]:
    """Return an array of a message that owns its numbers."""
    shape = view["shape"]
    if len(shape) > MOST_AXES or math.prod(max(side, 1) for side in shape) > 2**40:
        raise ValueError(f"it has an array of shape {shape}")
    dtype = DTYPES.get(view["dtype"])
    if dtype is None:
        raise ValueError(f"it has an array of {view['dtype']}")
    return np.frombuffer(view["data"], dtype).reshape(shape).copy()


class _Reading:
    """A message that is being read: each of its arrays is part of one thing."""

    def __init__(self, arrays: dict[str, NDArray[Any]]) -> None:
        self._arrays = arrays

    def value(self, said: Any) -> Any:  # noqa: ANN401
        """Return the value that JSON says."""
        if not isinstance(said, dict):
            if isinstance(said, list):
                raise TypeError("a list says what kind it is")
            return said
        if "record" in said:
            return self._record(**said)
        ((kind, content),) = said.items()
        if kind == "tensor":
            return torch.from_numpy(self._arrays.pop(content))
        if kind == "array":
            return self._arrays.pop(content)
        if kind == "list":
            return [self.value(one) for one in content]
        if kind == "tuple":
            return tuple(self.value(one) for one in content)
        if kind == "table":
            table = {_key(key): self.value(one) for key, one in content}
            if len(table) != len(content):
                raise ValueError("a table has a key twice")
            return table
        raise ValueError(f"there is nothing of the kind {kind[:40]!r}")

    def _record(self, record: str, fields: dict[str, Any]) -> Any:  # noqa: ANN401
        if record not in RECORDS:
            raise ValueError(f"there is no record {str(record)[:40]!r}")
        found = RECORDS[record]
        if set(fields) != set(_fields(found)):
            raise ValueError(f"{record} has other fields")
        return found(**{name: self.value(one) for name, one in fields.items()})

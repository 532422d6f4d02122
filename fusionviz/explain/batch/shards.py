"""The files of a batch: a Parquet file a shard, and at the end one of all numbers."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from fusionviz.errors import InputError
from fusionviz.explain.batch.plan import SHARDS, BatchFolder
from fusionviz.explain.batch.rows import PairRow

NUMBERS = "numbers.parquet"
COMPRESSION = "zstd"

FLUSH_BYTES = 64 << 20
"""Rows wait for so many bytes before they are written, so that a shard takes little
memory."""

_NUMBER = pa.struct({"name": pa.string(), "value": pa.float64(), "word": pa.string()})
_ARRAY = pa.struct(
    {
        "name": pa.string(),
        "dtype": pa.string(),
        "shape": pa.list_(pa.int64()),
        "data": pa.large_binary(),
    }
)
_EXHIBIT = pa.struct(
    {
        "name": pa.string(),
        "error": pa.string(),
        "numbers": pa.list_(_NUMBER),
        "arrays": pa.list_(_ARRAY),
    }
)
SCHEMA = pa.schema(
    {
        "index": pa.int64(),
        "name": pa.string(),
        "sample": pa.string(),
        "error": pa.string(),
        "seconds": pa.float64(),
        "exhibits": pa.list_(_EXHIBIT),
    }
)
"""Of a shard: a row a pair; arrays are raw bytes in C order, with dtype and shape."""


def write_shard(path: Path, rows: Iterable[PairRow]) -> None:
    """Write the rows of a shard; the file is there in full or not at all.

    Args:
        path: Of the file.
        rows: They are written as they come.
    """
    partial = path.with_name(f"{path.name}.part-{os.getpid()}")
    try:
        with pq.ParquetWriter(partial, SCHEMA, compression=COMPRESSION) as writer:
            waiting: list[dict[str, Any]] = []
            size = 0
            for row in rows:
                waiting.append(_as_table(row))
                size += row.bytes
                if size >= FLUSH_BYTES:
                    writer.write_table(pa.Table.from_pylist(waiting, SCHEMA))
                    waiting, size = [], 0
            writer.write_table(pa.Table.from_pylist(waiting, SCHEMA))
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def read_shard(path: Path, columns: list[str] | None = None) -> list[dict[str, Any]]:
    """Return the rows of a shard as tables.

    Args:
        path: Of the file.
        columns: Of `SCHEMA`; all if not given. `exhibits.list.element.numbers` is one.

    Raises:
        InputError: It cannot be read.
    """
    try:
        with pq.ParquetFile(path) as file:
            return file.read(columns).to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path} cannot be read: {error}") from error


def read_arrays(row: Mapping[str, Any]) -> dict[str, dict[str, NDArray[Any]]]:
    """Return the arrays of a row of `read_shard`, by exhibit and by name."""
    return {
        one["name"]: {
            array["name"]: np.frombuffer(
                array["data"], np.dtype(array["dtype"])
            ).reshape(array["shape"])
            for array in one["arrays"]
        }
        for one in row["exhibits"]
    }


def gather_numbers(folder: BatchFolder) -> Path:
    """Write the numbers of all pairs as one table, and return its path.

    A row a pair: `index`, `name`, `error`, `seconds`, and `EXHIBIT.NUMBER` of each
    number, null where a pair has none.

    Args:
        folder: Whose shards are all there.

    Raises:
        InputError: A shard is not there, or cannot be read.
    """
    rows = list(_number_rows(folder))
    titles = dict.fromkeys(name for row in rows for name in row)
    columns = {name: _as_column([row.get(name) for row in rows]) for name in titles}
    path = folder.path / NUMBERS
    partial = path.with_name(f"{path.name}.part-{os.getpid()}")
    pq.write_table(pa.table(columns), partial, compression=COMPRESSION)
    os.replace(partial, path)
    for left in (path.parent / SHARDS).iterdir():
        if left.suffix != path.suffix:  # of processes that were ended
            left.unlink(missing_ok=True)
    return path


def _number_rows(folder: BatchFolder) -> Iterator[dict[str, Any]]:
    part = "exhibits.list.element"
    columns = ["index", "name", "error", "seconds", f"{part}.name", f"{part}.numbers"]
    for shard in folder.plan().shards:
        for row in read_shard(folder.shard_file(shard), columns):
            numbers = {
                f"{one['name']}.{number['name']}": (
                    number["value"] if number["word"] is None else number["word"]
                )
                for one in row.pop("exhibits") or ()
                for number in one["numbers"]
            }
            yield row | numbers


def _as_column(values: list[Any]) -> pa.Array:
    """Return a column: of numbers, or of words where there are some among them."""
    if any(isinstance(value, str) for value in values):
        return pa.array([None if v is None else str(v) for v in values])
    return pa.array(values)


def _as_table(row: PairRow) -> dict[str, Any]:
    return {
        "index": row.index,
        "name": row.name,
        "sample": row.sample or None,
        "error": row.error or None,
        "seconds": row.seconds,
        "exhibits": [
            {
                "name": one.name,
                "error": one.error or None,
                "numbers": [_as_number(*pair) for pair in one.numbers.items()],
                "arrays": [_as_array(*pair) for pair in one.arrays.items()],
            }
            for one in row.exhibits
        ],
    }


def _as_number(name: str, value: float | int | str) -> dict[str, Any]:
    is_word = isinstance(value, str)
    return {
        "name": name,
        "value": None if is_word else float(value),
        "word": value if is_word else None,
    }


def _as_array(name: str, array: NDArray[Any]) -> dict[str, Any]:
    return {
        "name": name,
        "dtype": array.dtype.str,
        "shape": list(array.shape),
        "data": array.tobytes(),
    }

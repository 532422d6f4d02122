"""One modality in a CSV file: a row a step, a column a feature.

Columns `start`, `end`, `time`, `word` and `true` say more of a step. Commas, semicolons
or tabs stand between, with or without a header, in UTF-8, UTF-16 or Latin-1.
"""

import codecs
import csv
import io
import math
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.files.kinds import describe_foreign
from fusionviz.data.sequences.names import understand
from fusionviz.data.sequences.parts import MAX_FEATURES, Part, shown_words
from fusionviz.data.sequences.times import spans_of
from fusionviz.errors import InputError

MAX_ROWS = 1_000_000

_EXTRA_COLUMNS = 16
_COLUMNS = {
    "start": "start starts start_time begin onset",
    "end": "end ends end_time stop",
    "time": "time times timestamp timestamps",
    "word": "word words token",
    "true": "true truth alignment true_word",
}
_ROLES = {name: role for role, names in _COLUMNS.items() for name in names.split()}
_COUNTERS = ("", "index", "frame", "step", "row", "unnamed: 0")
_MISSING = frozenset(["", "nan", "na", "n/a", "null", "none", "-"])


@dataclass(frozen=True, kw_only=True, eq=False)
class _Table:
    """What a file says.

    Attributes:
        header: Names of the columns, in small letters; None where it has none.
        values: (row, column), NaN where there is no number.
        words: Of each row, or empty.
    """

    header: list[str] | None
    values: NDArray[np.float64]
    words: list[str]

    def column(self, role: str) -> NDArray[np.float64] | None:
        """Return the numbers of the first column of a role, None without one."""
        at = [n for n, one in enumerate(self.header or ()) if _ROLES.get(one) == role]
        return self.values[:, at[0]] if at else None


def read_table(name: str, data: bytes) -> Part:
    """Return the modality in a CSV file.

    Args:
        name: Of the file, such as `clip3_audio.csv`: it says which modality.
        data: Its bytes.

    Raises:
        InputError: It is no such table; with line and column where that matters.
    """
    table = _parse(name, _decode(name, data))
    chosen, notes = _features(table)
    if not chosen:
        raise InputError(f"{name} has no features: add a column of numbers for each.")
    start, end = table.column("start"), table.column("end")
    start = table.column("time") if start is None else start
    return Part(
        modality=understand(PurePath(name).stem).modality,
        values=table.values[:, chosen],
        source=name,
        times=None if start is None else spans_of(start, end),
        words=shown_words(table.words),
        alignment=table.column("true"),
        notes=tuple(notes),
    )


def _decode(name: str, data: bytes) -> str:
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
    if "\0" in text:
        raise InputError(
            f"{name} is {describe_foreign(data)} and no text: save the table as CSV."
        )
    return text


def _parse(name: str, text: str) -> _Table:
    separator = _separator(text)
    comma = separator == ";"
    rows = _rows(name, text, separator)
    line, first = next(rows, (1, []))
    if len(first) > MAX_FEATURES + _EXTRA_COLUMNS:
        raise InputError(
            f"{name} has {len(first)} columns, and at most {MAX_FEATURES} features are "
            "read: write a row a step, a column a feature."
        )
    header = None
    if _counts_columns(first) or any(_number(one, comma) is None for one in first):
        header = [cell.strip().lower() for cell in first]
    else:
        rows = chain([(line, first)], rows)
    spoken = [n for n, one in enumerate(header or ()) if _ROLES.get(one) == "word"]
    numbers, words = array("d"), []
    for line, row in rows:
        if len(row) != len(first):
            raise InputError(
                f"Line {line} of {name} has {len(row)} cells where the first has "
                f"{len(first)}: give every row as many."
            )
        for column in spoken[:1]:
            words.append(row[column])
            row[column] = "nan"
        numbers.extend(_numbers(name, line, row, comma))
    if not numbers:
        raise InputError(f"{name} has no rows of numbers: write a row a step.")
    values = np.frombuffer(numbers, np.float64).reshape(-1, len(first))
    return _Table(header=header, values=values, words=words)


def _rows(name: str, text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of each line that is not blank, and its cells."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for count, row in enumerate(reader):
            if count > MAX_ROWS:
                raise InputError(
                    f"{name} has more than {MAX_ROWS} rows: bring a shorter piece."
                )
            if len(row) > 1 or (row and row[0].strip()):
                yield reader.line_num, row
    except csv.Error as error:
        raise InputError(
            f"{name} is no table from line {reader.line_num} on: save it as CSV."
        ) from error


def _counts_columns(cells: list[str]) -> bool:
    """Whether a line is 0, 1, 2, ...: the header that pandas writes of an array."""
    bare = [cell.strip() for cell in cells]
    bare = bare[1:] if bare[:1] == [""] else bare
    return len(bare) > 1 and bare == [str(n) for n in range(len(bare))]


def _separator(text: str) -> str:
    """Return what stands between the cells of the first line that is not blank."""
    line = re.match(r"\s*([^\r\n]*)", text)
    bare = re.sub(r'"[^"]*"', "", line[1] if line else "")
    return next((one for one in (";", "\t") if one in bare), ",")


def _numbers(name: str, line: int, row: list[str], comma: bool) -> list[float]:
    try:
        return [float(cell) for cell in row]
    except ValueError:
        numbers = [_number(cell, comma) for cell in row]
    for column, number in enumerate(numbers):
        if number is None:
            raise InputError(
                f"Line {line} of {name} has {row[column].strip()[:20]!r} in column "
                f"{column + 1}, which is no number: leave that column out, or call it "
                "word."
            )
    return [number for number in numbers if number is not None]


def _number(cell: str, comma: bool) -> float | None:
    """Return a cell as a number, NaN where it is empty, None where it is text."""
    bare = cell.strip()
    if bare.lower() in _MISSING:
        return math.nan
    try:
        return float(bare.replace(",", ".") if comma else bare)
    except ValueError:
        return None


def _features(table: _Table) -> tuple[list[int], list[str]]:
    """Return which columns are features, and what is assumed of the others."""
    names = table.header or [""] * table.values.shape[1]
    chosen, notes = [], []
    order = np.arange(len(table.values))
    for column, name in enumerate(names):
        values = table.values[:, column]
        if name in _ROLES or (not name and np.isnan(values).all()):
            continue
        counts = any(np.array_equal(values, order + first) for first in (0, 1))
        if table.header and name in _COUNTERS and counts:
            notes.append(
                f"Column {column + 1} of the table counts rows and is left out."
            )
            continue
        chosen.append(column)
    return chosen, notes

"""Modalities in a text file: a row a step, a column a feature.

Columns `start`, `end`, `time`, `word` and `true` say more of a step, however they are
spelled; a column that counts rows, tells people apart or labels steps is no feature.
"""

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.sequences.names import (
    LONGEST_NAME,
    ColumnName,
    understand,
    understand_column,
    words_of,
)
from fusionviz.data.sequences.parts import (
    MAX_FEATURES,
    MOST_MODALITIES,
    Part,
    shown_words,
)
from fusionviz.data.sequences.text import (
    TextTable,
    is_comment,
    read_text,
    without_mark,
)
from fusionviz.data.sequences.times import Spans, in_seconds, spans_of
from fusionviz.errors import InputError

MAX_NUMBERS = 5_000_000
"""In a table: so many are read while somebody waits."""

_EXTRA_COLUMNS = 16
_KEPT = ("word", "person")
"""Roles of columns whose cells are kept as they are written."""

_TOLD = 6
"""Names in a sentence, of more."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Table:
    """What a file says.

    Attributes:
        header: Names of the columns; None where it has none.
        roles: What each name says.
        values: (row, column), NaN where there is no number.
        texts: Cells of the columns with a role of `_KEPT`, by column.
        spoken: Columns without a number, that have text.
    """

    header: list[str] | None
    roles: list[ColumnName]
    values: NDArray[np.float64]
    texts: dict[int, list[str]]
    spoken: tuple[int, ...]

    def first(self, role: str) -> int | None:
        """Return the first column of a role, None without one."""
        found = (n for n, one in enumerate(self.roles) if one.role == role)
        return next(found, None)

    def column(self, role: str) -> NDArray[np.float64] | None:
        """Return the numbers of the first column of a role, None without one."""
        at = self.first(role)
        return None if at is None else self.values[:, at]

    def rows(self, chosen: NDArray[np.bool_]) -> "_Table":
        """Return the table with some of its rows."""
        texts = {
            column: [cell for cell, there in zip(cells, chosen, strict=True) if there]
            for column, cells in self.texts.items()
        }
        return replace(self, values=self.values[chosen], texts=texts)


def read_tables(name: str, data: bytes) -> tuple[Part, ...]:
    """Return the modality in a text file, or one for each of several people in it.

    Args:
        name: Of the file, such as `clip3_audio.csv`: it says which modality.
        data: Its bytes.

    Raises:
        InputError: It is no such table; with line and column where that matters.
    """
    table = _parse(read_text(name, data))
    said = understand(PurePath(name).stem)
    modality = said.modality or said.own
    column = table.first("person")
    if column is None or len(set(map(str.strip, table.texts[column]))) < 2:
        return (_part(table, name, modality),)
    return _parts_by_person(table, name, modality, column)


def _parts_by_person(
    table: _Table, name: str, modality: str, column: int
) -> tuple[Part, ...]:
    """Return the modality of each person in a table, whoever has most rows first."""
    cells = np.array([cell.strip() for cell in table.texts[column]])
    people, which, counts = np.unique(cells, return_inverse=True, return_counts=True)
    order = np.lexsort((np.arange(len(people)), -counts))[:MOST_MODALITIES]
    names: list[str] = []
    for n in order:
        names.append(_own_name(modality, str(people[n]), names))
    parts = [
        _part(table.rows(which == n), name, own)
        for own, n in zip(names, order, strict=True)
    ]
    shown = shown_words([str(people[n]) for n in order])
    told = ", ".join(f"{who} as {own}" for who, own in zip(shown, names, strict=True))
    few = "each" if len(order) == len(people) else f"of whom {len(order)} are"
    return (
        parts[0].noting(
            f"{_title(table, column)} tells {len(people)} people apart, {few} a "
            f"modality: {told}."
        ),
        *parts[1:],
    )


def _own_name(modality: str, person: str, taken: Sequence[str]) -> str:
    """Return what the modality of a person is called; of the first one as it is."""
    if not taken:
        return modality
    name = "_".join([modality, *(words_of(person) or ["unknown"])])[:LONGEST_NAME]
    while name in taken:
        name = f"{name[: LONGEST_NAME - 2]}_{len(taken)}"
    return name


def _part(table: _Table, name: str, modality: str) -> Part:
    """Return the modality in a table of one person."""
    chosen, notes = _features(table)
    if not chosen:
        raise InputError(f"{name} has no features: add a column of numbers for each.")
    times, more = _times(table)
    word = table.first("word")
    return Part(
        modality=modality,
        values=table.values[:, chosen],
        source=name,
        times=times,
        words=() if word is None else shown_words(table.texts[word]),
        alignment=table.column("true"),
        notes=(*notes, *more),
    )


def _parse(text: TextTable) -> _Table:
    rows = text.rows()
    line, first = next(rows, (1, []))
    header = None
    while is_comment(first):
        bare = without_mark(first)
        line, first = next(rows, (line, []))
        if bare and len(bare) == len(first) and not is_comment(first):
            header = bare
    if len(first) > MAX_FEATURES + _EXTRA_COLUMNS:
        raise InputError(
            f"{text.name} has {len(first)} columns, and at most {MAX_FEATURES} "
            "features are read: write a row a step, a column a feature."
        )
    is_header = _counts_columns(first) or any(text.number(x) is None for x in first)
    if header is None and is_header:
        header = first
    else:
        rows = chain([(line, first)], rows)
    roles = [ColumnName(role="feature")] * len(first)
    if header is not None:
        roles = [understand_column(cell) for cell in header]
    reader = _Columns(text, [one.role for one in roles], header is not None)
    for line, cells in rows:
        if not is_comment(cells) or len(cells) == len(first):
            reader.add(line, cells)
    return reader.table(header, roles)


class _Columns:
    """Takes rows and keeps their numbers, and the texts of some columns."""

    def __init__(self, text: TextTable, roles: Sequence[str], has_names: bool) -> None:
        self._text, self._width, self._has_names = text, len(roles), has_names
        kept = {role: roles.index(role) for role in _KEPT if role in roles}
        self._texts: dict[int, list[str]] = {column: [] for column in kept.values()}
        self._numbers = array("d")
        self._bad: dict[int, tuple[int, str]] = {}

    def add(self, line: int, cells: list[str]) -> None:
        """Take a row.

        Raises:
            InputError: It has more or fewer cells than the others, or is one too many.
        """
        if len(cells) != self._width:
            raise InputError(
                f"Line {line} of {self._text.name} has {len(cells)} cells where the "
                f"first has {self._width}: give every row as many."
            )
        if len(self._numbers) > MAX_NUMBERS:
            raise InputError(
                f"{self._text.name} has more than {MAX_NUMBERS / 1e6:.0f} million "
                "numbers: bring a shorter piece."
            )
        for column, kept in self._texts.items():
            kept.append(cells[column])
            cells[column] = "nan"
        self._numbers.extend(self._read(line, cells))

    def table(self, header: list[str] | None, roles: list[ColumnName]) -> _Table:
        """Return the table.

        Raises:
            InputError: There are no rows, or a column has numbers and text.
        """
        if not self._numbers:
            raise InputError(
                f"{self._text.name} has no rows of numbers: write a row a step."
            )
        values = np.frombuffer(self._numbers, np.float64).reshape(-1, self._width)
        for column, (line, cell) in self._bad.items():
            if not self._has_names or not np.isnan(values[:, column]).all():
                raise InputError(
                    f"Line {line} of {self._text.name} has {cell[:20]!r} in column "
                    f"{column + 1}, which is no number: leave that column out, or call "
                    "it word."
                )
        return _Table(
            header=header,
            roles=_without_false_times(header, roles, values),
            values=values,
            texts=self._texts,
            spoken=tuple(self._bad),
        )

    def _read(self, line: int, cells: list[str]) -> list[float]:
        plain = self._text.plain_numbers(cells)
        if plain is not None:
            return plain
        numbers = []
        for column, cell in enumerate(cells):
            number = self._text.number(cell)
            if number is None:
                self._bad.setdefault(column, (line, cell.strip()))
            numbers.append(math.nan if number is None else number)
        return numbers


def _without_false_times(
    header: list[str] | None, roles: list[ColumnName], values: NDArray[np.float64]
) -> list[ColumnName]:
    """Return the roles, with a column called t a feature where it falls."""
    return [
        ColumnName(role="feature")
        if header and header[column].strip().lower() == "t" and not _never_falls(x)
        else role
        for column, (role, x) in enumerate(zip(roles, values.T, strict=True))
    ]


def _counts_columns(cells: list[str]) -> bool:
    """Whether a line is 0, 1, 2, ...: the header that pandas writes of an array."""
    bare = [cell.strip() for cell in cells]
    bare = bare[1:] if bare[:1] == [""] else bare
    return len(bare) > 1 and bare == [str(n) for n in range(len(bare))]


def _times(table: _Table) -> tuple[Spans | None, list[str]]:
    """Return when the steps are, and what is assumed of the unit."""
    start = table.first("start")
    start = table.first("time") if start is None else start
    if start is None:
        return None, []
    if start in table.spoken:
        return None, [f"{_title(table, start)} is left out: write times as seconds."]
    first, notes = in_seconds(table.values[:, start], table.roles[start].seconds)
    end = table.first("end")
    if end is None:
        return spans_of(first), notes
    last, more = in_seconds(table.values[:, end], table.roles[end].seconds)
    return spans_of(first, last), list(dict.fromkeys([*notes, *more]))


def _features(table: _Table) -> tuple[list[int], list[str]]:
    """Return which columns are features, and what is left out and why."""
    used = {table.first(role) for role in ("end", "word", "true")}
    start = table.first("start")
    used.add(table.first("time") if start is None else start)
    chosen: list[int] = []
    left: dict[str, list[str]] = {}
    for column, one in enumerate(table.roles):
        if column in used:
            if column in table.spoken and one.role in ("end", "true"):
                left.setdefault("for it has no numbers", []).append(
                    _title(table, column)
                )
            continue
        why = _why_left_out(table, column, one.role)
        if why is None:
            chosen.append(column)
        elif why:
            left.setdefault(why, []).append(_title(table, column))
    notes = []
    for why, names in left.items():
        more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
        notes.append(f"Left out, {why}: {', '.join(names[:_TOLD])}{more}.")
    return chosen, notes


def _why_left_out(table: _Table, column: int, role: str) -> str | None:
    """Return why a column is no feature; None where it is one, "" where it is empty."""
    values = table.values[:, column]
    is_empty = bool(np.isnan(values).all())
    if column in table.spoken:
        return "for it has no numbers"
    if role == "person":
        return "for it says who it is"
    if role == "label":
        return "for it labels steps"
    if role == "counter" and _is_rising(values):
        return "for it counts rows"
    if role in ("start", "end", "time", "word", "true"):
        return "for another column says it"
    is_named = table.header is not None and table.header[column].strip()
    return "" if is_empty and not is_named else None


def _is_rising(values: NDArray[np.float64]) -> bool:
    """Whether values are whole numbers that never fall, and do rise."""
    if len(values) == 1:
        return bool(values[0] in (0, 1))
    is_whole = bool((values == np.round(values)).all())
    return is_whole and _never_falls(values) and bool(values[-1] > values[0])


def _never_falls(values: NDArray[np.float64]) -> bool:
    with np.errstate(invalid="ignore"):
        return bool((np.diff(values) >= 0).all() and np.isfinite(values).all())


def _title(table: _Table, column: int) -> str:
    """Return what a column is called in sentences."""
    (name,) = shown_words([(table.header or [])[column] if table.header else ""])
    return name or f"column {column + 1}"

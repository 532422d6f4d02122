"""The cells of a text file of numbers, whatever stands between them.

Commas, semicolons, tabs, bars or blanks; decimal points or decimal commas; UTF-8,
UTF-16 or Latin-1, with or without a mark of it; `sep=;` before the table, as
spreadsheets write it; lines that begin with # or %, of which one with as many cells as
the table is its header, as `numpy.savetxt` writes it.
"""

import codecs
import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from fusionviz.data.files.kinds import describe_foreign
from fusionviz.errors import InputError

MAX_ROWS = 1_000_000

BLANKS = " "
"""The separator of cells that any number of blanks stands between."""

_MARKED = re.compile(r"\s*(sep\s*=|[#%])")
_SEPARATORS = ";\t|,"
_LOOKED_AT = 50
"""Lines that tell how numbers are written."""

_LOOKED_AT_LETTERS = 500_000
"""Of which these lines are."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+\.\d*")
_MISSING = frozenset(
    [
        *(
            "",
            "?",
            "-",
            "--",
            ".",
            "..",
            "*",
            "na",
            "n/a",
            "nan",
            "null",
            "none",
            "nil",
        ),
        *("undefined", "--undefined--", "missing", "<na>", "#n/a", "#nv", "#value!"),
        *("#div/0!", "#num!", "#ref!", "1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan"),
    ]
)
"""What spreadsheets, statistics programs and Praat write where there is no number."""


@dataclass(frozen=True, kw_only=True)
class TextTable:
    """How the cells of a file are written, and where its rows are.

    Attributes:
        name: Of the file, for sentences.
        text: Without a mark of the encoding or the separator.
        first_line: Number of the text's first line in the file.
        separator: Between cells; `BLANKS` for any number of blanks.
        decimal: What stands in numbers: `point`, `comma`, or `grouped` for commas
            between thousands.
    """

    name: str
    text: str
    first_line: int
    separator: str
    decimal: str

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the number of each line that is not blank, and its cells.

        Raises:
            InputError: It is no table, or has too many rows.
        """
        for count, (line, cells) in enumerate(self._cells()):
            if count > MAX_ROWS:
                raise InputError(
                    f"{self.name} has more than {MAX_ROWS} rows: bring a shorter piece."
                )
            if len(cells) > 1 or (cells and cells[0].strip()):
                yield line + self.first_line - 1, cells

    def plain_numbers(self, cells: Sequence[str]) -> list[float] | None:
        """Return cells as numbers where all of them are plain ones, else None."""
        if self._has_underscores:
            return None
        with suppress(ValueError):
            if self.decimal == "point":
                return [float(cell) for cell in cells]
            joined = "\n".join(cells)
            whole = joined.replace(",", ".").split("\n")
            if (
                self.decimal == "comma"
                and "." not in joined
                and len(whole) == len(cells)
            ):
                return [float(cell) for cell in whole]
        return None

    def number(self, cell: str) -> float | None:
        """Return a cell as a number, NaN where there is none, None where it is text."""
        bare = cell.strip()
        plain = bare
        if "," in bare and self.decimal == "comma":
            plain = bare.replace(".", "").replace(",", ".")
        elif self.decimal == "grouped":
            plain = bare.replace(",", "")
        try:
            return float(plain.replace("_", "no digit"))  # Python reads 1_000
        except ValueError:
            return math.nan if bare.lower() in _MISSING else None

    @cached_property
    def _has_underscores(self) -> bool:
        return "_" in self.text

    def _cells(self) -> Iterator[tuple[int, list[str]]]:
        if self.separator == BLANKS:
            for line, text in enumerate(re.split(r"\r\n|\r|\n", self.text), start=1):
                yield line, text.split()
            return
        stream = io.StringIO(self.text, newline="")
        reader = csv.reader(stream, delimiter=self.separator, skipinitialspace=True)
        try:
            for cells in reader:
                yield reader.line_num, cells
        except csv.Error as error:
            line = reader.line_num + self.first_line - 1
            raise InputError(
                f"{self.name} is no table from line {line} on: save it as CSV."
            ) from error


def read_text(name: str, data: bytes) -> TextTable:
    """Return how a file of numbers is written.

    Args:
        name: Of the file, for sentences.
        data: Its bytes.

    Raises:
        InputError: It is no text.
    """
    text = _decode(name, data)
    first_line, separator = 1, None
    marked = re.match(r'\s*"?sep=(.)"?[^\S\r\n]*(\r\n|\r|\n)', text)
    if marked is not None:
        first_line += len(re.findall(r"\r\n|\r|\n", marked[0]))
        text, separator = text[marked.end() :], marked[1]
    lines = (line for line in _lines(text[:_LOOKED_AT_LETTERS]) if line.strip())
    some = list(islice(lines, _LOOKED_AT))
    plain = [line for line in some if not _MARKED.match(line)] or some
    separator = separator or _separator(plain)
    return TextTable(
        name=name,
        text=text,
        first_line=first_line,
        separator=separator,
        decimal=_decimal(plain, separator),
    )


def is_comment(cells: list[str]) -> bool:
    """Whether a line is marked as none of the table: by # or %."""
    return bool(cells) and cells[0].lstrip().startswith(("#", "%"))


def without_mark(cells: list[str]) -> list[str]:
    """Return the cells of a marked line, without the mark."""
    first = cells[0].lstrip().lstrip("#%").strip()
    return [first, *cells[1:]] if first or len(cells) == 1 else cells[1:]


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


def _lines(text: str) -> Iterator[str]:
    """Yield the lines of a text that have letters."""
    for found in re.finditer(r"[^\r\n]+", text):
        yield found[0]


def _separator(lines: list[str]) -> str:
    """Return what stands between the cells of lines."""
    if not lines:
        return ","
    first = re.sub(r'"[^"]*"', "", lines[0])
    if _are_decimal_commas(lines):
        return BLANKS
    for one in _SEPARATORS:
        if one in first:
            return one
    counts = {len(line.split()) for line in lines}
    is_even = len(counts) == 1 and counts != {1}
    numbers = [_NUMBER.fullmatch(cell) is not None for cell in lines[-1].split()]
    return BLANKS if is_even and any(numbers) else ","


def _are_decimal_commas(lines: list[str]) -> bool:
    """Whether the last of lines are numbers with decimal commas and blanks between."""
    if any(one in lines[-1] for one in ";\t|"):
        return False
    cells = lines[-1].split()
    with_comma = [_DECIMAL_COMMA.fullmatch(cell) is not None for cell in cells]
    others = [
        cell for cell, is_one in zip(cells, with_comma, strict=True) if not is_one
    ]
    plain = all(_NUMBER.fullmatch(cell) or cell.lower() in _MISSING for cell in others)
    return len(cells) > 1 and any(with_comma) and plain


def _decimal(lines: list[str], separator: str) -> str:
    """Return how the numbers of lines are written."""
    cells: list[str] = []
    for line in lines:
        if separator == BLANKS:
            cells += line.split()
        elif separator == "," and '"' in line:
            cells += re.findall(r'"([^"]*)"', line)
        elif separator != ",":
            cells += line.split(separator)
    bare = [cell.strip().strip('"') for cell in cells]
    if any(_GROUPED.fullmatch(cell) for cell in bare):
        return "grouped"
    if separator == ";" or any(_DECIMAL_COMMA.fullmatch(cell) for cell in bare):
        return "comma"
    return "point"

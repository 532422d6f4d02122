"""A pair's row: its numbers and arrays, or why it has none."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusionviz.errors import FusionvizError
from fusionviz.exhibits.shared.exhibit import Exhibit
from fusionviz.explain.batch.plan import BatchPlan
from fusionviz.explain.batch.sources import Pairs
from fusionviz.explain.readers import PairReaders
from fusionviz.explain.writing import (
    FigureRequest,
    make_again,
    write_exhibit,
    write_plotly,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class ExhibitRow:
    """What was made of a pair.

    Attributes:
        name: Of the exhibit.
        error: Why it could not be made, one sentence; empty where it was.
        numbers: By name.
        arrays: By name.
    """

    name: str
    error: str = ""
    numbers: Mapping[str, float | int | str]
    arrays: Mapping[str, NDArray[Any]]


@dataclass(frozen=True, kw_only=True, eq=False)
class PairRow:
    """A pair's row.

    Attributes:
        index: Number of the pair.
        name: Of the pair.
        sample: What names it in a recipe, as JSON; empty where it was not read.
        error: Why it could not be read, one sentence; empty where it was.
        seconds: That it took.
        exhibits: What was made of it.
    """

    index: int
    name: str
    sample: str = ""
    error: str = ""
    seconds: float = 0.0
    exhibits: tuple[ExhibitRow, ...] = ()

    @property
    def bytes(self) -> int:
        """About how much memory it takes."""
        arrays = (a for one in self.exhibits for a in one.arrays.values())
        return sum(array.nbytes for array in arrays)


class Analyst:
    """Makes rows: the pairs of a batch and the models that read them, loaded once.

    Args:
        plan: Of the batch.
        figures: Folder to write figures to, where the plan has them.
        device: As `load_checkpoint` takes it.

    Raises:
        InputError: The pairs are no longer those of the plan.
        CheckpointError: A model cannot be loaded.
    """

    def __init__(self, plan: BatchPlan, figures: Path, device: str = "auto") -> None:
        self.plan, self.figures = plan, figures
        self.pairs: Pairs = plan.choice.open()
        self.readers = PairReaders(plan.mango, plan.alignmamba, device=device)
        self.kinds, self.names = plan.kinds, self.pairs.names
        if plan.figures:
            write_plotly(figures)

    def analyse(self, index: int) -> PairRow:
        """Return the row of a pair; whatever is wrong with it is said there."""
        began = time.perf_counter()
        name = str(self.names[index])
        try:
            sample, named = self.pairs.read(index)
            requests = self.readers.requests(sample, named, self.kinds)
        except Exception as error:  # noqa: BLE001 - one pair must not end all others
            return failed_row(index, name, _in_one_sentence(error))
        made = tuple(self._make(index, one) for one in requests)
        return PairRow(
            index=index,
            name=name,
            sample=json.dumps(named),
            seconds=time.perf_counter() - began,
            exhibits=made,
        )

    def _make(self, index: int, request: FigureRequest) -> ExhibitRow:
        name = request.recipe.exhibit
        try:
            exhibit = make_again(request.recipe, request.subject, request.other)
            if self.plan.figures:
                self._write(index, exhibit, request)
        except Exception as error:  # noqa: BLE001 - as above
            said = _in_one_sentence(error)
            return ExhibitRow(name=name, error=said, numbers={}, arrays={})
        arrays = {key: np.asarray(value) for key, value in exhibit.arrays.items()}
        return ExhibitRow(
            name=name,
            numbers=dict(exhibit.numbers),
            arrays=arrays if self.plan.arrays else {},
        )

    def _write(self, index: int, exhibit: Exhibit, request: FigureRequest) -> None:
        folder = self.figures / f"{index:06d}"
        folder.mkdir(exist_ok=True)
        write_exhibit(
            folder, exhibit, request.recipe, pictures=False, plotly="../plotly.min.js"
        )


def failed_row(index: int, name: str, error: str) -> PairRow:
    """Return the row of a pair that could not be read."""
    return PairRow(index=index, name=name, error=error)


def _in_one_sentence(error: Exception) -> str:
    if isinstance(error, FusionvizError):
        return str(error)
    first = next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__}: {first}"

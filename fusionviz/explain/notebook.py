"""Exhibits in a notebook: `fusionviz.explain(pair)` shows what the pages would."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.offline import get_plotlyjs

from fusionviz.analysis.shared.subjects.arrays import ArraysSubject
from fusionviz.data.arrays.files import arrays_of
from fusionviz.data.records import RGBDSample
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.errors import InputError
from fusionviz.exhibits.kinds import exhibit_kind
from fusionviz.exhibits.shared.exhibit import Exhibit, SubjectName
from fusionviz.explain.arrays import array_requests, arrays_subject, name_arrays
from fusionviz.explain.command import pair_requests, sequence_requests
from fusionviz.explain.pairs import name_room, read_file, read_room, room_side
from fusionviz.explain.report_page import ReportEntry, write_report
from fusionviz.explain.source import FigureSource
from fusionviz.explain.writing import FigureRequest, make_again, title_of
from fusionviz.lessons.markup import to_html
from fusionviz.whole_files import replace_file

Explained = (
    int
    | RGBDSample
    | SequenceSample
    | Mapping[str, NDArray[Any]]
    | ArraysSubject
    | str
    | os.PathLike[str]
)
"""What can be explained: the seed of a room, a pair, sequences, a model's arrays by key
or checked, or the path of a file of them."""

PLOTLY = "application/vnd.plotly.v1+json"
_given: list[bool] = []
"""Whether this process has shown plotly.js."""


class ShownExhibit:
    """One exhibit, which shows itself as the last line of a cell.

    Args:
        exhibit: The picture and all that goes with it.
        request: What it was made from.
    """

    def __init__(self, exhibit: Exhibit, request: FigureRequest) -> None:
        self.exhibit, self.recipe = exhibit, request.recipe
        self.numbers = dict(exhibit.numbers)
        self.arrays, self.alt = dict(exhibit.arrays), exhibit.alt
        self.title = exhibit_kind(self.recipe.exhibit).title

    @property
    def figure(self) -> go.Figure:
        """The picture."""
        return self.exhibit.figure

    def entry(self, note: str = "") -> ReportEntry:
        """Return it as an entry of a report."""
        return ReportEntry(exhibit=self.exhibit, recipe=self.recipe, note=note)

    def __repr__(self) -> str:
        return f"{self.title}: {self.alt}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the figure for notebooks that draw Plotly's, as HTML, and in words."""
        figure = json.loads(self.figure.to_json())
        return {PLOTLY: figure, "text/html": self.to_html(), "text/plain": repr(self)}

    def to_html(self) -> str:
        """Return the figure with how to read it, as HTML; it needs `scripts`."""
        height = exhibit_kind(self.recipe.exhibit).height_of(self.exhibit)
        drawn = self.figure.to_html(
            include_plotlyjs=False, full_html=False, default_height=height
        )
        return (
            f"{scripts()}<h4>{escape(self.title)}</h4>{drawn}"
            f"<details><summary>How to read this</summary>"
            f"{to_html(self.exhibit.caption, maths=False)}</details>"
        )


def scripts() -> str:
    """Return plotly.js as a script, with the first exhibit that a process shows.

    So a saved notebook has it once, and is read without a network.
    """
    if _given:
        return ""
    _given.append(True)
    return f"<script>{get_plotlyjs()}</script>"


class Exhibits(Mapping[str, ShownExhibit]):
    """The exhibits of a sample by name, each made when it is asked for.

    Args:
        requests: At least one.
    """

    def __init__(self, requests: list[FigureRequest]) -> None:
        self._requests = {one.recipe.exhibit: one for one in requests}
        self._made: dict[str, ShownExhibit] = {}
        self.title = title_of(requests)

    def __getitem__(self, name: str) -> ShownExhibit:
        """Return an exhibit by name, as `attention-head`.

        Raises:
            KeyError: There is none of that name.
            InputError: It cannot be made of this sample; says why.
        """
        if name not in self._requests:
            raise KeyError(f"exhibits are {', '.join(self._requests)}; got {name!r}")
        if name not in self._made:
            self._made[name] = self.make(name)
        return self._made[name]

    def make(self, name: str, **controls: Any) -> ShownExhibit:  # noqa: ANN401
        """Return an exhibit with controls that are set, as `layer=2`.

        Raises:
            InputError: There is no such control, or it cannot be made.
        """
        request = self._requests[name]
        recipe = request.recipe
        if controls:
            table = {**recipe.controls, **controls}
            exhibit_kind(name).controls.from_json(table)
            recipe = replace(recipe, controls=table)
        made = make_again(recipe, request.subject, request.other)
        return ShownExhibit(
            made,
            FigureRequest(recipe=recipe, subject=request.subject, other=request.other),
        )

    def __contains__(self, name: object) -> bool:
        return name in self._requests

    def __iter__(self) -> Iterator[str]:
        return iter(self._requests)

    def __len__(self) -> int:
        return len(self._requests)

    def __repr__(self) -> str:
        return f"{self.title}: {', '.join(self._requests)}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the names of the exhibits with their titles, as HTML and in words."""
        rows = "".join(
            f"<tr><td><code>{escape(name)}</code></td>"
            f"<td>{escape(exhibit_kind(name).title)}</td></tr>"
            for name in self._requests
        )
        html = f"<h4>{escape(self.title)}</h4><table>{rows}</table>"
        return {"text/html": html, "text/plain": repr(self)}

    def report(
        self,
        path: str | os.PathLike[str],
        notes: Mapping[str, str] | None = None,
        only: tuple[str, ...] = (),
    ) -> Path:
        """Write exhibits with notes as one HTML file, and return its path.

        Args:
            path: Of the file.
            notes: By name of the exhibit.
            only: Names; those that have been looked at or noted if not given.

        Raises:
            InputError: There is nothing to write.
        """
        noted = notes or {}
        names = only or tuple(n for n in self if n in self._made or n in noted)
        entries = [self[name].entry(noted.get(name, "")) for name in names]
        place = Path(path)
        replace_file(place, write_report(self.title, entries))
        return place


def explain(
    sample: Explained,
    *,
    mango: str | None = None,
    alignmamba: str | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> Exhibits:
    """Return the exhibits of a sample as its pages open them.

    Args:
        sample: The seed of a room, an RGB-D pair, sequences, a model's arrays by key,
            or the path of a file of them.
        mango: Name of a checkpoint; the one for such a sample if not given.
        alignmamba: Likewise.
        tell: Told what cannot be made.

    Raises:
        InputError: It is none of these, or cannot be read.
        CheckpointError: A checkpoint cannot be loaded.
    """
    source = FigureSource(checkpoint=mango, alignmamba=alignmamba)
    if isinstance(sample, int) and not isinstance(sample, bool):
        named = name_room(sample, room_side(mango))
        return Exhibits(pair_requests(read_room(named), named, source, tell))
    if isinstance(sample, RGBDSample):
        return Exhibits(pair_requests(sample, _name(sample), source, tell))
    if isinstance(sample, SequenceSample):
        return Exhibits(sequence_requests(sample, _name(sample), source))
    return Exhibits(_of_arrays(sample))


def _of_arrays(sample: Any) -> list[FigureRequest]:  # noqa: ANN401 - what is left
    if isinstance(sample, ArraysSubject):
        subject, named = sample, {"memory_sha256": sample.title}
    elif isinstance(sample, Mapping):
        arrays = {str(key): np.asarray(values) for key, values in sample.items()}
        subject = ArraysSubject(arrays=arrays_of(arrays), title="arrays")
        named = {"memory_sha256": _print_of(arrays)}
    elif isinstance(sample, str | os.PathLike):
        data = read_file(Path(sample))
        subject = arrays_subject(data, Path(sample).name)
        return array_requests(subject, name_arrays(data))
    else:
        raise InputError(
            "what can be explained is the seed of a room, an RGBDSample, a "
            "SequenceSample, arrays by key or the path of a file of them; got "
            f"{type(sample).__name__}"
        )
    name = SubjectName(checkpoint=None, weights_sha256=None, sample=named)
    return array_requests(subject, name)


def _name(sample: RGBDSample | SequenceSample) -> dict[str, Any]:
    """Return what names a sample in memory in recipes: the SHA-256 of its arrays."""
    if isinstance(sample, SequenceSample):
        return {"memory_sha256": _print_of(sample.modalities)}
    arrays = {"rgb": sample.rgb, "depth": sample.depth_m, "label": sample.label}
    there = {name: x for name, x in arrays.items() if x is not None}
    return {"memory_sha256": _print_of(there)}


def _print_of(arrays: Mapping[str, NDArray[Any]]) -> str:
    """Return the SHA-256 of arrays by name."""
    found = hashlib.sha256()
    for name in sorted(arrays):
        values = np.ascontiguousarray(arrays[name])
        found.update(f"{name} {values.dtype} {values.shape}".encode())
        found.update(values.tobytes())
    return found.hexdigest()

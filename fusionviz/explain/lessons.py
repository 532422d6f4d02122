"""Exhibits of lessons, made once and kept on disk, as JSON."""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from fusionviz.data.folders import cache_folder
from fusionviz.errors import InputError
from fusionviz.exhibits.kinds import exhibit_kind
from fusionviz.exhibits.shared.exhibit import Exhibit, Request, SubjectName
from fusionviz.explain.files import versions
from fusionviz.explain.pairs import (
    FIRST_ALIGNMAMBA,
    load_alignmamba_subject,
    load_pair_subject,
    load_subject,
    load_translation,
    read_beside,
    read_room,
)
from fusionviz.explain.robustness import name_report
from fusionviz.explain.runs import name_runs, scaling_subject
from fusionviz.explain.tokens import load_sequence_subject, read_named
from fusionviz.lessons.expressions import Numbers
from fusionviz.lessons.judging import Reading
from fusionviz.lessons.records import ExhibitCall, Lesson, LessonExhibit
from fusionviz.models.checkpoints import read_card
from fusionviz.places import PACKAGE
from fusionviz.scaling.records import list_runs
from fusionviz.training.robustness.report import RobustnessReport, recorded_report
from fusionviz.whole_files import replace_file

SUBJECTS_KEPT = 6

Make = Callable[[ExhibitCall], Exhibit]

_subjects: OrderedDict[str, tuple[Any, SubjectName]] = OrderedDict()
_lock = threading.Lock()
"""Held while a subject is loaded: who asks for the same one gets it."""


@dataclass(frozen=True)
class ExhibitStore:
    """A folder in which exhibits are kept by all that they depend on.

    Attributes:
        folder: Made where it is not there; it may be deleted at any time.
    """

    folder: Path

    def get(self, call: ExhibitCall) -> Exhibit | None:
        """Return an exhibit that is kept; None where it is not, or is damaged."""
        try:
            return from_json(self._path(call).read_text(encoding="utf-8"))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def has(self, call: ExhibitCall) -> bool:
        """Return whether an exhibit is kept."""
        return self._path(call).exists()

    def make(self, call: ExhibitCall) -> Exhibit:
        """Return an exhibit, made and kept where it was not.

        Raises:
            FusionvizError: It cannot be made.
        """
        kept = self.get(call)
        if kept is None:
            kept = make_call(call)
            self.put(call, kept)
        return kept

    def put(self, call: ExhibitCall, exhibit: Exhibit) -> None:
        """Keep an exhibit; another process sees all of it or nothing."""
        path = self._path(call)
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, to_json(exhibit))

    def _path(self, call: ExhibitCall) -> Path:
        return self.folder / f"{print_of(call)}.json"


def lesson_store() -> ExhibitStore:
    """Return where exhibits of lessons are kept: beside what else can be made again."""
    return ExhibitStore(cache_folder() / "lessons")


def read_with(lesson: Lesson, make: Make) -> Reading:
    """Return a lesson with the numbers of exhibits that are made when they are needed.

    Args:
        lesson: What is read.
        make: Returns an exhibit.
    """

    def look(name: str, state: str | None) -> Numbers:
        return make(lesson.exhibits[name].at(state)).numbers

    return Reading(lesson, look)


def with_words(
    made: Exhibit, reading: Reading, exhibit: LessonExhibit, state: str | None
) -> Exhibit:
    """Return an exhibit with the caption and text that its lesson has for it.

    Args:
        made: The exhibit in that state, with words of its own.
        reading: The lesson with its numbers.
        exhibit: Of the lesson.
        state: Label of the state.

    Raises:
        InputError: A number in them is not there.
    """
    return replace(
        made,
        caption=reading.tell(exhibit.name, exhibit.caption, state) or made.caption,
        alt=reading.tell(exhibit.name, exhibit.alt, state) or made.alt,
    )


def make_call(call: ExhibitCall) -> Exhibit:
    """Return the exhibit that a lesson calls for.

    Raises:
        FusionvizError: It cannot be made.
    """
    kind = exhibit_kind(call.kind)
    subject, name = _subject_of(call)
    other = None
    if call.other_room is not None:
        other, _ = read_beside(subject, name, call.other_room)
    controls = kind.controls.from_json(call.controls)
    return kind.make(Request(subject=subject, controls=controls, other=other))


def print_of(call: ExhibitCall) -> str:
    """Return the SHA-256 of all that an exhibit depends on.

    Raises:
        CheckpointError: The checkpoint is not there.
    """
    weights = None if call.checkpoint is None else read_card(call.checkpoint).sha256
    told = {
        "call": asdict(call),
        "recorded": _name_of_recorded(call.sample),
        "weights": weights,
        "versions": versions(),
        "source": _source_print(),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def to_json(exhibit: Exhibit) -> str:
    """Return an exhibit as JSON: all of it but arrays and table."""
    told = {
        "alt": exhibit.alt,
        "caption": exhibit.caption,
        "formula": exhibit.formula,
        "numbers": dict(exhibit.numbers),
        "height": exhibit.height,
    }
    head = json.dumps(told, ensure_ascii=False, allow_nan=False)
    return f'{head[:-1]}, "figure": {exhibit.figure.to_json()}}}'


def from_json(text: str) -> Exhibit:
    """Return the exhibit that `to_json` wrote."""
    told = json.loads(text)
    figure = go.Figure(told.pop("figure"), skip_invalid=True)
    return Exhibit(draw=lambda: figure, **told)


def _subject_of(call: ExhibitCall) -> tuple[Any, SubjectName]:
    """Return what a call is of; the last few are kept, with their models."""
    reads = exhibit_kind(call.kind).reads
    weights = None if call.checkpoint is None else read_card(call.checkpoint).sha256
    family = "tokens" if reads == "alignmamba" else reads
    key = json.dumps([family, call.sample, call.checkpoint, weights])
    with _lock:
        if key not in _subjects:
            _subjects[key] = _load(call, reads)
            while len(_subjects) > SUBJECTS_KEPT:
                _subjects.popitem(last=False)
        _subjects.move_to_end(key)
        return _subjects[key]


def _load(call: ExhibitCall, reads: str) -> tuple[Any, SubjectName]:
    named = dict(call.sample)
    if reads == "scaling":
        return scaling_subject(list_runs())
    if reads == "robustness":
        report = _report(named)
        return report, name_report(report)
    if "room" not in named:
        return load_sequence_subject(read_named(named), named, call.checkpoint)
    room = read_room(named)
    if reads == "translation":
        return load_translation(room, named, str(call.checkpoint))
    if reads in ("mango", "pair"):
        subject, name = load_subject(room, named, str(call.checkpoint))
        if reads == "mango":
            return subject, name
        aligned = read_card(FIRST_ALIGNMAMBA)
        both = replace(name, beside={aligned.name: aligned.sha256})
        return load_pair_subject(room, both), both
    return load_alignmamba_subject(room, named, str(call.checkpoint))


def _name_of_recorded(sample: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return what names recorded runs or a report, None where a sample is neither."""
    if "runs" in sample:
        return name_runs(list_runs())
    return name_report(_report(sample)).sample if "report" in sample else None


def _report(sample: Mapping[str, Any]) -> RobustnessReport:
    report = recorded_report(str(sample["report"]))
    if report is None:
        raise InputError(f"no robustness was recorded on {sample['report']!r}")
    return report


@cache
def _source_print() -> str:
    """Return the SHA-256 of the package's code, from which pictures are made."""
    found = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        if "lessons" not in path.parts and "ui" not in path.parts:
            found.update(path.read_bytes())
    return found.hexdigest()

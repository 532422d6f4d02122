"""From files of runs over length to the subject of the Scaling page."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fusionviz.analysis.scaling.subject import ScalingSubject
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import SubjectName
from fusionviz.scaling.records import list_runs
from fusionviz.scaling.runs import ScalingRun, read_run


def scaling_subject(
    runs: Mapping[str, ScalingRun],
) -> tuple[ScalingSubject, SubjectName]:
    """Return runs as a subject, and what names them.

    Args:
        runs: By file name; the first is looked at, the others stand beside it.
    """
    name = SubjectName(checkpoint=None, weights_sha256=None, sample=name_runs(runs))
    return ScalingSubject(runs=tuple(runs.values())), name


def name_runs(runs: Mapping[str, ScalingRun]) -> dict[str, Any]:
    """Return what names runs in a recipe."""
    prints = {name: run.sha256 for name, run in runs.items()}
    return {"runs_sha256": prints}


def read_runs(paths: Sequence[Path]) -> dict[str, ScalingRun]:
    """Return the runs of files by name.

    Raises:
        InputError: One is none.
    """
    return {path.name: read_run(path) for path in paths}


def read_named_runs(
    named: Mapping[str, Any], paths: Sequence[Path]
) -> dict[str, ScalingRun]:
    """Return the runs that a recipe names, from files or as they were recorded.

    Args:
        named: The sample of a `SubjectName`.
        paths: Files of runs; none: those that came with the project.

    Raises:
        InputError: They are not there, or others than the recipe's.
    """
    known = read_runs(paths) if paths else list_runs()
    wanted = named.get("runs_sha256", {})
    runs = {name: known[name] for name in wanted if name in known}
    if not runs or name_runs(runs) != dict(named):
        raise InputError("these are not the runs that the recipe was made of")
    return runs

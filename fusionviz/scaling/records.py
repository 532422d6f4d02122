"""Runs that were recorded and came with the project, or lie where a reader says."""

import warnings

from fusionviz.data.folders import results_folder
from fusionviz.errors import InputError
from fusionviz.scaling.runs import ScalingRun, read_run

PATTERN = "scaling-*.json"


def list_runs() -> dict[str, ScalingRun]:
    """Return the recorded runs by file name; those that cannot be read are warned of.

    A run without results is left out.
    """
    runs = {}
    for path in sorted(results_folder().glob(PATTERN)):
        try:
            run = read_run(path)
        except InputError as error:
            warnings.warn(str(error), stacklevel=2)
            continue
        if run.results:
            runs[path.name] = run
    return runs

"""Where data sets are found on this computer."""

import os
from pathlib import Path

from fusionviz.places import PROJECT


def data_folder() -> Path:
    """Return the folder that holds the data sets, whether or not it is there.

    The environment variable FUSIONVIZ_DATA names it; else it is `shared/data` beside
    the project.
    """
    named = os.environ.get("FUSIONVIZ_DATA")
    return Path(named) if named else PROJECT.parent / "shared" / "data"


def results_folder() -> Path:
    """Return the folder of recorded results, whether or not it is there.

    The environment variable FUSIONVIZ_RESULTS names it; else it is `benchmarks/results`
    of the project.
    """
    named = os.environ.get("FUSIONVIZ_RESULTS")
    return Path(named) if named else PROJECT / "benchmarks" / "results"

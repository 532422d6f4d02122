"""Where data sets, records and what can be made again lie on this computer."""

import os
import sys
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


def cache_folder() -> Path:
    """Return the folder for what can be made again, which need not exist yet."""
    chosen = os.environ.get("FUSIONVIZ_CACHE")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local or Path.home() / "AppData" / "Local") / "fusionviz"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "fusionviz"
    return (
        Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fusionviz"
    )

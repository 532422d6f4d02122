"""Where the files of the project lie that are no modules: pages, weights, records.

In a clone they lie beside the package. A wheel has them in the package, below
`_project`, laid out as in a clone (setup.py puts them there).
"""

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
"""The folder of the modules."""

_IN_WHEEL = PACKAGE / "_project"

PROJECT = _IN_WHEEL if _IN_WHEEL.is_dir() else PACKAGE.parent
"""What holds app.py, pages/, checkpoints/ and benchmarks/."""


def python_path() -> str:
    """Return what PYTHONPATH has to be for a child process to find this package."""
    before = os.environ.get("PYTHONPATH")
    return os.pathsep.join(filter(None, [str(PACKAGE.parent), before]))

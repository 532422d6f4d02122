"""Throw away compiled kernels that may be out of date.

numba notices a change of the file that a kernel is in, but not of the files of the
functions that it calls; after an update the old code would go on rendering.
"""

import contextlib
from pathlib import Path


def drop_stale_kernels(folder: Path) -> None:
    """Delete numba's index files that are older than the newest source in a folder."""
    newest = max(source.stat().st_mtime for source in folder.glob("*.py"))
    for index in (folder / "__pycache__").glob("*.nbi"):
        with contextlib.suppress(OSError):
            if index.stat().st_mtime < newest:
                index.unlink()

"""Long work that is done in parts, which a folder keeps for whoever is killed.

A part is kept by what it was made of: weights, samples and code. So whoever asks again
finds it, and what was made of anything else is never taken for it.
"""

import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from fusionviz.training.loop.provenance import read_commit, read_versions
from fusionviz.whole_files import replace_file

Arrays = Mapping[str, NDArray[Any]]


class KeptParts:
    """A folder of parts, each a file that is there whole or not at all.

    Args:
        folder: Made where it is not there; None: nothing is kept.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def take(self, make: Callable[[], Arrays], *of: object) -> Arrays:
        """Return a part: the one that is kept, else a new one, which is kept now.

        Args:
            make: Makes it.
            of: All that it is made of, as `print_of` takes it.

        Raises:
            OSError: It cannot be written.
        """
        if self._folder is None:
            return make()
        file = self._folder / f"{print_of(self._code, *of)}.npz"
        kept = _read(file)
        if kept is not None:
            return kept
        made = make()
        buffer = io.BytesIO()
        np.savez_compressed(buffer, allow_pickle=False, **made)
        self._folder.mkdir(parents=True, exist_ok=True)
        replace_file(file, buffer.getvalue())
        return made

    @cached_property
    def _code(self) -> tuple[object, ...]:
        return read_versions(), read_commit()


NOT_KEPT = KeptParts()
"""Keeps nothing."""


def print_of(*things: object) -> str:
    """Return the SHA-256 of things: numbers, text, arrays, records, models, tasks."""
    digest = hashlib.sha256()
    _feed(digest.update, things)
    return digest.hexdigest()


def _feed(write: Callable[[bytes], None], thing: object) -> None:
    if isinstance(thing, nn.Module):
        config = getattr(thing, "config", None)
        thing = (type(thing).__name__, config, thing.state_dict())
    if type(thing).__repr__ is object.__repr__:  # which tells where it lies
        thing = (type(thing).__name__, vars(thing))
    if isinstance(thing, Tensor):
        thing = thing.detach().cpu().numpy()
    if isinstance(thing, np.ndarray):
        write(f"array {thing.dtype.str} {thing.shape} ".encode())
        write(np.ascontiguousarray(thing).tobytes())
        return
    if is_dataclass(thing) and not isinstance(thing, type):
        thing = {one.name: getattr(thing, one.name) for one in fields(thing)}
    if isinstance(thing, Mapping):
        thing = tuple(thing.items())
    if isinstance(thing, list | tuple):
        write(f"parts {len(thing)} ".encode())
        for part in thing:
            _feed(write, part)
        return
    text = repr(thing).encode()
    write(f"{len(text)} ".encode())
    write(text)


def _read(file: Path) -> Arrays | None:
    """Return the arrays of a file, None where it is not there or damaged."""
    try:
        with np.load(file, allow_pickle=False) as found:
            return dict(found)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None

"""Sequences that a reader brings: one NPZ, or a CSV a modality."""

from collections.abc import Mapping

from fusionviz.data.sequences import SequenceSample
from fusionviz.errors import InputError


def read_sequences(files: Mapping[str, bytes]) -> SequenceSample:
    """Return the sequences in files.

    Args:
        files: Bytes by file name: one NPZ, or CSV files of one modality each.

    Raises:
        InputError: One clear sentence on why they cannot be used, and what to do.
    """
    raise InputError("Sequences cannot be read yet.")


def example_file() -> bytes:
    """Return a small NPZ with everything in it."""
    raise InputError("There is no example yet.")

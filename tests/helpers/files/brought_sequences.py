"""Sequences as somebody might bring them, made for tests."""

import io

import numpy as np

from fusionviz.data.sequences.files import read_sequences


def npz(**arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def read(**arrays):
    return read_sequences({"mine.npz": npz(**arrays)})


def features(steps, width=3, dtype=np.float32):
    """Numbers from 1 on, all of them different."""
    return np.arange(1, steps * width + 1).reshape(steps, width).astype(dtype)


def told(sample) -> str:
    return " ".join(sample.notes)

"""Times, sizes and counts with a unit that fits."""

import math

from fusionviz.views.shared.style import three_digits

NOTHING = "–"
"""What stands where there is no number."""


def write_seconds(seconds: float) -> str:
    """Return a time with a unit that fits it."""
    if not math.isfinite(seconds):
        return NOTHING
    if seconds >= 1:
        return f"{three_digits(seconds)} s"
    if seconds >= 1e-3:
        return f"{three_digits(1e3 * seconds)} ms"
    return f"{three_digits(1e6 * seconds)} µs"


def write_bytes(count: float) -> str:
    """Return a size with a unit that fits it."""
    if not math.isfinite(count):
        return NOTHING
    for unit, size in (("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if count >= size:
            return f"{three_digits(count / size)} {unit}"
    return f"{count:.0f} B"


def write_operations(count: float) -> str:
    """Return a number of operations with a unit that fits it."""
    if not math.isfinite(count):
        return NOTHING
    for unit, size in (("TFLOP", 1e12), ("GFLOP", 1e9), ("MFLOP", 1e6)):
        if count >= size:
            return f"{three_digits(count / size)} {unit}"
    return f"{three_digits(count / 1e3)} kFLOP"


def write_length(tokens: float) -> str:
    """Return a number of tokens."""
    return f"{tokens:,.0f}"

"""What the tokens of brought attention are: labels, modalities and a grid."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

GRID = "grid"
LABELS, MODALITY = ("tokens", "labels"), ("modality", "modalities")
OPTIONAL = (
    *LABELS,
    "query_tokens",
    "key_tokens",
    *MODALITY,
    "query_modality",
    "key_modality",
    GRID,
)
"""Names of arrays that are read besides attention."""

LONGEST_LABEL = 32
MOST_MODALITIES = 8


@dataclass(frozen=True, kw_only=True)
class AxisWords:
    """What the tokens of one axis are.

    Attributes:
        labels: Of each token, or empty.
        modality: Name of each token's modality, or empty.
    """

    labels: tuple[str, ...] = ()
    modality: tuple[str, ...] = ()


def read_axis_words(
    extra: Mapping[str, NDArray], axis: str, count: int, other: int
) -> tuple[AxisWords, list[str]]:
    """Return labels and modalities of an axis, and what is left out.

    Args:
        extra: Arrays of the file by name.
        axis: `query` or `key`.
        count: Tokens of the axis.
        other: Tokens of the other one: what is of its length is of it alone.
    """
    notes: list[str] = []
    found: dict[str, tuple[str, ...]] = {}
    for what, names in (("tokens", LABELS), ("modality", MODALITY)):
        name = next((n for n in (f"{axis}_{what}", *names) if n in extra), None)
        if name is None:
            continue
        words = read_words(extra[name])
        if words is None:
            notes.append(f"{name} is left out: its text cannot be read.")
        elif len(words) == count:
            found[what] = words
        elif len(words) != other:
            notes.append(
                f"{name} is left out: it has {len(words)} entries for {count} tokens."
            )
    modality = found.get("modality", ())
    if len(set(modality)) > MOST_MODALITIES:
        notes.append(
            f"modality is left out: it has {len(set(modality))} names, and at most "
            f"{MOST_MODALITIES} are told apart."
        )
        modality = ()
    return AxisWords(labels=found.get("tokens", ()), modality=modality), notes


def read_grid(values: NDArray | None) -> tuple[tuple[int, int] | None, list[str]]:
    """Return (rows, columns) and what is left out."""
    if values is None:
        return None, []
    flat = values.ravel()
    if flat.size == 2 and flat.dtype.kind in "fiu":
        rows, columns = float(flat[0]), float(flat[1])
        sizes = (rows, columns)
        if all(size.is_integer() and 1 <= size <= 100_000 for size in sizes):
            return (int(rows), int(columns)), []
    return None, ["grid is left out: it has to be two whole numbers, rows and columns."]


def read_words(values: NDArray) -> tuple[str, ...] | None:
    """Return an array as text that can be shown; None where it is none."""
    flat = values.ravel()
    try:
        if flat.dtype.kind == "S":
            words = [bytes(one).decode("utf-8", "replace") for one in flat]
        elif flat.dtype.kind == "U":
            words = [str(one) for one in flat]
        else:
            words = [f"{one:g}" for one in flat.astype(np.float64).tolist()]
    except (ValueError, UnicodeError):
        return None
    return tuple(map(_clean, words))


def _clean(word: str) -> str:
    """Return a label that is short, and that any page can carry."""
    printable = "".join(one if one.isprintable() else " " for one in word)
    whole = printable.encode("utf-8", "replace").decode().strip()
    return whole if len(whole) <= LONGEST_LABEL else whole[: LONGEST_LABEL - 1] + "…"

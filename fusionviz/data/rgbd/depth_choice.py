"""Which of several arrays, channels or pages of a file is the depth map."""

from collections.abc import Sequence

from fusionviz.data.files.array_files import NamedArray
from fusionviz.errors import InputError

# Camera matrices, poses, vectors and lists of points are no maps.
_LARGEST_MATRIX = 4
_BESIDE_DEPTH = ("mask", "valid", "conf", "label", "std", "var", "scale", "time")
_MOST_NAMED = 5


class AmbiguousDepthError(InputError):
    """A file that holds several maps, of which one has to be chosen by its name.

    Attributes:
        names: Of the maps, as `depth_name` takes them.
    """

    def __init__(self, sentence: str, names: Sequence[str]) -> None:
        super().__init__(sentence)
        self.names = tuple(names)


def choose_array(arrays: Sequence[NamedArray], wanted: str | None) -> NamedArray:
    """Return the array that is the depth map.

    That is the one called `depth`, else the only map with depth in its name, else the
    only map; where others have 8 bits, the only one with more.

    Args:
        arrays: What the file holds.
        wanted: The name that the user chose; None: by these rules.

    Raises:
        AmbiguousDepthError: Several could be.
        InputError: None has that name, or there is none at all.
    """
    if wanted is not None:
        return arrays[choose_named([one.name for one in arrays], wanted)]
    if not arrays:
        raise InputError(
            "The depth file holds no array of numbers: save the depth map alone."
        )
    if len(arrays) == 1:
        return arrays[0]
    maps = [one for one in arrays if is_map(one)]
    named = [one for one in maps if _is_called_depth(one)]
    fine = [one for one in named or maps if one.dtype.itemsize > 1]
    both = [one for one in arrays if _has_four_channels(one)] if not maps else []
    exact = [one for one in arrays if _leaf(one) == "depth"]
    for candidates in (exact, named, maps, fine, both):
        if len(candidates) == 1:
            return candidates[0]
    raise ambiguous("The depth archive", "arrays", [one.name for one in maps or arrays])


def choose_named(names: Sequence[str], wanted: str) -> int:
    """Return the place of a name among those of a file.

    Raises:
        InputError: It is none of them.
    """
    if wanted not in names:
        raise InputError(
            f"The depth file holds no {wanted[:40]!r}: choose one of {shown(names)}."
        )
    return list(names).index(wanted)


def ambiguous(what: str, kind: str, names: Sequence[str]) -> AmbiguousDepthError:
    """Return the error that asks which of several maps is meant.

    Args:
        what: The file at the start of a sentence.
        kind: What it holds several of.
        names: Of those.
    """
    return AmbiguousDepthError(
        f"{what} holds several {kind} ({shown(names)}) and none or many could be the "
        "depth map: choose one by its name, or name one of them 'depth'.",
        names,
    )


def shown(names: Sequence[str]) -> str:
    """Return the first names in a sentence."""
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(name[:40] for name in names[:_MOST_NAMED]) + more


def is_map(array: NamedArray) -> bool:
    """Whether an array of real numbers has the shape of a depth map."""
    if array.dtype.kind not in "fiu":
        return False
    sides = [n for n in array.shape if n != 1] if len(array.shape) > 2 else array.shape
    return len(sides) == 2 and min(sides) > _LARGEST_MATRIX


def _has_four_channels(array: NamedArray) -> bool:
    shape = array.shape
    return len(shape) == 3 and 4 in (shape[0], shape[2]) and array.dtype.kind in "fiu"


def _is_called_depth(array: NamedArray) -> bool:
    name = _leaf(array)
    return "depth" in name and not any(word in name for word in _BESIDE_DEPTH)


def _leaf(array: NamedArray) -> str:
    return array.name.replace("\\", "/").rsplit("/", 1)[-1].lower()

"""What readers of photographs share: lazy sequences, and images that are checked."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from fusionviz.data.records import RGBDSample
from fusionviz.errors import InputError

S = TypeVar("S")


class LazySamples(Sequence[S]):
    """Samples that are read when they are asked for.

    Args:
        places: What `read` takes to read each.
        read: Reads one.
    """

    def __init__(self, places: Sequence[Any], read: Callable[[Any], S]) -> None:
        self.places, self.read = places, read

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - as a sequence's
        if isinstance(index, slice):
            return LazySamples(self.places[index], self.read)
        return self.read(self.places[index])


Photographs = LazySamples[RGBDSample]


def read_rgb(path: Path) -> NDArray[np.uint8]:
    """Return a picture, uint8 (height, width, 3).

    Raises:
        InputError: It is missing or no image.
    """
    return np.ascontiguousarray(_read(path, cv2.IMREAD_COLOR)[..., ::-1])


def read_single(path: Path, dtype: type[np.unsignedinteger]) -> NDArray[Any]:
    """Return an image of one channel and of the given type.

    Raises:
        InputError: It is missing, no image, or of another kind.
    """
    image = _read(path, cv2.IMREAD_UNCHANGED)
    if image.ndim != 2 or image.dtype != dtype:
        raise InputError(
            f"{path} must be one channel of {np.dtype(dtype)}, got {image.dtype} of "
            f"shape {image.shape}"
        )
    return image


def read_grey(path: Path) -> NDArray[np.float32]:
    """Return an image as one channel in 0..1, the mean of its colours if it has some.

    Raises:
        InputError: It is missing, no image, or not of whole numbers.
    """
    image = _read(path, cv2.IMREAD_UNCHANGED)
    if not np.issubdtype(image.dtype, np.unsignedinteger):
        raise InputError(f"{path} must be of whole numbers, got {image.dtype}")
    colours = image[..., :3] if image.ndim == 3 else image[..., None]
    grey = colours.mean(axis=-1, dtype=np.float32) / np.iinfo(image.dtype).max
    return grey.astype(np.float32)


def in_metres(
    counts: NDArray[Any], per_metre: float, *, unmeasured: int = 0
) -> NDArray[np.float32]:
    """Return depth in metres, NaN where it was not measured.

    Args:
        counts: As the file has them.
        per_metre: Counts a metre.
        unmeasured: The count that stands for no measurement.
    """
    metres = counts.astype(np.float32) / np.float32(per_metre)
    return np.where(counts == unmeasured, np.float32(np.nan), metres)


def read_lines(path: Path) -> tuple[str, ...]:
    """Return the lines of a list that are not empty.

    Raises:
        InputError: It is missing or has none.
    """
    try:
        lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    if not any(lines):
        raise InputError(f"{path} names nothing")
    return tuple(line for line in lines if line)


def refuse_mixed(train: Sequence[str], test: Sequence[str], where: str) -> None:
    """Refuse a division in which something is in training and in test.

    Raises:
        InputError: There is such a name.
    """
    if mixed := set(train) & set(test):
        raise InputError(
            f"{where}: {min(mixed)} is in training and in test, so what is measured "
            "would say nothing"
        )


def _read(path: Path, mode: int) -> NDArray[Any]:
    image = cv2.imread(str(path), mode)
    if image is None:
        raise InputError(f"{path} is missing or no image")
    return np.asarray(image)

"""The records that data comes in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, eq=False)
class RGBDSample:
    """One RGB-D pair, or half of one.

    Attributes:
        rgb: Colours, uint8 (height, width, 3), sRGB; None where missing.
        depth_m: Distance along the optical axis, float32 (height, width), in metres
            if `depth_is_metric`, else in arbitrary units where far is large. NaN
            where unmeasured. None where the modality is missing.
        label: Class of each pixel, int (height, width), index into the class names
            of its data set, -1 where unlabelled; None where there are no labels.
        depth_is_metric: Whether `depth_m` is in metres.
        notes: What was assumed on reading, one sentence each.
        group: What samples of one place have in common, empty where that is unknown:
            intervals are drawn over groups.
    """

    rgb: NDArray[np.uint8] | None
    depth_m: NDArray[np.float32] | None
    label: NDArray[np.int64] | None = None
    depth_is_metric: bool = True
    notes: tuple[str, ...] = ()
    group: str = ""

    def __post_init__(self) -> None:
        """Check that there is something, and that the sizes agree."""
        sizes = {
            array.shape[:2]
            for array in (self.rgb, self.depth_m, self.label)
            if array is not None
        }
        if self.rgb is None and self.depth_m is None:
            raise ValueError("a sample needs rgb or depth_m, got neither")
        if len(sizes) > 1:
            raise ValueError(f"rgb, depth_m and label differ in size, got {sizes}")

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        array = self.rgb if self.rgb is not None else self.depth_m
        assert array is not None  # noqa: S101 - for the type checker
        return int(array.shape[0]), int(array.shape[1])

    @property
    def modalities(self) -> tuple[str, ...]:
        """Names of the modalities that are present, of `rgb` and `depth`."""
        present = {"rgb": self.rgb is not None, "depth": self.depth_m is not None}
        return tuple(name for name, there in present.items() if there)


@dataclass(frozen=True, kw_only=True, eq=False)
class PosterSample:
    """A film's poster and plot, or one of the two, and its genres.

    Attributes:
        rgb: The poster, uint8 (height, width, 3), sRGB; None where missing.
        plot: What happens, in words; None where missing.
        genres: Which it is of, bool (genre,), in the order of its data set; None where
            unknown.
        id: Name of the sample in its set.
        group: What it must not be split from; empty where it stands alone.
        notes: What was assumed on reading, one sentence each.
    """

    rgb: NDArray[np.uint8] | None
    plot: str | None
    genres: NDArray[np.bool_] | None = None
    id: str = ""
    group: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check that there is something."""
        if self.rgb is None and self.plot is None:
            raise ValueError("a sample needs rgb or plot, got neither")
        if self.rgb is not None and self.rgb.ndim != 3:
            raise ValueError(f"rgb must have three axes, got {self.rgb.shape}")

    @property
    def modalities(self) -> tuple[str, ...]:
        """Names of the modalities that are present, of `poster` and `plot`."""
        present = {"poster": self.rgb is not None, "plot": self.plot is not None}
        return tuple(name for name, there in present.items() if there)

"""The pair that came in, and the points that its depth stands for."""

import numpy as np

from fusionviz.analysis.inputs.pair_subject import PairSubject
from fusionviz.analysis.inputs.points import measure_points
from fusionviz.data.records import RGBDSample
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.inputs.points import describe_points, draw_points
from fusionviz.views.shared.pair import describe_pair, draw_pair
from fusionviz.views.shared.plain import in_markdown

HEIGHT = 363
"""Of the pair and its points: with the gallery, the tabs' names are above the fold."""


def make_pair(request: Request[Controls, PairSubject]) -> Exhibit:
    """Return colours and depth side by side, with what models read of them framed."""
    subject = request.subject
    sample, read = subject.sample, subject.windows
    rows, columns = sample.size
    return Exhibit(
        draw=lambda: draw_pair(sample, read),
        alt=describe_pair(sample, read),
        caption=" ".join(
            [
                "What came in, before any model has seen it: colours on the left, "
                "depth on the right, from near to far; unmeasured pixels are hatched.",
                *map(in_markdown, sample.notes),
            ]
        ),
        numbers={"rows": rows, "columns": columns, **_measured(sample)},
        arrays=_arrays(sample),
    )


def make_points(request: Request[Controls, PairSubject]) -> Exhibit:
    """Return depth as points in space.

    Raises:
        InputError: There is no depth.
    """
    sample = request.subject.sample
    if sample.depth_m is None:
        raise InputError("A point cloud needs depth.")
    cloud = measure_points(sample)
    colours = {} if cloud.colours is None else {"colours": cloud.colours}
    unit = "metres" if cloud.metric else "no unit"
    return Exhibit(
        draw=lambda: draw_points(cloud),
        alt=describe_points(cloud),
        caption=(
            "Each measured pixel is a point where the ray through it ends, under a "
            f"pinhole camera of {cloud.fov_deg:.0f}° from left to right"
            f"{', which is assumed' if cloud.fov_assumed else ''}. Coordinates are "
            f"right, down and forward of the camera, in {unit}."
        ),
        formula=r"x = \frac{(u - c_x)\,z}{f_x},\qquad y = \frac{(v - c_y)\,z}{f_y}",
        numbers={
            "points": len(cloud.points),
            "measured_pixels": cloud.measured,
            "field_of_view_degrees": cloud.fov_deg,
        },
        arrays={"points": cloud.points, **colours},
    )


def _measured(sample: RGBDSample) -> dict[str, float]:
    """Return how far depth reaches, and how much of it there is."""
    if sample.depth_m is None:
        return {}
    there = np.isfinite(sample.depth_m)
    unit = "_m" if sample.depth_is_metric else ""
    numbers = {"measured_share": float(there.mean())}
    if there.any():
        near, far = sample.depth_m[there].min(), sample.depth_m[there].max()
        numbers |= {f"nearest{unit}": float(near), f"farthest{unit}": float(far)}
    return numbers


def _arrays(sample: RGBDSample) -> dict[str, np.ndarray]:
    arrays = {"rgb": sample.rgb, "depth_m": sample.depth_m, "label": sample.label}
    return {name: array for name, array in arrays.items() if array is not None}


PAIR = ExhibitKind(
    name="inputs-pair",
    title="The pair",
    controls=Controls,
    make=make_pair,
    reads="pair",
    height=HEIGHT,
)
POINTS = ExhibitKind(
    name="inputs-points",
    title="Its points in space",
    controls=Controls,
    make=make_points,
    reads="pair",
    height=HEIGHT,
)

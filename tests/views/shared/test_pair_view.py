import numpy as np
import pytest

from fusionviz.data.records import RGBDSample
from fusionviz.views.shared.pair import depth_limits, describe_pair, draw_pair
from tests.helpers.figures import texts

LARGEST_CHART = 2_000_000


def heat(figure):
    return next(trace for trace in figure.data if trace.type == "heatmap")


def test_depth_is_drawn_in_metres_from_near_to_far(sample):
    figure = draw_pair(sample)
    near, far = np.nanmin(sample.depth_m), np.nanmax(sample.depth_m)
    assert (heat(figure).zmin, heat(figure).zmax) == pytest.approx((near, far))
    np.testing.assert_array_equal(heat(figure).z, sample.depth_m)
    assert f"near {near:.2f} m" in texts(figure)
    assert f"far {far:.2f} m" in texts(figure)


def test_holes_are_hatched_and_counted(sample):
    figure = draw_pair(sample)
    assert sum(trace.type == "image" for trace in figure.data) == 2
    share = np.isnan(sample.depth_m).mean()
    assert f"hatched: {share:.1%} unmeasured" in texts(figure)


def test_relative_depth_has_no_metres(sample):
    relative = RGBDSample(rgb=None, depth_m=sample.depth_m, depth_is_metric=False)
    shown = texts(draw_pair(relative))
    assert "relative, no unit" in shown
    assert " m" not in shown.replace(" missing", "")


@pytest.mark.parametrize("missing", ["rgb", "depth_m"])
def test_what_is_missing_is_said(sample, missing):
    given = {"rgb": sample.rgb, "depth_m": sample.depth_m} | {missing: None}
    figure = draw_pair(RGBDSample(**given))
    name = "RGB" if missing == "rgb" else "depth"
    assert f"no {name} was given" in texts(figure)
    assert f"{name} is missing" in describe_pair(RGBDSample(**given))


def test_a_large_pair_stays_a_small_chart(rng):
    depth_m = rng.uniform(0.5, 9, (1080, 1920)).astype(np.float32)
    smooth = np.linspace(0, 255, 1080 * 1920 * 3).reshape(1080, 1920, 3)
    figure = draw_pair(RGBDSample(rgb=smooth.astype(np.uint8), depth_m=depth_m))
    assert len(figure.to_json()) < LARGEST_CHART
    assert "1 pixel in 8 × 8 is shown" in texts(figure)
    assert heat(figure).dx == 8


def test_stray_far_values_do_not_flatten_the_scale():
    depth_m = np.full((100, 100), 1.0, np.float32)
    depth_m[:50] = 2.0
    depth_m[0, 0] = 60.0
    assert depth_limits(depth_m) == (1.0, 2.0, True)
    assert "far ≥ 2.00 m" in texts(draw_pair(RGBDSample(rgb=None, depth_m=depth_m)))
    depth_m[0, 0] = 2.0
    assert depth_limits(depth_m) == (1.0, 2.0, False)


def _frames(figure):
    """Dashed boxes: rows and columns of their edges, and the axis they lie on."""
    return [
        (s.xref, s.x0, s.x1, s.y0, s.y1)
        for s in figure.layout.shapes
        if s.line.dash == "dash" and s.line.color == "white"
    ]


def test_what_models_read_is_framed_on_both_pictures(sample):
    rows, columns = sample.size
    part = (2, 4, rows - 4, columns - 8)
    read = {"MANGO": part, "AlignMamba": (0, 0, rows, columns)}
    figure = draw_pair(sample, read)
    box = (3.5, columns - 4.5, 1.5, rows - 2.5)
    assert _frames(figure) == [("x", *box), ("x2", *box)]
    assert "framed: what MANGO read" in texts(figure)
    words = f"MANGO reads the framed {columns - 8} by {rows - 4} pixels."
    assert words in describe_pair(sample, read)
    assert "AlignMamba" not in describe_pair(sample, read)


def test_the_whole_picture_needs_no_frame(sample):
    read = {"MANGO": (0, 0, *sample.size)}
    assert _frames(draw_pair(sample, read)) == []
    assert describe_pair(sample, read) == describe_pair(sample)

from ast import literal_eval

import numpy as np

from fusionviz.analysis.inputs.points import measure_points
from fusionviz.data.records import RGBDSample
from fusionviz.views.inputs.points import describe_points, draw_points


def test_up_is_up_and_colours_are_the_pixels(sample):
    cloud = measure_points(sample)
    (trace,) = draw_points(cloud).data
    np.testing.assert_allclose(trace.z, -cloud.points[:, 1])
    np.testing.assert_allclose(trace.y, cloud.points[:, 2])
    scale = [colour for _, colour in trace.marker.colorscale]
    drawn = np.array([literal_eval(scale[i][3:]) for i in trace.marker.color])
    assert np.abs(drawn - cloud.colours.astype(int)).mean() < 12
    assert (trace.marker.cmin, trace.marker.cmax) == (0, len(scale) - 1)


def test_sampling_and_an_assumed_camera_are_said(rng):
    depth_m = rng.uniform(1, 5, (480, 640)).astype(np.float32)
    rgb = rng.integers(0, 255, (480, 640, 3), dtype=np.uint8)
    cloud = measure_points(RGBDSample(rgb=rgb, depth_m=depth_m))
    figure = draw_points(cloud)
    assert len(figure.to_json()) < 2_000_000
    said = figure.layout.annotations[1].text
    assert "of 307 200 points" in said
    assert "(assumed)" in said
    assert "assumed" in describe_points(cloud)


def test_without_colours_points_are_shaded_by_distance(sample):
    grey = RGBDSample(rgb=None, depth_m=sample.depth_m)
    (trace,) = draw_points(measure_points(grey)).data
    np.testing.assert_array_equal(trace.marker.color, measure_points(grey).points[:, 2])


def test_relative_depth_is_called_a_guess(sample):
    relative = RGBDSample(rgb=None, depth_m=sample.depth_m, depth_is_metric=False)
    assert "no unit" in describe_points(measure_points(relative))

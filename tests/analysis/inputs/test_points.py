import numpy as np
import pytest

from fusionviz.analysis.inputs.points import ASSUMED_FOV_DEG, measure_points
from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room


def wall(rows: int = 40, columns: int = 60, **changes) -> RGBDSample:
    depth_m = np.full((rows, columns), 2.0, np.float32)
    return RGBDSample(**{"rgb": None, "depth_m": depth_m} | changes)


def test_a_wall_is_as_wide_as_the_field_of_view_says():
    cloud = measure_points(wall())
    half = 2.0 * np.tan(np.radians(ASSUMED_FOV_DEG) / 2)
    x, y, z = cloud.points.T
    assert np.ptp(x) == pytest.approx(2 * half * 59 / 60, rel=1e-5)
    assert np.ptp(y) == pytest.approx(2 * half * 39 / 60, rel=1e-5)
    assert x.mean() == pytest.approx(0, abs=1e-5)
    assert (z == 2).all()
    assert cloud.fov_assumed


def test_a_room_keeps_its_own_camera():
    room = render_room(2, (32, 48))
    cloud = measure_points(room)
    camera = room.intrinsics
    assert not cloud.fov_assumed
    place = 5 * 48 + 7
    depth = room.depth_m[5, 7]
    expected = [
        (7 - camera.cx) * depth / camera.fx,
        (5 - camera.cy) * depth / camera.fy,
    ]
    np.testing.assert_allclose(cloud.points[place], [*expected, depth], rtol=1e-5)
    np.testing.assert_array_equal(cloud.colours[place], room.rgb[5, 7])


def test_large_maps_are_sampled_and_say_so():
    cloud = measure_points(wall(600, 800), most=20_000)
    assert cloud.measured == 480_000
    assert cloud.step == 5
    assert len(cloud.points) <= 20_000


def test_holes_are_left_out():
    sample = wall()
    sample.depth_m[:10] = np.nan
    cloud = measure_points(sample)
    assert len(cloud.points) == cloud.measured == 30 * 60
    assert np.isfinite(cloud.points).all()


def test_without_depth_there_is_no_cloud():
    rgb = np.zeros((8, 8, 3), np.uint8)
    with pytest.raises(ValueError, match="needs depth"):
        measure_points(RGBDSample(rgb=rgb, depth_m=None))
    with pytest.raises(ValueError, match="no pixel"):
        measure_points(wall(depth_m=np.full((4, 4), np.nan, np.float32)))

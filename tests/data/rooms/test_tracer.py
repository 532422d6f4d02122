"""The tracer against geometry that is known in closed form."""

import numpy as np
import pytest

from fusionviz.data.rooms.casting import cast, is_shaded, nearest
from fusionviz.data.rooms.classes import Label
from fusionviz.data.rooms.lighting import LAMP, Lights, irradiance
from fusionviz.data.rooms.materials import plain
from fusionviz.data.rooms.packing import pack
from fusionviz.data.rooms.parts import box, ellipsoid, frustum
from fusionviz.data.rooms.rendering import photograph
from fusionviz.data.rooms.shapes import Shape, distance, hit, normal_at
from fusionviz.data.rooms.surfaces import seen_places
from fusionviz.data.rooms.view import look_at, supersample

EXTENT = (4.0, 5.0, 2.5)
GREY = plain((0.6, 0.6, 0.6))


def make_room(*parts):
    return pack(EXTENT, [GREY] * 6, [[part] for part in parts])


def make_lights(*rows, ambient=0.0):
    sky = np.full(3, ambient)
    return Lights(np.array(list(rows), dtype=LAMP), sky, sky)


def lamp(centre, colour=(1.0, 1.0, 1.0)):
    zero = (0.0, 0.0, 0.0)
    return (False, centre, zero, zero, zero, colour)


def test_a_wall_seen_straight_on_has_one_depth():
    view = look_at((2.0, 1.0, 1.2), (2.0, 5.0, 1.2), np.radians(30), (33, 33))
    depth, part = cast(make_room(), view, 33, 33)
    assert np.allclose(depth, 4.0, atol=1e-12)
    assert (part == 3).all()


def test_depth_of_an_empty_room_solves_the_plane_equations():
    view = look_at((1.0, 0.7, 1.6), (3.0, 4.5, 0.4), np.radians(75), (40, 60), 0.05)
    depth, part = cast(make_room(), view, 40, 60)
    row, column = np.indices(depth.shape)
    u, v = (column - view.cx) / view.fx, (row - view.cy) / view.fy
    direction = np.stack([u, v, np.ones_like(u)], axis=-1) @ view.axes
    walls = np.array([0.0, EXTENT[0], 0.0, EXTENT[1], 0.0, EXTENT[2]]).reshape(3, 2)
    t = (walls - view.position[:, None]) / direction[..., None]
    t = np.where(t > 0, t, np.inf).reshape(40, 60, 6)
    assert np.array_equal(part, t.argmin(-1))
    assert np.allclose(depth, t.min(-1), rtol=1e-12)


def test_camera_axes_are_right_down_forward():
    view = look_at((1.0, 1.0, 1.5), (3.0, 4.0, 0.9), 1.0, (20, 20))
    assert np.allclose(view.axes @ view.axes.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(view.axes) == pytest.approx(1.0)
    assert view.axes[1, 2] < 0.0
    ahead = view.axes @ (np.array([3.0, 4.0, 0.9]) - view.position)
    assert np.allclose(ahead[:2], 0.0, atol=1e-12)


def test_fine_pixels_lie_evenly_about_each_pixel():
    view = look_at((1.0, 1.0, 1.5), (3.0, 4.0, 0.9), 1.0, (20, 30))
    fine = supersample(view, 2)
    places = (np.arange(60) - fine.cx) / fine.fx
    centres = (np.arange(30) - view.cx) / view.fx
    assert np.allclose(places.reshape(30, 2).mean(1), centres)
    assert np.allclose(np.diff(places), 0.5 / view.fx)


def test_a_ball_has_the_depth_and_normal_of_a_ball():
    centre, radius = np.array([2.0, 3.0, 1.2]), 0.4
    room = make_room(ellipsoid(tuple(centre), (radius,) * 3, GREY, Label.OBJECTS))
    view = look_at((2.0, 0.5, 1.2), tuple(centre), np.radians(30), (41, 41))
    depth, part = cast(room, view, 41, 41)
    assert depth[20, 20] == pytest.approx(2.5 - radius)
    places = seen_places(room, view, depth, part)
    on_ball = (part == 6).ravel()
    out = (places.point[on_ball] - centre) / radius
    assert np.allclose(np.linalg.norm(out, axis=1), 1.0)
    assert np.allclose(places.normal[on_ball], out, atol=1e-9)
    assert on_ball.sum() == pytest.approx(
        np.pi * (radius / np.sqrt(2.5**2 - radius**2) * view.fx) ** 2, rel=0.03
    )


def random_solid(rng):
    shape = int(rng.integers(3))
    half = tuple(rng.uniform(0.2, 1.0, 3))
    rounding = float(rng.uniform(0, 0.9) * min(half)) if rng.random() < 0.5 else 0.0
    return shape, half, rounding if shape == Shape.BOX else 0.0


def is_inside(shape, points, half, rounding):
    """Return whether points are inside a solid, from its definition."""
    x, y, z = points.T
    a, b, c = half
    if shape == Shape.ELLIPSOID:
        return (x / a) ** 2 + (y / b) ** 2 + (z / c) ** 2 < 1.0
    if shape == Shape.FRUSTUM:
        radius = a + (b - a) * (z + c) / (2 * c)
        return (np.hypot(x, y) < radius) & (np.abs(z) < c)
    over = np.maximum(np.abs(points) - np.array(half) + rounding, 0.0)
    inner = (np.abs(points) < np.array(half)).all(1)
    return inner & (np.linalg.norm(over, axis=1) < max(rounding, 1e-12))


def test_rays_meet_solids_where_they_first_get_inside():
    rng = np.random.default_rng(0)
    t = np.linspace(0.0, 8.0, 4001)
    hits = 0
    for _ in range(300):
        shape, half, rounding = random_solid(rng)
        start = rng.normal(size=3)
        start *= 3.0 / np.linalg.norm(start)
        way = rng.uniform(-0.5, 0.5, 3) - start
        way /= np.linalg.norm(way)
        inside = is_inside(shape, start + t[:, None] * way, half, rounding)
        found = hit(shape, tuple(start), tuple(way), half, rounding)
        if inside.sum() > 4:
            hits += 1
            assert found == pytest.approx(t[inside.argmax()], abs=4e-3)
        elif not inside.any() and np.isfinite(found):
            near = start + found * way
            assert abs(distance(shape, tuple(near), half)) < 5e-3
    assert hits > 150


def test_normals_point_out_of_solids():
    rng = np.random.default_rng(1)
    checked = 0
    for _ in range(200):
        shape, half, rounding = random_solid(rng)
        start = rng.normal(size=3)
        start *= 3.0 / np.linalg.norm(start)
        way = rng.uniform(-0.3, 0.3, 3) - start
        t = hit(shape, tuple(start), tuple(way), half, rounding)
        if not np.isfinite(t):
            continue
        point = start + t * way
        normal = np.array(normal_at(shape, tuple(point), half, rounding))
        assert np.linalg.norm(normal) == pytest.approx(1.0)
        sides = np.array([point + 2e-3 * normal, point - 2e-3 * normal])
        assert is_inside(shape, sides, half, rounding).tolist() == [False, True]
        checked += 1
    assert checked > 100


def test_turned_parts_are_seen_where_their_corners_project():
    turn = (0.7, 0.3, -0.2)
    solid = box((2.0, 3.5, 1.0), (0.6, 0.4, 0.8), GREY, Label.TABLE, turn=turn)
    room = make_room(solid)
    view = look_at((1.8, 0.6, 1.5), (2.0, 3.5, 1.0), np.radians(40), (80, 80))
    _, part = cast(room, view, 80, 80)
    signs = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1)
    corners = room.parts[6]["axes"] @ (signs * room.parts[6]["half"][:, None])
    x, y, z = view.axes @ (corners.T + room.parts[6]["centre"] - view.position).T
    columns, rows = view.cx + view.fx * x / z, view.cy + view.fy * y / z
    seen_rows, seen_columns = np.nonzero(part == 6)
    assert seen_columns.min() == pytest.approx(columns.min(), abs=1.5)
    assert seen_columns.max() == pytest.approx(columns.max(), abs=1.5)
    assert seen_rows.min() == pytest.approx(rows.min(), abs=1.5)
    assert seen_rows.max() == pytest.approx(rows.max(), abs=1.5)


def test_single_rays_agree_with_drawn_pixels():
    solids = [
        box((1.5, 3.0, 0.5), (0.8, 0.5, 1.0), GREY, Label.TABLE, rounding=0.1),
        frustum((2.6, 2.5, 0.0), (0.3, 0.1), 1.2, GREY, Label.OBJECTS),
        ellipsoid((2.0, 4.0, 1.5), (0.3, 0.2, 0.4), GREY, Label.OBJECTS),
    ]
    room = make_room(*solids)
    view = look_at((2.0, 0.5, 1.4), (2.0, 3.0, 0.9), np.radians(60), (40, 40))
    depth, part = cast(room, view, 40, 40)
    o = tuple(view.position)
    for row, column in np.ndindex(40, 40):
        offset = np.array(
            [(column - view.cx) / view.fx, (row - view.cy) / view.fy, 1.0]
        )
        t, index = nearest(room, o, tuple(offset @ view.axes))
        assert index == part[row, column]
        assert t == pytest.approx(depth[row, column], rel=1e-9)
    assert set(np.unique(part)) >= {6, 7, 8}


def places_on_floor(room, *spots):
    """Return the places that a camera under the ceiling sees straight below it."""
    found = []
    for x, y in spots:
        view = look_at((x, y - 1e-6, 2.4), (x, y, 0.0), 0.01, (1, 1))
        found.append(seen_places(room, view, np.array([[2.4]]), np.array([[4]])))
    return found


def test_light_falls_off_as_lambert_and_distance_say():
    room = make_room()
    lights = make_lights(lamp((2.0, 2.0, 2.0)))
    below, aside = places_on_floor(room, (2.0, 2.0), (3.0, 2.0))
    sample = np.zeros(1, np.int64)
    got = [irradiance(room, lights, place, sample)[0, 0] for place in (below, aside)]
    height = 2.0 - 2e-3
    assert got[0] == pytest.approx(1.0 / (height**2 + 0.15), rel=1e-5)
    square = height**2 + 1.0
    expected = height / np.sqrt(square) / (square + 0.15)
    assert got[1] == pytest.approx(expected, rel=1e-4)


def test_a_plate_under_a_lamp_throws_a_shadow():
    plate = box((2.0, 2.0, 1.0), (0.6, 0.6, 0.02), GREY, Label.TABLE)
    lights = make_lights(lamp((2.0, 2.0, 2.0)))
    sample = np.zeros(1, np.int64)
    for part, dark in ((plate, True), (plate._replace(shades=False), False)):
        room = make_room(part)
        inside, outside = places_on_floor(room, (2.4, 2.0), (2.8, 2.0))
        assert (irradiance(room, lights, inside, sample).max() == 0.0) == dark
        assert irradiance(room, lights, outside, sample).min() > 0.0
        assert is_shaded(room, (2.0, 2.0, 0.1), (0.0, 0.0, 1.0), 1.8) == dark
        assert not is_shaded(room, (2.0, 2.0, 0.1), (0.0, 0.0, 1.0), 0.8)


def test_the_sun_shines_through_its_window_alone():
    sun = (
        True,
        (2.0, 5.0, 1.5),
        (0.5, 0.0, 0.0),
        (0.0, 0.0, 0.5),
        (0.0, 0.8, 0.6),
        (1.0, 1.0, 1.0),
    )
    room, sample = make_room(), np.zeros(1, np.int64)
    middle, beside, beyond = places_on_floor(room, (2.0, 3.0), (2.7, 3.0), (2.0, 1.5))
    lights = make_lights(sun)
    assert irradiance(room, lights, middle, sample)[0] == pytest.approx([0.6] * 3)
    assert irradiance(room, lights, beside, sample).max() == 0.0
    assert irradiance(room, lights, beyond, sample).max() == 0.0


def test_corners_get_less_ambient_light_than_the_middle_of_the_floor():
    room, sample = make_room(), np.zeros(1, np.int64)
    middle, corner = places_on_floor(room, (2.0, 2.5), (0.05, 0.05))
    lights = make_lights(lamp((2.0, 2.0, 2.0), (0.0, 0.0, 0.0)), ambient=1.0)
    assert irradiance(room, lights, middle, sample)[0, 0] == pytest.approx(1.0)
    assert irradiance(room, lights, corner, sample)[0, 0] < 0.7


def test_planes_show_no_shape_edges_and_a_box_shows_its_outline():
    lights = make_lights(lamp((2.0, 2.0, 2.0)), ambient=0.3)
    view = look_at((2.0, 0.5, 1.2), (2.0, 5.0, 1.2), np.radians(28), (64, 64))
    rng = np.random.default_rng(0)
    bare = photograph(make_room(), lights, view, (64, 64), rng)
    assert bare.edge.max() < 1e-3
    solid = box((2.0, 3.0, 1.2), (0.8, 0.8, 0.8), GREY, Label.TABLE)
    scene = photograph(make_room(solid), lights, view, (64, 64), rng)
    inside = scene.label == Label.TABLE
    deep = np.pad(inside[:-2, 1:-1] & inside[2:, 1:-1], 1)
    deep &= np.pad(inside[1:-1, :-2] & inside[1:-1, 2:], 1)
    rim = inside & ~deep
    assert scene.edge[rim].min() > 0.3
    assert scene.edge[30:34, 30:34].max() < 1e-3

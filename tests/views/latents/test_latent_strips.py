"""Strips and films of pairs: what is drawn where, on which scale, in which frame."""

import base64

import cv2
import numpy as np
import plotly.graph_objects as go
import pytest

from fusionviz.analysis.latents.between import WAYS, Interpolation
from fusionviz.analysis.latents.exchange import Exchange
from fusionviz.analysis.latents.film import Film
from fusionviz.analysis.latents.samples import Samples
from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.views.latents.between import (
    describe_between,
    draw_all_steps,
    draw_between,
)
from fusionviz.views.latents.exchange import describe_exchange, draw_exchange
from fusionviz.views.latents.film import describe_film, draw_all_frames, draw_film
from fusionviz.views.latents.mosaic import CELL, Mosaic
from fusionviz.views.latents.samples import describe_made_up, draw_made_up
from fusionviz.views.shared.pixels import photo_address
from fusionviz.views.shared.scale import Scale, depth_scale

SIDE, GRID = 64, 4


def pair(seed):
    rng = np.random.default_rng(seed)
    colour = rng.integers(0, 255, 3, dtype=np.uint8)
    return Pictures(
        rgb=np.broadcast_to(colour, (SIDE, SIDE, 3)).copy(),
        depth_m=np.full((SIDE, SIDE), 1.0 + seed, np.float32),
    )


def pixels(image):
    data = base64.b64decode(image["source"].split(",")[1])
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]


def texts(trace):
    return list(trace.text)


@pytest.fixture
def between():
    shares = np.linspace(0, 1, 3)
    bits = {way: np.array([1.0, 2.0 + i, 3.0]) for i, way in enumerate(WAYS)}
    return Interpolation(
        shares=shares,
        pictures={
            way: tuple(pair(10 * i + s) for s in range(3)) for i, way in enumerate(WAYS)
        },
        bits_per_dim=bits,
        latent_length={way: np.ones(3) for way in WAYS},
        angle_degrees=88.0,
        dimensions=256,
    )


@pytest.fixture
def film():
    tokens = np.random.default_rng(0).normal(size=(5, 2 * GRID**2, 8))
    return Film(
        names=("x", "after block 1", "z", "after block 1, back", "x, back"),
        ticks=("x", "1", "z", "1", "x"),
        ends_block=np.ones(5, bool),
        tokens=tokens,
        pictures=tuple(pair(s) for s in (0, 1, 2, 1, 0)),
        token_size=np.sqrt((tokens**2).mean(-1)).reshape(5, 2, GRID, GRID),
        log_det=np.array([0.0, 10.0, 25.0, 10.0, 0.0]),
        return_error=np.array([0, 0, 0, 1e-6, 2e-6]),
    )


def test_a_mosaic_keeps_pictures_apart_and_lines_below_them():
    mosaic = Mosaic(rows=3, columns=2, cell_pixels=100, notes=(1,))
    assert mosaic.left(1) >= mosaic.left(0) + CELL
    assert mosaic.top(1) >= mosaic.top(0) + CELL
    assert mosaic.top(2) >= mosaic.top(1) + CELL + mosaic.line
    words = mosaic.words([["a", "b"]])
    assert all(mosaic.top(1) + CELL <= y <= mosaic.top(2) for y in words.y)
    figure = go.Figure(words)
    mosaic.fit(figure)
    low, high = figure.layout.yaxis.range
    assert low > high  # the axis points down
    assert figure.layout.yaxis.scaleanchor == "x"


def test_a_coarse_map_keeps_its_edges():
    mosaic = Mosaic(rows=1, columns=1, cell_pixels=100)
    cells = np.zeros((2, 2, 3), np.uint8)
    cells[0, 0] = 255
    shown = pixels(mosaic.picture(cells, 0, 0))
    half = len(shown) // 2
    assert (shown[:half, :half] == 255).all()
    assert (shown[half:] == 0).all()


def test_a_photograph_comes_back_nearly_as_it_was():
    picture = pair(3).rgb
    decoded = pixels({"source": photo_address(picture)})
    assert abs(decoded.astype(int) - picture).max() <= 3


def test_a_scale_paints_from_dark_to_bright_and_grey_where_there_is_nothing():
    scale = Scale(title="depth, m", low=1.0, high=3.0, cut=True)
    painted = scale.paint(np.array([[0.0, 1.0, 2.0, 3.0, 9.0, np.nan]]))[0]
    np.testing.assert_array_equal(painted[0], painted[1])
    np.testing.assert_array_equal(painted[3], painted[4])
    lightness = painted[1:4].astype(int).sum(axis=1)
    assert (np.diff(lightness) > 0).all()
    np.testing.assert_array_equal(painted[5], 128)
    bar = scale.bar(x=0.5, y=0.5, length=0.5).marker.colorbar
    assert bar.ticktext == ("1.0", "2.0", "≥ 3.0")
    assert bar.title.text == "depth, m"


def test_a_scale_of_one_value_paints():
    scale = depth_scale([np.full((2, 2), 2.0, np.float32)])
    assert scale.paint(np.full((2, 2), 2.0)).shape == (2, 2, 3)
    nothing = depth_scale([np.full((2, 2), np.nan, np.float32)])
    assert (nothing.paint(np.full((2, 2), np.nan)) == 128).all()


def test_every_step_is_a_frame_and_the_middle_is_shown(between):
    figure = draw_between(between)
    assert len(figure.frames) == len(figure.layout.sliders[0].steps) == 3
    assert figure.layout.sliders[0].active == between.middle == 1
    assert [s.label for s in figure.layout.sliders[0].steps] == ["0%", "50%", "100%"]
    for step, frame in enumerate(figure.frames):
        for number, way in enumerate(WAYS):
            shown = pixels(frame.layout.images[number])
            expected = between.pictures[way][step].rgb
            assert abs(shown.astype(int) - expected).max() <= 3
        assert texts(frame.data[0])[0].startswith(("1.00", "2.00", "3.00")[step])
        assert frame.data[1].x == (50 * step, 50 * step)
    first = [image.source for image in figure.frames[1].layout.images]
    assert [image.source for image in figure.layout.images] == first


def test_frames_move_the_traces_that_they_mean(between, film):
    for figure in (draw_between(between), draw_film(film)):
        for frame in figure.frames:
            for trace, place in zip(frame.data, frame.traces, strict=True):
                assert figure.data[place].mode == trace.mode
                assert len(figure.data[place].x) == len(trace.x)
            # plotly.js empties a panel none of whose traces is in the frame
            panels = {figure.data[place].xaxis for place in frame.traces}
            assert panels == {"x", "x2", "x3"}


def test_all_steps_stand_side_by_side_with_their_bits(between):
    figure = draw_all_steps(between)
    assert len(figure.layout.images) == 2 * 3 * 3
    assert "3.00" in texts(figure.data[0])
    assert "linear" in describe_between(between)


def test_exchange_has_the_pair_of_each_case_in_its_column():
    pairs = tuple(pair(s) for s in range(4))
    exchange = Exchange(
        pictures=pairs,
        bits_per_dim=np.arange(4.0),
        rgb_off=np.zeros((4, 2)),
        depth_off_m=np.zeros((4, 2)),
    )
    images = draw_exchange(exchange).layout.images
    assert len(images) == 8
    for column, one in enumerate(pairs):
        assert abs(pixels(images[column]).astype(int) - one.rgb).max() <= 3
    assert len({image.x for image in images}) == 4
    assert "A with B's depth, 1.00 bits" in describe_exchange(exchange)


def test_samples_say_where_numbers_end():
    samples = Samples(
        tokens=np.zeros((2, 1, 1)),
        pictures=(pair(0), pair(1)),
        bits_per_dim=np.array([0.5, np.inf]),
        temperature=1.0,
    )
    assert texts(draw_made_up(samples).data[1]) == ["0.500 bits", "out of range"]
    assert describe_made_up(samples).endswith(".")


def test_a_film_shows_each_frames_tokens_and_pictures(film):
    figure = draw_film(film)
    assert len(figure.frames) == 5
    most = film.token_size.max()
    scale = Scale(title="", low=0.0, high=most)
    for index, frame in enumerate(figure.frames):
        rgb, sizes = (pixels(image) for image in frame.layout.images[:2])
        assert abs(rgb.astype(int) - film.pictures[index].rgb).max() <= 3
        cell = len(sizes) // GRID
        expected = scale.paint(film.token_size[index, 0])
        np.testing.assert_array_equal(sizes[::cell, ::cell], expected)
    curve = next(trace for trace in figure.data if trace.name == "log|det|")
    np.testing.assert_array_equal(curve.y, film.log_det)
    assert "25.0 nats" in describe_film(film)


def test_all_blocks_are_those_on_the_way_there(film):
    figure = draw_all_frames(film)
    assert len(figure.layout.images) == 4 * 3
    assert texts(figure.data[0]) == ["x", "1", "z"]
    assert texts(figure.data[1]) == ["0 nats", "10.0 nats", "25.0 nats"]

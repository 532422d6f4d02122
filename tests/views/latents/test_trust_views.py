"""What the pictures of the Trust tab draw."""

from dataclasses import replace

import numpy as np
import pytest

from fusionviz.analysis.latents.normality import Normality
from fusionviz.analysis.latents.oddness import Oddness
from fusionviz.analysis.latents.round_trip import RoundTrip
from fusionviz.analysis.shared.layer_costs import LayerCosts
from fusionviz.data.grid import Grid
from fusionviz.views.latents.normality import describe_normality, draw_normality
from fusionviz.views.latents.oddness import describe_oddness, draw_oddness
from fusionviz.views.latents.round_trip import describe_round_trip, draw_round_trip
from fusionviz.views.shared.layer_costs import describe_layer_costs, draw_layer_costs
from fusionviz.views.shared.style import (
    LAYER_COLOURS,
    MARK,
    MODALITY_COLOURS,
    in_percent,
)
from tests.helpers.figures import texts

GRID, CHANNELS = 4, 8
NUMBERS = 2 * GRID**2 * CHANNELS


def traces(figure, kind: str) -> list:
    return [trace for trace in figure.data if trace.type == kind]


def lines(figure, axis: str) -> list:
    return [t for t in traces(figure, "scatter") if t.xaxis == axis]


@pytest.fixture
def trip(rng, pictures) -> RoundTrip:
    shape = (2 * GRID**2, CHANNELS)
    return RoundTrip(
        errors={
            "float32": 10 ** rng.uniform(-8, -5, shape),
            "float64": 10 ** rng.uniform(-17, -14, shape),
        },
        largest_token=4.0,
        grid=Grid(GRID, GRID),
        pictures=pictures,
        missing=None,
    )


@pytest.fixture
def normality(rng, pictures) -> Normality:
    z = rng.standard_normal((2, GRID, GRID, CHANNELS))
    z[1, 0, 0] *= 4
    return Normality(z=z, pictures=pictures, missing=None)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_errors_share_one_logarithmic_scale(trip, precision):
    figure = draw_round_trip(trip, precision=precision)
    rgb, depth = traces(figure, "heatmap")
    maps = np.log10(trip.token_error(precision))
    assert (rgb.zmin, rgb.zmax) == (depth.zmin, depth.zmax)
    assert rgb.zmin == pytest.approx(maps.min())
    assert rgb.zmax == pytest.approx(maps.max())
    np.testing.assert_allclose(depth.z, maps[1], atol=1e-6)
    assert "token units (log)" in texts(figure)
    assert precision in describe_round_trip(trip, precision=precision)


def test_the_spread_holds_all_numbers_of_every_precision(trip):
    spread = lines(draw_round_trip(trip, precision="float32"), "x3")
    assert len(spread) == 4
    assert {one.line.color for one in spread} == {
        MODALITY_COLOURS["rgb"],
        MODALITY_COLOURS["depth"],
    }
    for one in spread:
        assert sum(one.y) == pytest.approx(100)


def test_a_flow_that_loses_nothing_has_a_picture_too(trip):
    exact = replace(trip, errors={"float32": np.zeros((2 * GRID**2, CHANNELS))})
    figure = draw_round_trip(exact, precision="float32")
    assert all(np.isfinite(np.array(t.z)).all() for t in traces(figure, "heatmap"))


def test_latents_stand_beside_the_normal(normality):
    figure = draw_normality(normality)
    rgb, depth, normal = lines(figure, "x")
    width = rgb.x[1] - rgb.x[0]
    assert sum(rgb.y) * width == pytest.approx(1)
    assert sum(depth.y) * width == pytest.approx(1)
    assert max(normal.y) == pytest.approx(1 / np.sqrt(2 * np.pi), abs=1e-4)
    low, high, *points = lines(figure, "x2")
    assert "95 %" in high.name
    assert all(low.y <= high.y)
    np.testing.assert_array_equal(points[1].y, normality.quantiles(1).latent)
    assert "Kolmogorov" in describe_normality(normality)


def test_mean_squares_diverge_around_one(normality):
    rgb, depth = traces(draw_normality(normality), "heatmap")
    assert -rgb.zmin == rgb.zmax == depth.zmax == -depth.zmin
    expected = np.log2((normality.z[1] ** 2).mean(axis=-1))
    np.testing.assert_allclose(depth.z, expected, atol=1e-6)
    assert np.argmax(depth.z) == 0
    assert list(rgb.colorbar.ticktext)[1] == "1.00"


def test_a_guess_is_named_in_the_titles(normality, trip, pictures):
    alone = replace(pictures, depth_m=None)
    for figure in (
        draw_normality(replace(normality, pictures=alone, missing="depth")),
        draw_round_trip(
            replace(trip, pictures=alone, missing="depth"), precision="float32"
        ),
    ):
        assert texts(figure).count("(guessed)") == 1


def test_a_pair_is_marked_among_others(rng):
    others = rng.normal(-1, 0.1, 256)
    odd = Oddness(bits_per_dim=2.5, others=others, data="rooms", missing=None)
    figure = draw_oddness(odd)
    (bars,) = traces(figure, "histogram")
    np.testing.assert_array_equal(bars.x, others)
    marked = next(s for s in figure.layout.shapes if s.line.color == MARK)
    assert marked.x0 == marked.x1 == 2.5
    assert "this pair: 2.50" in texts(figure)
    assert "100 % of 256" in describe_oddness(odd)


def test_percents_are_rounded_down():
    shares = (0.0, 0.149, 0.999, 1.0)
    assert [in_percent(x, decimals=0, down=True) for x in shares] == [
        "0 %",
        "14 %",
        "99 %",
        "100 %",
    ]


def test_a_pair_without_others_is_shown_alone():
    alone = Oddness(bits_per_dim=-0.5, others=None, data="", missing=None)
    figure = draw_oddness(alone)
    assert "not been measured" in texts(figure)
    assert "−0.500 bits per dimension" in describe_oddness(alone)


def costs(kinds: tuple[str, ...], log_det: list[float]) -> LayerCosts:
    return LayerCosts(
        names=tuple(f"layer {n}" for n in range(len(kinds))),
        kinds=kinds,
        blocks=(1,) * len(kinds),
        log_det=np.array(log_det),
        log_prior=-10.0,
        dimensions=8,
    )


def test_a_bar_starts_where_the_last_one_ended():
    kinds = ("actnorm", "mmca", "coupling", "mmca")
    figure = draw_layer_costs(costs(kinds, [5.0, -2.0, 1.0, -0.5]))
    steps = [bar for bar in traces(figure, "bar") if bar.orientation != "h"]
    ends = {
        x: (base, base + y)
        for bar in steps
        for x, base, y in zip(bar.x, bar.base, bar.y, strict=True)
    }
    assert ends == {0: (0, 5), 1: (5, 3), 2: (3, 4), 3: (4, 3.5)}
    assert {bar.marker.color for bar in steps} == {LAYER_COLOURS[k] for k in kinds}
    sums = {b.y[0]: b.x[0] for b in traces(figure, "bar") if b.orientation == "h"}
    assert sums == {"MMCA": -2.5, "coupling": 1.0, "ActNorm": 5.0}


def test_a_flow_without_layers_is_said_to_be_one():
    nothing = costs((), [])
    assert draw_layer_costs(nothing).data == ()
    assert "no layers" in describe_layer_costs(nothing)

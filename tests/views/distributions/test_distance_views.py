"""What is drawn of MMD², its kernel and its test: arrays, ranges and words."""

import numpy as np
import pytest

from fusionviz.analysis.distributions.distance_test import measure_test
from fusionviz.analysis.distributions.distances import measure_distances
from fusionviz.analysis.distributions.kernel import measure_kernel, measure_witness
from fusionviz.analysis.distributions.token_pairs import token_pair
from fusionviz.analysis.shared.subjects.features import FeatureSubject
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.views.distributions.distance_test import describe_test, draw_test
from fusionviz.views.distributions.distances import describe_distances, draw_distances
from fusionviz.views.distributions.kernel import describe_kernel, draw_kernel, equation
from fusionviz.views.shared.style import MARK, MODALITY_COLOURS


def features(shift=0.5, **lengths):
    random = np.random.default_rng(0)
    modalities = {
        name: (random.normal(size=(length, 4)) + shift * index).astype(np.float32)
        for index, (name, length) in enumerate(lengths.items())
    }
    return FeatureSubject(SequenceSample(modalities=modalities))


@pytest.fixture(scope="module")
def three():
    return features(video=9, audio=12, text=5)


@pytest.fixture(scope="module")
def pair(three):
    return token_pair(three, "video", "text", "encoded")


def traces(figure, axis, **wanted):
    return [
        trace
        for trace in figure.data
        if (trace.xaxis or "x") == axis
        and all(getattr(trace, key) == value for key, value in wanted.items())
    ]


def words(figure):
    return " ".join(one.text for one in figure.layout.annotations)


def test_every_pair_is_drawn_at_every_stage_in_its_two_colours(three):
    distances = measure_distances(three, factor=2.0)
    figure = draw_distances(distances)
    drawn = traces(figure, "x", mode="lines+markers")
    assert [one.name for one in drawn] == [
        "video and text",
        "audio and text",
        "video and audio",
    ]
    for one, values in zip(drawn, distances.mmd2, strict=True):
        np.testing.assert_array_equal(one.y, values)
    assert drawn[1].marker.color == MODALITY_COLOURS["audio"]
    assert drawn[1].marker.line.color == MODALITY_COLOURS["text"]
    assert len({one.marker.symbol for one in drawn}) == 3
    assert "2 × the median distance" in words(figure)


def test_the_curve_of_each_stage_has_its_median_and_its_bandwidth(three):
    distances = measure_distances(three, x="audio", y="text", factor=2.0)
    figure = draw_distances(distances)
    curves = traces(figure, "x2", mode="lines")
    assert len({one.line.dash for one in curves}) == len(distances.stages) == 2
    for curve, sigma, values in zip(
        curves, distances.bandwidths, distances.curves, strict=True
    ):
        np.testing.assert_array_equal(curve.x, sigma)
        np.testing.assert_array_equal(curve.y, values)
    medians, force = traces(figure, "x2", mode="markers")
    own = distances.medians[1]
    np.testing.assert_allclose(medians.x, own)
    at_median = [
        token_pair(three, "audio", "text", stage).means(median).mmd2
        for stage, median in zip(distances.stages, own, strict=True)
    ]
    np.testing.assert_allclose(medians.y, at_median)
    np.testing.assert_allclose(force.x, 2 * own)
    np.testing.assert_allclose(force.y, distances.mmd2[1])
    assert force.marker.color == MARK
    axis = figure.layout.xaxis2
    assert axis.type == "log"
    assert "(log)" in axis.title.text
    np.testing.assert_allclose(axis.tickvals[2], own[0])
    assert axis.ticktext[2].endswith("<br>1 ×")


def test_both_panels_share_the_range_of_mmd2(three):
    distances = measure_distances(three, biased=False)
    assert distances.mmd2.min() < 0
    layout = draw_distances(distances).layout
    assert layout.yaxis.range == layout.yaxis2.range
    low, high = layout.yaxis.range
    assert low < min(distances.mmd2.min(), distances.curves.min())
    assert high > max(distances.mmd2.max(), distances.curves.max())


def test_the_matrix_its_bands_and_its_means(pair):
    blocks = measure_kernel(pair, bandwidth=pair.median)
    figure = draw_kernel(blocks, measure_witness(pair, bandwidth=pair.median))
    (matrix,) = traces(figure, "x", type="heatmap")
    np.testing.assert_array_equal(matrix.z, blocks.cells)
    assert (matrix.zmin, matrix.zmax) == (0, 1)
    assert "no unit" in matrix.colorbar.title.text
    bands = [one.fillcolor for one in figure.layout.shapes if one.type == "rect"]
    assert sorted(bands) == sorted(
        2 * [MODALITY_COLOURS["video"], MODALITY_COLOURS["text"]]
    )
    for value in (blocks.means.xx, blocks.means.yy, blocks.means.xy):
        assert f"{value:.3f}" in words(figure)
    assert figure.layout.xaxis.title.text == equation(blocks)


@pytest.mark.parametrize("factor", [0.3, 1, 9])
def test_the_equation_adds_up_as_it_is_written(pair, factor):
    blocks = measure_kernel(pair, bandwidth=factor * pair.median)
    said = equation(blocks)
    xx, yy, xy = (float(said.split()[place]) for place in (0, 2, 6))
    result = float(said.split()[8].replace("−", "-"))
    digits = len(said.split()[0].split(".")[1])
    assert xx + yy - 2 * xy == pytest.approx(result, abs=2.6 * 10**-digits)
    assert result == pytest.approx(blocks.means.mmd2, rel=0.006)


def test_pooling_is_said_on_the_chart():
    many = token_pair(features(video=200, text=100), "", "", "encoded")
    blocks = measure_kernel(many, bandwidth=2.0)
    figure = draw_kernel(blocks, measure_witness(many, bandwidth=2.0))
    assert "200 + 100 tokens, a cell is the mean of 2 × 2" in words(figure)


def test_tokens_and_plane_share_colours_even_around_0(pair):
    witness = measure_witness(pair, bandwidth=pair.median)
    blocks = measure_kernel(pair, bandwidth=pair.median)
    figure = draw_kernel(blocks, witness)
    (ground,) = traces(figure, "x2", type="heatmap")
    video, text = traces(figure, "x2", type="scatter")
    assert ground.zmax == -ground.zmin == witness.most
    for trace in (video, text):
        assert trace.marker.cmax == -trace.marker.cmin == witness.most
    assert video.marker.symbol != text.marker.symbol
    values = [*video.marker.color, *text.marker.color]
    np.testing.assert_array_equal(values, witness.values)
    np.testing.assert_array_equal(video.x, witness.plane.places[:9, 0])
    share = 100 * witness.plane.explained[0]
    assert f"{share:.3g} % of variance" in figure.layout.xaxis2.title.text
    assert "9 + 5 tokens" in words(figure)


def test_the_null_is_counted_whole_and_the_observed_is_marked(pair):
    test = measure_test(pair, bandwidth=pair.median, permutations=300)
    figure = draw_test(test)
    (bars,) = traces(figure, "x2", type="bar")
    assert sum(bars.y) == 300
    (folds,) = traces(figure, "x3")
    np.testing.assert_allclose(folds.y, 100 * np.array(test.a_distance.fold_errors))
    null, observed = traces(figure, "x")
    np.testing.assert_allclose(null.x, [test.null.min(), test.null.max()])
    assert observed.x == (test.statistic,)
    assert observed.marker.color == MARK
    assert f"of {len(test.null)} shuffles" in words(figure)
    assert "guessing: 50 %" in words(figure)


def test_an_observed_value_far_beyond_the_null_is_pointed_at():
    far = token_pair(features(shift=40, video=30, text=30), "", "", "encoded")
    test = measure_test(far, bandwidth=far.median, permutations=100)
    assert test.p_value == test.resolution
    figure = draw_test(test)
    assert "observed 0" in words(figure)
    assert "→" in words(figure)
    assert figure.layout.xaxis2.range[1] < test.statistic
    assert figure.layout.xaxis.range[1] > test.statistic
    assert "times the largest of the null" in words(figure)
    assert "(the smallest there is)" in words(figure)


def test_a_readers_own_names_are_made_safe():
    subject = features(**{"<b>x</b>": 4, "text": 3})
    pair = token_pair(subject, "", "", "encoded")
    blocks = measure_kernel(pair, bandwidth=1.0)
    figure = draw_kernel(blocks, measure_witness(pair, bandwidth=1.0))
    for drawn in (figure, draw_distances(measure_distances(subject))):
        assert "<b>x</b>" not in drawn.to_json().replace("\\u003c", "<")


def test_the_pictures_in_words(three, pair):
    distances = measure_distances(three)
    assert describe_distances(distances).startswith("MMD² by stage: video and text 0.")
    sigma = pair.median
    blocks, witness = (
        f(pair, bandwidth=sigma) for f in (measure_kernel, measure_witness)
    )
    assert f"within video, {blocks.means.yy:.3f} within text" in describe_kernel(
        blocks, witness
    )
    test = measure_test(pair, bandwidth=sigma, permutations=100)
    assert f"the A-distance is {test.a_distance.distance:.3g}" in describe_test(test)

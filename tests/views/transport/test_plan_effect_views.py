"""What is drawn of another plan's effect, of its edits, and of all plans."""

import numpy as np
import pytest

from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.transport.plan_edits import PlanEdits
from fusionviz.analysis.transport.plan_effects import measure_plan_effect
from fusionviz.analysis.transport.plan_swaps import compare_swaps, measure_swaps
from fusionviz.data.rooms import render_room
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.views.shared.style import MARK, MODALITY_COLOURS
from fusionviz.views.transport.plan_edits import (
    PlanEditView,
    describe_plan_edit,
    draw_plan_edit,
)
from fusionviz.views.transport.plan_effects import (
    describe_plan_effect,
    draw_plan_effect,
)
from fusionviz.views.transport.plan_swaps import describe_plan_swaps, draw_plan_swaps
from tests.helpers.figures import texts
from tests.helpers.tiny_models import tiny_alignmamba, tiny_sentiment

EDITS = PlanEdits(forced=((3, 1),), forbidden=((5, 2), (6, 0)))


@pytest.fixture(scope="module")
def pair():
    return AlignMambaSubject(tiny_alignmamba(), render_room(3, (48, 48)), "rooms")


@pytest.fixture(scope="module")
def utterance():
    return AlignMambaSubject(tiny_sentiment(), render_utterance(12), "sentiment")


def scatter(figure, name):
    return [t for t in figure.data if t.type == "scatter" and t.name == name]


def test_pictures_show_both_plans_where_they_differ_and_the_shift(pair):
    effect = measure_plan_effect(pair, "exact")
    figure = draw_plan_effect(effect, pair.pictures)
    assert sum(t.type == "image" for t in figure.data) == 3
    (shift,) = [t for t in figure.data if t.type == "heatmap" and t.zmax is not None]
    expected = effect.sources["depth"].shift.reshape(4, 4)
    np.testing.assert_allclose(shift.z, expected, rtol=1e-6)
    assert (shift.zmin, shift.zmax) == (0, pytest.approx(expected.max()))
    assert "<b>Exact</b>" in texts(figure)
    assert f"<b>{effect.relabelled:.1%} of pixels differ" in texts(figure)
    assert describe_plan_effect(effect).startswith("Exact")
    found = {n for n in effect.own.segmentation.shares} | set(
        effect.changed.segmentation.shares
    )
    assert {t.name for t in figure.data if t.name} == found


def test_a_score_is_a_mark_on_a_fixed_axis_beside_the_truth(utterance):
    effect = measure_plan_effect(utterance, "exact")
    figure = draw_plan_effect(effect, None)
    marks = {
        t.marker.symbol: t.x[0]
        for t in figure.data
        if t.type == "scatter" and t.mode == "markers+text"
    }
    assert marks == {
        "circle-open": effect.own.values[0],
        "diamond": effect.changed.values[0],
        "x-thin": pytest.approx(float(utterance.sample.target)),
    }
    low, high = figure.layout.xaxis2.range
    assert low < -3 < 3 < high
    assert figure.layout.yaxis2.ticktext == ("own", "changed", "truth")


def test_bars_are_mmd_before_and_after_and_the_shift_of_each_word(utterance):
    effect = measure_plan_effect(utterance, "exact")
    figure = draw_plan_effect(effect, None)
    mmd, video, audio = (t for t in figure.data if t.type == "bar")
    pairs = [effect.sources[name].mmd for name in ("video", "audio")]
    np.testing.assert_allclose(mmd.x, np.ravel(pairs))
    np.testing.assert_allclose(video.y, effect.sources["video"].shift)
    np.testing.assert_allclose(audio.y, effect.sources["audio"].shift)
    assert video.marker.color == MODALITY_COLOURS["video"]
    assert video.marker.pattern.shape != audio.marker.pattern.shape
    words = utterance.sample.words
    assert list(figure.layout.xaxis3.ticktext) == [word[:9] for word in words]


def test_both_plans_share_one_scale_and_edits_have_marks_of_their_own(utterance):
    effect = measure_plan_effect(utterance, "sinkhorn", 0.05, "video", EDITS)
    figure = draw_plan_edit(PlanEditView(effect=effect, pair=(4, 2)))
    own, changed = (t for t in figure.data if t.type == "heatmap")
    one = effect.sources["video"]
    np.testing.assert_allclose(own.z, len(one.own) * one.own, rtol=1e-6)
    np.testing.assert_allclose(changed.z, len(one.own) * one.plan, rtol=1e-5)
    assert own.zmax == changed.zmax == pytest.approx(1)
    assert own.zmin == changed.zmin == 0
    for name, symbol, x, y in (
        ("forced", "star", (1,), (3,)),
        ("forbidden", "x", (2, 0), (5, 6)),
        ("picked pair", "square-open", (2,), (4,)),
    ):
        for marks in scatter(figure, name):
            assert marks.marker.symbol == symbol
            assert marks.marker.color == MARK
            assert (tuple(marks.x), tuple(marks.y)) == (x, y)
        assert len(scatter(figure, name)) == 2
    targets = [t for t in figure.data if t.customdata is not None]
    assert [list(t.customdata[9]) for t in targets] == [[1, 1], [1, 1]]
    assert "of a source token's mass" in texts(figure)
    colours = [t.colorscale for t in (own, changed)]
    assert colours[0] == colours[1] == figure.data[-1].marker.colorscale


def test_pairs_are_picked_on_pictures_and_the_row_is_marked_there(pair):
    effect = measure_plan_effect(pair, "exact", edits=PlanEdits(forced=((7, 2),)))
    view = PlanEditView(effect=effect, pair=(7, 2), pictures=pair.pictures)
    figure = draw_plan_edit(view)
    clicks = [list(t.customdata[5]) for t in figure.data if t.customdata is not None]
    assert clicks == [["source", 5], ["target", 5], [0, 5], [0, 5]]
    diamond, ring = (
        next(
            t for t in figure.data if t.type == "scatter" and t.marker.symbol == symbol
        )
        for symbol in ("diamond", "circle-open")
    )
    cell = pair.pictures.width / 4
    start = (cell - 1) / 2
    assert (diamond.x[0], diamond.y[0]) == (start + 2 * cell, start)
    row, column = divmod(int(effect.sources["depth"].own[7].argmax()), 4)
    assert (ring.x[0], ring.y[0]) == (start + column * cell, start + row * cell)
    assert describe_plan_edit(view).endswith("100% under the other.")


def test_every_plan_has_a_row_and_every_measure_a_column(utterance):
    effects = measure_swaps(utterance)
    measures = compare_swaps(effects)
    figure = draw_plan_swaps(measures, {k: e.title for k, e in effects.items()})
    rows = ("Own plan", "Relaxed", "Sinkhorn, ε = 0.05", "Exact", "Clock alone")
    assert figure.layout.yaxis.ticktext == rows
    bars = [t for t in figure.data if t.type == "bar"]
    assert len(bars) == 1 + 3 * 2
    np.testing.assert_allclose(
        bars[0].x, [e.changed.values[0] for e in effects.values()]
    )
    assert bars[4].name == "audio"
    np.testing.assert_allclose(
        bars[4].x, [e.sources["audio"].cost[1] for e in effects.values()]
    )
    assert figure.layout.xaxis.range[0] == -figure.layout.xaxis.range[1]
    assert figure.layout.xaxis2.range[0] == 0
    assert [t.name for t in bars if t.showlegend] == ["video", "audio"]
    assert describe_plan_swaps(measures).startswith("Score by plan: own plan")

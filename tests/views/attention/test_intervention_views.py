"""What the figures of changed heads and of their effects draw."""

from dataclasses import replace

import numpy as np
import pytest

from fusionviz.analysis.attention.head_effects import HeadEffects
from fusionviz.analysis.attention.interventions import HeadName, InterventionEffect
from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.views.attention.head_effects import (
    describe_head_effects,
    draw_head_effects,
    mark_heads,
)
from fusionviz.views.attention.interventions import (
    describe_intervention,
    draw_intervention,
)
from fusionviz.views.shared.style import LAYER_COLOURS, MARK
from tests.helpers.figures import texts


def head(layer, number, kind="mmca", gate=0.1):
    title = f"block 1 · {kind.upper()}, head {number + 1}"
    return HeadName(layer=layer, head=number, kind=kind, title=title, gate=gate)


@pytest.fixture
def effect(segmentation, pictures):
    labels = segmentation.labels.copy()
    labels[:4] = (labels[:4] + 1) % 3
    brighter = pictures.rgb // 2 + 40
    return InterventionEffect(
        heads=(head(2, 0),),
        bits_learned=-1.0,
        bits_changed=-0.75,
        learned=segmentation,
        changed=replace(segmentation, labels=labels),
        decoded=pictures,
        rewritten=Pictures(rgb=brighter, depth_m=pictures.depth_m + 0.5),
        pictures=pictures,
        missing=None,
    )


@pytest.fixture
def effects():
    heads = tuple(head(n // 2, n % 2, "mmca" if n < 4 else "lica") for n in range(6))
    return HeadEffects(
        heads=heads,
        change="gate",
        bits=np.array([0.1, -0.4, 0.3, 0.0, 0.2, np.nan]),
        relabelled=np.array([0.01, 0.0, 0.05, 0.02, 0.0, np.nan]),
        bits_learned=-0.5,
        samples=1,
    )


def test_the_numbers_stand_in_the_titles(effect):
    said = texts(draw_intervention(effect))
    assert "−1.00 → −0.750  (+0.250: the pair is less expected)" in said
    assert "25.00% of pixels change" in said
    assert "RMS 0.500 m" in said
    assert f"mIoU {effect.learned.mean_iou:.3f} →" in said
    assert "25.00%" in describe_intervention(effect)
    better = replace(effect, bits_changed=-1.25)
    assert "(−0.250: the pair is more expected)" in texts(draw_intervention(better))


def test_changes_are_drawn_signed_around_zero(effect):
    hover, rgb, depth = (
        t for t in draw_intervention(effect).data if t.type == "heatmap"
    )
    np.testing.assert_allclose(rgb.z, effect.rgb_change)
    assert rgb.zmin == -rgb.zmax == -np.abs(effect.rgb_change).max()
    assert depth.zmin == -depth.zmax
    np.testing.assert_array_equal(hover.z[:4], 1)
    np.testing.assert_array_equal(hover.z[4:], 0)
    assert " → " in hover.text[0, 0]
    assert " → " not in hover.text[8, 8]


def test_legend_names_classes_before_and_after(effect):
    figure = draw_intervention(effect)
    legend = {t.name: t.marker.color for t in figure.data if t.type == "scatter"}
    assert legend == {"chair": "#CB4252", "floor": "#B89172", "wall": "#CFC9BC"}


def test_what_cannot_be_undone_is_said(effect):
    lost = replace(effect, rewritten=None, bits_changed=np.inf)
    figure = draw_intervention(lost)
    assert texts(figure).count("cannot be undone") == 2
    assert "∞" in texts(figure)
    assert "∞" in describe_intervention(lost)


def test_no_truth_and_no_heads_and_a_guess_are_said(effect):
    learned = replace(effect.learned, truth=None)
    bare = replace(
        effect,
        learned=learned,
        changed=learned,
        heads=(),
        bits_changed=-1.0,
        missing="depth",
    )
    said = texts(draw_intervention(bare))
    assert "no truth is known" in said
    assert "nothing is changed" in said
    assert "(guessed)" in said


def test_bars_are_the_largest_effects_from_the_top(effects):
    figure = draw_head_effects(effects, shown=3)
    bits, pixels = (t for t in figure.data if t.type == "bar")
    assert list(bits.x) == [0.2, 0.3, -0.4]  # the last bar stands on top
    assert [tuple(one) for one in bits.customdata] == [(2, 0), (1, 0), (0, 1)]
    np.testing.assert_allclose(pixels.x, [0, 5, 0])
    colours = [LAYER_COLOURS[k] for k in ("lica", "mmca", "mmca")]
    assert list(bits.marker.color) == colours
    assert figure.layout.xaxis.title.text == "added bits per dimension"
    by_pixels = draw_head_effects(effects, order="relabelled", shown=3)
    np.testing.assert_allclose(by_pixels.data[1].x, [1, 2, 5])


def test_every_head_is_a_point_of_its_kinds_colour(effects):
    clouds = [t for t in draw_head_effects(effects).data if t.type == "scatter"]
    assert [(t.name, len(t.x)) for t in clouds] == [("MMCA", 4), ("LICA", 2)]
    assert clouds[0].marker.color == LAYER_COLOURS["mmca"]


def test_heads_can_be_marked(effects):
    figure = draw_head_effects(effects, shown=3)
    marked = mark_heads(figure, [(1, 0)])
    assert marked.data[0].marker.line.color == MARK
    assert list(marked.data[0].marker.line.width) == [0, 3, 0]
    ring = marked.data[-1]
    assert (list(ring.x), list(ring.y)) == ([0.3], [5.0])
    assert figure.data[0].marker.line.color is None
    assert len(figure.data) == len(marked.data) - 1


def test_changes_too_small_to_see_are_drawn_pale(effect):
    same = replace(effect, rewritten=effect.decoded)
    _, rgb, depth = (t for t in draw_intervention(same).data if t.type == "heatmap")
    assert (rgb.zmax, depth.zmax) == (1, 0.01)


def test_effects_in_words_name_the_largest(effects):
    words = describe_head_effects(effects)
    assert "each of 5 heads" in words
    assert "block 1 · MMCA, head 2 −0.400" in words

"""What the picture of one patch's mass draws."""

import numpy as np
import pytest

from fusionviz.analysis.shared.transport_plan import transport_of
from fusionviz.analysis.transport.patch import patch_row
from fusionviz.data.grid import Grid
from fusionviz.views.shared.style import MARK
from fusionviz.views.shared.transport_plan import draw_transport
from fusionviz.views.transport.patch import (
    add_picture_targets,
    describe_patch,
    draw_patch,
)
from tests.helpers.figures import scatters, texts

GRID, SIDE, TOKENS = 4, 16, 16
SHIFT = 1.22 * SIDE


@pytest.fixture
def blurred(rng, pictures):
    """A plan that sends some of every patch everywhere, and nothing to patch 3."""
    coupling = rng.uniform(0.1, 1, (TOKENS, TOKENS))
    coupling[:, 3] = 0
    return transport_of(
        source="depth",
        target="rgb",
        coupling=coupling / coupling.sum(),
        cost=rng.uniform(0, 1.5, (TOKENS, TOKENS)),
        grid=Grid(GRID, GRID),
        pictures=pictures,
        solver="Sinkhorn",
    )


def heat(figure):
    (found,) = [trace for trace in figure.data if trace.type == "heatmap"]
    return found


def lines(figure):
    coloured = scatters(figure, "lines")
    return [
        t for t in coloured if t.line.color != MARK and "255,255" not in t.line.color
    ]


@pytest.mark.parametrize(("role", "left"), [("source", SHIFT), ("target", 0)])
def test_the_map_is_the_share_on_the_other_picture(blurred, role, left):
    figure = draw_patch(blurred, patch_row(blurred, role, 6))
    plan = blurred.coupling if role == "source" else blurred.coupling.T
    share = plan[6] / plan[6].sum()
    np.testing.assert_allclose(heat(figure).z.ravel(), share, rtol=1e-5)
    assert heat(figure).zmin == 0
    assert heat(figure).zmax == pytest.approx(share.max())
    assert heat(figure).x0 == pytest.approx(left + 1.5)
    bar = heat(figure).colorbar.x
    assert bar > 0.5 if role == "source" else bar < 0.5


@pytest.mark.parametrize("count", [1, 8])
def test_lines_lead_to_the_largest_shares_the_strongest_on_top(blurred, count):
    figure = draw_patch(blurred, patch_row(blurred, "source", 6), count=count)
    drawn = lines(figure)
    assert len(drawn) == count
    widths = [one.line.width for one in drawn]
    assert widths == sorted(widths)
    top = int(blurred.coupling[6].argmax())
    row, column = divmod(top, GRID)
    assert drawn[-1].y[1] == 1.5 + 4 * row
    assert drawn[-1].x[1] == pytest.approx(SHIFT + 1.5 + 4 * column)


def test_costs_share_the_scale_of_the_whole_plan(blurred):
    scales = []
    for patch in (0, 9):
        figure = draw_patch(blurred, patch_row(blurred, "source", patch))
        scales += [
            t.marker.cmax for t in scatters(figure, "markers") if t.marker.showscale
        ]
    assert scales == [pytest.approx(blurred.cost.max())] * 2
    assert "of 2, no unit" in texts(figure)
    assert "share of its mass 0" in texts(figure)


def test_the_patch_is_framed_and_its_place_dotted(blurred):
    figure = draw_patch(blurred, patch_row(blurred, "target", 6))
    own, place = (t for t in scatters(figure, "lines") if t.line.color == MARK)
    assert (own.line.dash, place.line.dash) == ("solid", "dot")
    assert own.x.mean() > SHIFT > place.x.max()


def test_what_receives_nothing_says_so(blurred):
    row = patch_row(blurred, "target", 3)
    figure = draw_patch(blurred, row)
    assert "receives nothing" in texts(figure)
    assert not lines(figure)
    assert not heat(figure).z.any()
    said = describe_patch(blurred, row)
    assert said.startswith("rgb row 1, column 4")
    assert "no mass" in said


def test_both_pictures_can_be_clicked(blurred):
    row = patch_row(blurred, "source", 6)
    figure = draw_patch(blurred, row)
    source, target = (t for t in figure.data if t.customdata is not None)
    assert [tuple(data) for data in source.customdata][:2] == [
        ("source", 0),
        ("source", 1),
    ]
    assert source.text[5] == "depth, row 2, column 2"
    assert tuple(target.customdata[5]) == ("target", 5)
    assert (target.x[5], target.y[5]) == (pytest.approx(SHIFT - 0.5 + 6), 5.5)
    assert f"{row.share[5]:.1%} of the mass" in target.text[5]


def test_the_whole_plan_can_be_clicked_too(blurred):
    figure = draw_transport(blurred, most=1.5)
    add_picture_targets(figure, blurred)
    layers = [t for t in figure.data if t.customdata is not None]
    assert [len(t.x) for t in layers] == [TOKENS, TOKENS]
    assert "1.50 of 2, no unit" in texts(figure)

"""What the figures of reports draw: values, bands, one scale."""

from dataclasses import replace

import numpy as np
import pytest

from fusionviz.analysis.robustness.curves import curves_of, subsets_of, summaries_of
from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.segmentation import Segmentation
from fusionviz.exhibits.robustness.words import provenance
from fusionviz.views.robustness.curves import draw_curves
from fusionviz.views.robustness.pictures import PictureGrid
from fusionviz.views.robustness.reliance import draw_reliance
from fusionviz.views.robustness.series import series_styles
from fusionviz.views.robustness.subsets import draw_subsets, draw_summaries
from fusionviz.views.shared.class_changes import paint_changes
from tests.helpers.figures import heatmaps, pixels, scatters
from tests.helpers.robustness_reports import tiny_report


@pytest.fixture(scope="module")
def report():
    return tiny_report()


def test_each_model_has_a_line_and_a_band_around_it(report):
    curves = curves_of(report, "random")
    figure = draw_curves(curves)
    lines = scatters(figure, "lines+markers")
    bands = scatters(figure, "lines")
    assert [line.name for line in lines] == [one.title for one in curves.curves]
    for line, band, curve in zip(lines, bands, curves.curves, strict=True):
        np.testing.assert_allclose(line.y, curve.values[:, 0])
        half = len(band.y) // 2
        np.testing.assert_allclose(band.y[:half], curve.values[:, 1])
        np.testing.assert_allclose(band.y[half:][::-1], curve.values[:, 2])
    assert "missing rate, %" in figure.layout.xaxis.title.text
    assert "mIoU" in figure.layout.yaxis.title.text
    assert "really missing" in lines[0].customdata[-1][3]


def test_models_differ_by_colour_and_dash():
    styles = series_styles(["learned", "guess", "zeros", "mean", "draw", "learned"])
    assert len({style[0] for style in styles}) == 6
    assert len({(dash, symbol) for _, dash, symbol in styles}) == 5


def test_cells_of_the_matrix_share_one_scale_from_0(report):
    table = subsets_of(report)
    figure = draw_subsets(table)
    (cells,) = heatmaps(figure)
    np.testing.assert_allclose(cells.z, table.values[..., 0])
    assert cells.zmin == 0
    assert cells.zmax == table.values[..., 0].max()
    assert cells.text[2][0] == "0.300"
    assert cells.customdata[2][0] == "[0.250, 0.350]"


def test_the_table_has_a_column_a_model_and_a_dash_where_nothing_is(report):
    found = summaries_of(report, "random")
    (table,) = draw_summaries(found).data
    assert len(table.header["values"]) == 4
    assert table.cells["values"][1][0].startswith("0.500 [")
    place = found.names.index("effective_robustness")
    assert table.cells["values"][3][place] == "–"


def test_beside_many_models_intervals_stand_below_the_values(report):
    found = summaries_of(report, "random")
    many = replace(
        found,
        titles=tuple(f"model {n}" for n in range(6)),
        values=np.tile(found.values, (1, 2, 1)),
    )
    (table,) = draw_summaries(many).data
    assert len(table.header["values"]) == 7
    drop = found.names.index("drop_10_70")
    assert table.cells["values"][1][drop] == "0.500<br>[0.450, 0.550]"
    assert table.cells["values"][5][drop] == "0.250<br>[0.200, 0.300]"


def test_a_picture_says_that_it_is_of_fewer_samples(report):
    models = []
    for one in report.models:
        faults = replace(one.protocols["faults"], samples=3)
        models.append(replace(one, protocols={**one.protocols, "faults": faults}))
    some = replace(report, models=tuple(models))
    curves = curves_of(some, "faults/rgb/darkness")
    assert "3 of 8 samples" in draw_curves(curves).layout.xaxis.title.text
    whole = draw_curves(curves_of(some, "random")).layout.xaxis.title.text
    assert "samples" not in whole
    assert "3 of 8 test samples" in provenance(some, "faults")
    assert "draw 8 rooms" in provenance(some)


def test_reliance_has_a_dot_and_a_ring_a_modality(report):
    worths = report.models[0].reliance
    figure = draw_reliance(worths)
    dots = scatters(figure, "markers")
    assert len(dots) == 4
    assert list(dots[0].x) == [0.3, 0.1]
    assert list(dots[1].x) == [0.5, 0.2]
    np.testing.assert_allclose(dots[0].error_x.array, 0.05)
    assert dots[0].marker.symbol != dots[1].marker.symbol
    assert [round(y) for y in dots[0].y] == [0, 1]


def test_panels_stand_in_rows_and_columns_with_their_titles():
    grid = PictureGrid(2, 3, across=0.1, down=0.2)
    red, blue = np.zeros((4, 6, 3), np.uint8), np.zeros((4, 6, 3), np.uint8)
    red[..., 0], blue[..., 2] = 255, 255
    grid.place(red, 0, 0)
    grid.place(blue, 1, 2)
    grid.title("first", 0, 0)
    grid.title("last", 1, 2)
    figure = grid.figure()
    first, last = (trace for trace in figure.data if trace.type == "image")
    assert (pixels(first.source) == red).all()
    assert (pixels(last.source) == blue).all()
    x, y = (figure.layout[f"{axis}axis7"] for axis in "xy")
    assert (last.xaxis, last.yaxis) == ("x7", "y7")
    np.testing.assert_allclose(x.domain, [2 * (0.8 / 3 + 0.1), 1])
    np.testing.assert_allclose(y.domain, [0, 0.4], atol=1e-12)
    assert list(y.range) == [3.5, -0.5]
    assert list(x.range) == [-0.5, 5.5]
    assert y.scaleanchor == "x7"
    above, below = figure.layout.annotations
    assert (above.text, above.y) == ("first", 1)
    assert below.x == pytest.approx(sum(x.domain) / 2)


def test_changed_pixels_have_the_strong_colour_of_the_new_class():
    def classes(labels):
        return Segmentation(
            labels=np.array(labels),
            confidence=np.ones((1, 2), np.float32),
            classes=("bed", "books"),
            truth=None,
        )

    ground = Pictures(rgb=np.full((1, 2, 3), 100, np.uint8), depth_m=None)
    painted = paint_changes(classes([[0, 0]]), classes([[0, 1]]), ground)
    bed, books = np.array([230, 127, 175]), np.array([138, 88, 41])  # E67FAF, 8A5829
    np.testing.assert_array_equal(painted[0, 1], books)
    faint = 0.3 * bed + 0.7 * 100
    np.testing.assert_allclose(painted[0, 0], faint, atol=1)

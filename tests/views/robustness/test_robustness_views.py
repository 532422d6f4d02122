"""What the figures of reports draw: values, bands, one scale."""

import numpy as np
import pytest

from fusionviz.analysis.robustness.curves import curves_of, subsets_of, summaries_of
from fusionviz.views.robustness.curves import draw_curves
from fusionviz.views.robustness.reliance import draw_reliance
from fusionviz.views.robustness.series import series_styles
from fusionviz.views.robustness.subsets import draw_subsets, draw_summaries
from tests.helpers.figures import heatmaps, scatters
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

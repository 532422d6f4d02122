"""Figures for those who sit far away: what is larger, and what stays."""

import json

import numpy as np
import plotly.graph_objects as go
import pytest

from fusionviz.views.classroom.magnified import magnify


@pytest.fixture
def figure():
    """One with a number of each kind that is measured in pixels."""
    marker = {"size": [4, 6], "line": {"width": 1}, "colorbar": {"thickness": 12}}
    drawn = go.Figure(
        go.Scatter(
            x=[1.0, 2.0],
            y=[3.0, 4.0],
            marker=marker,
            error_y={"array": [1.0, 1.0], "thickness": 2},
            text='<span style="font-size:14px">a</span>',
        )
    )
    drawn.update_layout(font_size=15, margin={"l": 4}, legend={"x": 0.5})
    drawn.update_xaxes(tickfont_size=14, title={"text": "x", "standoff": 3})
    drawn.add_annotation(text="b", x=1, y=3, yshift=-8, font_size=14)
    drawn.update_layout(
        sliders=[{"pad": {"t": 10}, "font": {"size": 14}, "steps": [{"label": "1"}]}]
    )
    drawn.frames = [go.Frame(data=[go.Scatter(line={"width": 2})])]
    return drawn


def test_what_is_measured_in_pixels_is_larger(figure):
    before = figure.to_json()
    large = magnify(figure, 2)
    point, layout = large.data[0], large.layout
    assert list(point.marker.size) == [8, 12]
    assert point.marker.line.width == 2
    assert point.marker.colorbar.thickness == 24
    assert point.error_y.thickness == 4
    assert "font-size:28px" in point.text
    assert layout.font.size == 30
    assert layout.margin.l == 8
    assert layout.xaxis.tickfont.size == 28
    assert layout.xaxis.title.standoff == 6
    assert layout.annotations[0].yshift == -16
    assert layout.annotations[0].font.size == 28
    assert layout.sliders[0].pad.t == 20
    assert layout.legend.itemwidth == 60
    assert large.frames[0].data[0].line.width == 4
    assert figure.to_json() == before


def test_data_and_places_stay(figure):
    large = magnify(figure, 2)
    assert list(large.data[0].x) == [1.0, 2.0]
    assert list(large.data[0].error_y.array) == [1.0, 1.0]
    assert (large.layout.annotations[0].x, large.layout.annotations[0].y) == (1, 3)
    assert large.layout.legend.x == 0.5


def test_by_one_nothing_changes_that_the_figure_says(figure):
    same, told = json.loads(magnify(figure, 1).to_json()), json.loads(figure.to_json())
    same["layout"]["legend"].pop("itemwidth")
    bar = same["data"][0]["marker"]["colorbar"]
    assert bar.pop("xpad") == bar.pop("ypad") == 10
    same["layout"].pop("template", None)
    told["layout"].pop("template", None)
    assert same == told


def test_sizes_that_come_packed_from_a_file_are_larger_too():
    sizes = np.array([3.0, 5.0])
    figure = go.Figure(go.Scatter(x=[1, 2], y=[1, 2], marker_size=sizes))
    packed = go.Figure(json.loads(figure.to_json()), skip_invalid=True)
    assert list(magnify(packed, 2).data[0].marker.size) == [6, 10]

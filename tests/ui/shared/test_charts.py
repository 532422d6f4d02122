"""Figures on a page."""

import plotly.graph_objects as go
from streamlit.testing.v1 import AppTest


def shows(figure):
    from fusionviz.ui.shared.charts import show

    show(figure, key="first", alt="A line.", height=433)
    show(figure, key="second", alt="A line.", height=300, select=("points", "box"))


def test_a_figure_that_sessions_share_stays_as_it_was():
    figure = go.Figure(go.Scatter(y=[1, 2])).update_layout(height=200, title="t")
    before = figure.to_json()
    for _ in range(2):
        app = AppTest.from_function(shows, args=(figure,)).run()
        assert not app.exception
        assert len(app.get("plotly_chart")) == 2
    assert figure.to_json() == before


def test_a_place_has_the_height_that_its_caller_says():
    app = AppTest.from_function(shows, args=(go.Figure(),)).run()
    styles = [one.proto.body for one in app.get("html")]
    for key, height in (("first", 433), ("second", 300)):
        (style,) = [one for one in styles if f".st-key-chart_{key} " in one]
        assert f"--height: {height};" in style

"""The tab "Across layers" of the Attention page."""

import json

import pytest
from streamlit.elements.plotly_chart import PlotlyState


def across(run_app, **address):
    return run_app("pages/attention.py", address={"tab": "Across layers", **address})


def charts(app) -> dict[str, dict]:
    return {c.proto.alt: json.loads(c.proto.spec) for c in app.get("plotly_chart")}


def test_it_shows_where_a_patch_comes_from_and_what_feeds_what(run_app):
    app = across(run_app)
    assert not app.exception
    made, flow = charts(app)
    assert made.startswith("What RGB row 2, column 3 is made of")
    assert "comes from the other modality" in flow
    assert all(len(json.dumps(spec)) < 2_000_000 for spec in charts(app).values())


def test_everything_comes_from_the_address(run_app):
    app = across(
        run_app,
        across_patch="21",
        across_direction="goes to",
        across_signs="Absolute",
        across_path="What decides",
    )
    assert not app.exception
    made, flow = charts(app)
    assert made.startswith("What depth row 2, column 2 goes to")
    assert flow.startswith("Of what decides")


@pytest.mark.parametrize("patch", ["99", "-1", "wall"])
def test_a_broken_patch_falls_back(run_app, patch):
    app = across(run_app, across_patch=patch, across_signs="none")
    assert not app.exception
    assert app.number_input(key="across_patch").value == 6


def test_a_click_asks_about_a_patch_and_goes_to_the_address(run_app):
    app = across(run_app)
    point = {"customdata": ["depth", 3, 1]}
    app.session_state["attention_rollout"] = PlotlyState(
        {"selection": {"points": [point], "point_indices": [], "box": [], "lasso": []}}
    )
    app.run()
    assert not app.exception
    assert app.number_input(key="across_patch").value == 16 + 3 * 4 + 1
    assert app.query_params["across_patch"] in ("29", ["29"])
    assert any("depth row 4, column 2" in alt for alt in charts(app))
    app.number_input(key="across_patch").set_value(2).run()
    assert any("RGB row 1, column 3" in alt for alt in charts(app))


def test_a_hidden_tab_keeps_its_patch(run_app):
    app = run_app("pages/attention.py", address={"across_patch": "9"})
    assert not app.exception
    assert app.session_state["across_patch"] == 9
    assert not any("RGB row 3, column 2" in alt for alt in charts(app))

"""The Traverse tab: what a link restores, and what a pick on the pictures does."""

import json

import pytest
from streamlit.elements.plotly_chart import PlotlyState

PAGE = "pages/latents.py"
CHART = "latents_traverse"


def chart_of(app):
    (chart,) = [
        one for one in app.get("plotly_chart") if CHART in one.proto.id
    ] or app.get("plotly_chart")[:1]
    return json.loads(chart.proto.spec)


def frames_of(app):
    """The number of edges that are drawn around picked patches, in one picture."""
    for trace in chart_of(app)["data"]:
        if trace.get("line", {}).get("color") == "#FF2FD6":
            return len(trace["x"]) // 3 // 6
    return 0


def pick(app, *places):
    """Select patches of the chart as it is drawn now, and run the page again."""
    (targets,) = [t for t in chart_of(app)["data"] if t.get("customdata")]
    points = [{"customdata": targets["customdata"][place]} for place in places]
    app.session_state[CHART] = PlotlyState({"selection": {"points": points}})
    return app.run()


def test_a_link_restores_sliders_directions_and_patches(run_app):
    sent = {
        "along1": "random 2",
        "move1": "-1.5",
        "along3": "one latent",
        "move3": "3.0",
        "patches": str(1 << 5 | 1 << 6),
        "seed_of_random": "7",
        "latent_token": "9",
    }
    app = run_app(PAGE, address=sent)
    assert not app.exception
    assert [app.slider(key=f"move{i}").value for i in (1, 2, 3)] == [-1.5, 0.0, 3.0]
    assert [app.selectbox(key=f"along{i}").value for i in (1, 2, 3)] == [
        "random 2",
        "random 2",
        "one latent",
    ]
    assert app.number_input(key="seed_of_random").value == 7
    assert app.number_input(key="latent_token").value == 9
    assert frames_of(app) == 6


@pytest.mark.parametrize("patches", ["-1", "x", str(1 << 16)])
def test_patches_that_are_none_are_the_whole_picture(run_app, patches):
    app = run_app(PAGE, address={"patches": patches})
    assert not app.exception
    assert frames_of(app) == 0
    assert app.button(key="whole_picture").disabled


def test_clicks_pick_and_unpick_and_boxes_add(run_app):
    app = pick(run_app(PAGE), 5)
    assert app.session_state.patches == 1 << 5
    # What the chart keeps telling is not a second click.
    assert app.run().session_state.patches == 1 << 5
    assert pick(app, 5, 6, 7).session_state.patches == 0b11100000
    assert pick(app, 6).session_state.patches == 0b10100000
    assert app.query_params["patches"] == "160"
    app.button(key="whole_picture").click().run()
    assert app.session_state.patches == 0
    assert "patches" not in app.query_params
    assert pick(app, 6).session_state.patches == 1 << 6


def test_where_latents_were_not_measured_it_is_said_how_to(run_app):
    app = run_app(PAGE)
    assert app.selectbox(key="along1").options == [
        "random 1",
        "random 2",
        "random 3",
        "one latent",
    ]
    assert any("fusionviz latents mango-tiny" in one.value for one in app.caption)


def test_the_strip_takes_the_first_slider_into_the_figure(run_app):
    app = run_app(PAGE, address={"strip": "Film strip"})
    assert not app.exception
    disabled = [app.slider(key=f"move{i}").disabled for i in (1, 2, 3)]
    assert disabled == [True, False, False]
    spec = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert len(spec["frames"]) == 13


def test_a_hidden_tab_keeps_its_values(run_app):
    sent = {"tab": "Trust", "move2": "1.25", "patches": "3"}
    app = run_app(PAGE, address=sent)
    assert not app.exception
    assert app.slider(key="move2").value == 1.25
    assert app.query_params["patches"] == "3"


def test_what_a_click_does_a_number_does_too(run_app):
    app = run_app(PAGE)
    for number, picked in ((5, 1 << 5), (6, 1 << 5 | 1 << 6), (5, 1 << 6)):
        app.number_input(key="patch_by_number").set_value(number).run()
        app.button(key="pick_patch_by_number").click().run()
        assert app.session_state.patches == picked
    assert not app.exception

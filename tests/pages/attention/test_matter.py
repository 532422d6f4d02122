"""The tab "Does it matter?": heads from the address, and the ranking."""

import json

import pytest
from streamlit.elements.plotly_chart import PlotlyState

from fusionviz.ui.attention.matter import _options
from tests.helpers.app.pages import alts
from tests.helpers.tiny_models import tiny_mango

PAGE = "pages/attention.py"
TAB = {"tab": "Does it matter?"}


def test_it_starts_with_the_strongest_head_off(run_app):
    app = run_app(PAGE, address=TAB)
    assert not app.exception
    assert alts(app)[0].startswith("With 1 head changed")
    assert "m_heads" not in app.query_params


def test_heads_and_gate_come_from_the_address_and_stay_there(run_app):
    address = TAB | {"m_heads": "2.1_5", "m_gate": "0.5"}
    app = run_app(PAGE, address=address)
    assert not app.exception
    # head 1 of one layer, and both heads of another
    assert alts(app)[0].startswith("With 3 heads changed")
    assert app.multiselect(key="m_heads").value == ["2.1", "5"]
    assert app.slider(key="m_gate").value == 0.5
    assert app.query_params["m_heads"] in ("2.1_5", ["2.1_5"])


def test_the_address_keeps_its_heads_while_another_tab_is_open(run_app):
    app = run_app(PAGE, address={"tab": "Overview", "m_heads": "none"})
    assert app.query_params["m_heads"] in ("none", ["none"])
    assert app.multiselect(key="m_heads").value == []


@pytest.mark.parametrize("text", ["", "99.1", "x", "2.1;DROP"])
def test_heads_that_are_not_there_fall_back(run_app, text):
    app = run_app(PAGE, address=TAB | {"m_heads": text})
    assert not app.exception
    assert alts(app)[0].startswith("With 1 head changed")


def test_even_attention_closes_the_slider(run_app):
    app = run_app(PAGE, address=TAB | {"m_change": "Attend evenly"})
    assert not app.exception
    assert app.slider(key="m_gate").disabled


def ranked(app):
    app.button(key="m_rank").click().run()
    _, job = app.session_state["_job_ranking"]
    job.wait()
    return app.run()


def test_heads_are_ranked_on_demand_and_a_click_changes_one(run_app):
    app = ranked(run_app(PAGE, address=TAB))
    assert not app.exception
    assert any("each of 16 heads" in alt for alt in alts(app))
    bars = json.loads(app.get("plotly_chart")[1].proto.spec)["data"][0]
    assert [5, 1] in bars["customdata"]
    points = [{"customdata": [5, 1]}]
    app.session_state["attention_ranking"] = PlotlyState(
        {"selection": {"points": points, "point_indices": [0], "box": [], "lasso": []}}
    )
    app.run()
    assert app.multiselect(key="m_heads").value == ["5.2"]
    assert app.query_params["m_heads"] in ("5.2", ["5.2"])


def test_a_ranking_belongs_to_its_sample(run_app):
    app = ranked(run_app(PAGE, address=TAB))
    app.number_input(key="seed").set_value(7).run()
    assert not app.exception
    assert not any("each of 16 heads" in alt for alt in alts(app))
    assert not app.button(key="m_rank").disabled


def test_layers_stand_before_their_heads():
    from fusionviz.analysis.attention.interventions import head_names

    options = _options(head_names(tiny_mango()))
    keys = list(options)
    assert keys[:3] == ["2", "2.1", "2.2"]
    assert options["2"] == "block 1 · MMCA rgb → depth, all heads"
    assert options["2.1"].endswith("head 1 (g = -0.05)")

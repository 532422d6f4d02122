"""The tab "On the data": a patch of pictures, ribbons of sequences."""

import json

import pytest
from streamlit.elements.plotly_chart import PlotlyState

from tests.helpers.app.pages import address_of

PAGE = "pages/transport.py"
TAB = {"tab": "On the data"}
SPOKEN = TAB | {"data": "utterance"}


def alt(app) -> str:
    return app.get("plotly_chart")[0].proto.alt


def pick(app, chart, *customdata):
    points = [{"customdata": list(customdata)}]
    app.session_state[chart] = PlotlyState(
        {"selection": {"points": points, "point_indices": [0], "box": [], "lasso": []}}
    )
    return app.run()


def test_pictures_show_a_patch_and_sequences_ribbons(run_app):
    app = run_app(PAGE, address=TAB)
    assert not app.exception
    assert alt(app).startswith("depth row ")
    app = run_app(PAGE, address=SPOKEN)
    assert not app.exception
    assert "ribbons from 37 frames of video" in alt(app)
    assert not any(key.startswith("d_") for key in address_of(app))


def test_a_click_picks_a_patch_of_either_picture(run_app):
    app = pick(run_app(PAGE, address=TAB), "transport_patch", "target", 6)
    assert alt(app).startswith("rgb row 2, column 3")
    assert {"d_side": "target", "d_patch": "6"}.items() <= address_of(app).items()
    app.number_input(key="d_patch_at").set_value(7).run()
    assert alt(app).startswith("rgb row 2, column 4")
    assert address_of(app)["d_patch"] == "7"


def test_a_clicked_patch_does_not_come_back(run_app):
    """The chart still holds the click when the reader picks another by number."""
    app = pick(run_app(PAGE, address=TAB), "transport_patch", "source", 6)
    app.number_input(key="d_patch_at").set_value(9).run()
    app.selectbox(key="d_solver").select("exact").run()
    assert app.number_input(key="d_patch_at").value == 9


def test_values_of_pictures_come_from_the_address(run_app):
    address = TAB | {"d_solver": "sinkhorn", "epsilon": "0.2", "d_k": "32"}
    address |= {"d_side": "all"}
    app = run_app(PAGE, address=address)
    assert alt(app).startswith("32 lines from depth to rgb patches")
    assert address.items() <= address_of(app).items()
    app.select_slider(key="d_k").set_value("16").run()
    assert "d_k" not in address_of(app)
    assert alt(app).startswith("16 lines")


def test_values_of_sequences_come_from_the_address(run_app):
    address = SPOKEN | {"d_source": "audio", "d_word": "2", "d_ribbons": "25"}
    app = run_app(PAGE, address=address)
    assert alt(app).startswith("25 ribbons from 52 frames of audio")
    assert alt(app).endswith("those of it stand out.")
    assert address.items() <= address_of(app).items()
    app.selectbox(key="d_word").select(-1).run()
    assert "d_word" not in address_of(app)
    assert "stand out" not in alt(app)


def test_a_click_makes_a_word_stand_out(run_app):
    app = pick(run_app(PAGE, address=SPOKEN), "transport_ribbon", 3)
    assert alt(app).endswith("those of hopeless stand out.")
    assert address_of(app)["d_word"] == "3"


@pytest.mark.parametrize("data", ["pair", "utterance"])
@pytest.mark.parametrize(
    "broken",
    [
        {"d_solver": "x"},
        {"d_patch": "999", "d_word": "99"},
        {"d_side": "top", "d_source": "smell", "d_k": "5", "d_ribbons": "-3"},
    ],
)
def test_a_broken_address_falls_back(run_app, data, broken):
    app = run_app(PAGE, address=TAB | {"data": data} | broken)
    assert not app.exception
    assert not any(key.startswith("d_") for key in address_of(app))
    assert len(app.get("plotly_chart")) == 1


def test_its_values_stay_in_the_address_while_another_tab_is_open(run_app):
    address = SPOKEN | {"tab": "Hidden attention", "d_word": "2", "d_solver": "exact"}
    app = run_app(PAGE, address=address)
    assert not app.exception
    assert address.items() <= address_of(app).items()


def test_epsilon_is_there_for_sinkhorn_alone(run_app):
    app = run_app(PAGE, address=SPOKEN)
    assert not [one for one in app.select_slider if one.key == "epsilon"]
    app.selectbox(key="d_solver").select("sinkhorn").run()
    before = json.loads(app.get("plotly_chart")[0].proto.spec)["data"]
    app.select_slider(key="epsilon").set_value("0.5").run()
    after = json.loads(app.get("plotly_chart")[0].proto.spec)["data"]
    assert address_of(app)["epsilon"] == "0.5"
    assert before != after


def test_the_headline_says_how_many_are_right(run_app):
    app = run_app(PAGE, address=SPOKEN)
    said = [one.value for one in app.markdown]
    assert any(text.startswith("video right · by clock 19%") for text in said)
    assert any(text.startswith("Cost of audio") for text in said)

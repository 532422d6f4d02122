"""The tab "In the model": another plan, and a plan edited by hand."""

import pytest
from streamlit.elements.plotly_chart import PlotlyState

from tests.helpers.app.pages import address_of, alts

PAGE = "pages/transport.py"
TAB = {"tab": "In the model"}
WORDS = TAB | {"data": "utterance"}


def pick(app, *customdata):
    points = [{"customdata": list(customdata)}]
    app.session_state["transport_edit"] = PlotlyState(
        {"selection": {"points": points, "point_indices": [0], "box": [], "lasso": []}}
    )
    return app.run()


@pytest.mark.parametrize("address", [TAB, WORDS])
def test_it_starts_with_sinkhorn_and_no_edits(run_app, address):
    app = run_app(PAGE, address=address)
    assert not app.exception
    effect, edit, swaps = alts(app)
    assert effect.startswith("Sinkhorn, ε = 0.05")
    assert "forced pairs: 0, forbidden: 0" in edit
    assert " by plan: own plan" in swaps
    assert not any(key.startswith("m_") for key in address_of(app))


def test_its_values_come_from_the_address_and_stay_there(run_app):
    address = WORDS | {
        "m_solver": "exact",
        "m_source": "audio",
        "m_from": "3",
        "m_to": "1",
        "m_edits": "f3.1_x5.2",
    }
    app = run_app(PAGE, address=address)
    assert not app.exception
    effect, edit, _ = alts(app)
    assert effect.startswith("Exact, 2 edits in place of")
    assert "from audio to text" in edit
    assert "forced pairs: 1, forbidden: 1" in edit
    assert "100% under the other" in edit
    assert address.items() <= address_of(app).items()


def test_pairs_are_forced_forbidden_and_taken_back(run_app):
    app = run_app(PAGE, address=WORDS | {"m_from": "4", "m_to": "2"})
    app.button(key="m_add_f").click().run()
    assert address_of(app)["m_edits"] == "f4.2"
    app.button(key="m_add_x").click().run()  # the contrary takes its place
    assert address_of(app)["m_edits"] == "x4.2"
    app.selectbox(key="m_to").select(3).run()
    app.button(key="m_add_f").click().run()
    assert address_of(app)["m_edits"] == "x4.2_f4.3"
    assert "2 edits" in alts(app)[0]
    app.button(key="m_take_x4.2").click().run()
    assert address_of(app)["m_edits"] == "f4.3"
    app.button(key="m_undo").click().run()
    assert "m_edits" not in address_of(app)
    assert app.button(key="m_undo").disabled
    assert not app.exception


def test_clear_takes_back_all_and_another_source_too(run_app):
    app = run_app(PAGE, address=WORDS | {"m_edits": "f3.1_x5.2"})
    app.button(key="m_clear").click().run()
    assert "m_edits" not in address_of(app)
    app = run_app(PAGE, address=WORDS | {"m_edits": "f3.1_x5.2"})
    app.segmented_control(key="m_source").set_value("audio").run()
    assert "m_edits" not in address_of(app)
    assert "forced pairs: 0" in alts(app)[1]


def test_a_click_picks_a_pair_or_a_place(run_app):
    app = pick(run_app(PAGE, address=WORDS), 6, 3)
    assert (app.selectbox(key="m_from").value, app.selectbox(key="m_to").value) == (
        6,
        3,
    )
    assert address_of(app)["m_from"] == "6"
    app = pick(run_app(PAGE, address=TAB | {"m_to": "1"}), "source", 5)
    assert app.selectbox(key="m_from").value == 5
    assert "m_to" not in address_of(app)  # it follows the own plan
    app = pick(app, "target", 9)
    assert (app.selectbox(key="m_from").value, app.selectbox(key="m_to").value) == (
        5,
        9,
    )


@pytest.mark.parametrize(
    "broken",
    [
        {"m_solver": "x"},
        {"epsilon": "0"},
        {"m_from": "999"},
        {"m_edits": "f1_x_7.8_f1.2.3_q1.2_f999.0"},
    ],
)
def test_a_broken_address_falls_back(run_app, broken):
    app = run_app(PAGE, address=WORDS | broken)
    assert not app.exception
    assert alts(app)[0].startswith("Sinkhorn, ε = 0.05 in place")
    assert not set(broken) & set(address_of(app))


def test_contradictions_and_the_clock_get_a_sentence_and_can_be_taken_back(run_app):
    app = run_app(PAGE, address=WORDS | {"m_solver": "clock", "m_edits": "f3.1"})
    assert not app.exception
    assert sum("asks for no cost" in one.value for one in app.caption) == 2
    assert len(alts(app)) == 1  # the comparison has no edits
    app.button(key="m_clear").click().run()
    assert len(alts(app)) == 3
    both = run_app(PAGE, address=WORDS | {"m_edits": "f3.1_x3.1"})
    assert any("both forced and forbidden" in one.value for one in both.caption)


def test_its_values_stay_in_the_address_while_another_tab_is_open(run_app):
    address = WORDS | {"tab": "Hidden attention", "m_edits": "f3.1", "epsilon": "0.2"}
    app = run_app(PAGE, address=address)
    assert address.items() <= address_of(app).items()

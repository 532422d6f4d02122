"""The tab "Hidden attention" of the Transport page."""

from streamlit.elements.plotly_chart import PlotlyState

from fusionviz.ui.shared.subjects import TokenChoice
from tests.helpers.app.pages import address_of

PAGE = "pages/transport.py"
TAB = {"tab": "Hidden attention"}
WORDS = TAB | {"data": "utterance"}


def alt(app) -> str:
    return app.get("plotly_chart")[0].proto.alt


def test_it_is_of_the_pair_in_the_order_in_which_it_is_read(run_app):
    app = run_app(PAGE, address=TAB)
    assert not app.exception
    assert alt(app).startswith(
        "hidden attention, summed over channels: Mamba layer 1, forward, 32 by 32"
    )
    assert not app.toggle(key="h_sorted").value
    assert not any(key.startswith("h_") for key in address_of(app))
    app.toggle(key="h_sorted").set_value(True).run()
    assert address_of(app)["h_order"] == "modality"


def test_rows_of_an_utterance_are_chosen_by_what_they_are(run_app):
    app = run_app(PAGE, address=WORDS | {"h_row": "4"})
    assert not app.exception
    names = app.selectbox(key="h_row").options
    assert len(names) % 3 == 0
    assert names[3].startswith("3: video at ")
    assert names[4].startswith("4: audio at ")
    assert names[5] == "5: " + names[4].removeprefix("4: audio at ")
    assert f"row 4 ({names[4].removeprefix('4: ')})" in alt(app)
    app.selectbox(key="h_row").select_index(5).run()
    assert address_of(app)["h_row"] == "5"


def test_a_bar_that_is_clicked_asks(run_app):
    app = run_app(PAGE, address=WORDS)
    points = [{"customdata": [2]}]
    app.session_state["transport_hidden"] = PlotlyState(
        {"selection": {"points": points, "point_indices": [0], "box": [], "lasso": []}}
    )
    app.run()
    assert address_of(app)["h_row"] == "2"


def test_its_values_stay_in_the_address_while_another_tab_is_open(run_app):
    address = WORDS | {"tab": "In the model", "h_row": "5", "h_channel": "2"}
    app = run_app(PAGE, address=address)
    assert address.items() <= address_of(app).items()


def test_without_a_model_it_says_what_is_missing(run_app, monkeypatch):
    monkeypatch.setattr(TokenChoice, "read_by_model", None)
    for tab in ("Hidden attention", "In the model"):
        app = run_app(PAGE, address=WORDS | {"tab": tab})
        assert not app.exception
        assert not app.get("plotly_chart")
        assert any("Read by" in one.value for one in app.caption)


def test_the_whole_block_is_shown_beside_the_scan_when_asked(run_app):
    app = run_app(PAGE, address=WORDS | {"h_row": "4"})
    assert len(app.get("plotly_chart")) == 1
    assert "scan's alone" in " ".join(m.value for m in app.markdown)
    app.toggle(key="h_block_on").set_value(True).run()
    assert not app.exception
    assert address_of(app)["h_block"] == "1"
    whole = app.get("plotly_chart")[1].proto.alt
    assert whole.startswith("Row 4 (audio at ")
    assert "Correlation with the whole block: scan" in whole
    again = run_app(PAGE, address=WORDS | {"h_row": "4", "h_block": "1"})
    assert [c.proto.alt for c in again.get("plotly_chart")][1] == whole

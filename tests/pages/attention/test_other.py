"""The tab "Other attention": AlignMamba's, and a file of the reader's own."""

import io
import json

import numpy as np
import pytest
from streamlit.elements.plotly_chart import PlotlyState

from fusionviz.data.attention.files import example_file
from tests.helpers.app.pages import address_of

PAGE = "pages/attention.py"
TAB = {"tab": "Other attention"}


def alt(app) -> str:
    return app.get("plotly_chart")[0].proto.alt


def brought(run_app, data, **address):
    app = run_app(PAGE, address=TAB | {"o_source": "file"} | address)
    app.file_uploader(key="attention_file").upload("mine.npz", data, "application/zip")
    return app.run()


def pick(app, *customdata):
    points = [{"customdata": list(customdata)}]
    app.session_state["attention_other"] = PlotlyState(
        {"selection": {"points": points, "point_indices": [0], "box": [], "lasso": []}}
    )
    return app.run()


def test_it_starts_with_hidden_attention(run_app):
    app = run_app(PAGE, address=TAB)
    assert not app.exception
    assert alt(app).startswith(
        "hidden attention, summed over channels: Mamba layer 1, forward, 32 by 32"
    )
    assert not any(key.startswith("o_") for key in address_of(app))


def test_its_values_come_from_the_address_and_stay_there(run_app):
    address = TAB | {"o_channel": "4", "o_row": "9", "o_order": "sequence"}
    app = run_app(PAGE, address=address)
    assert not app.exception
    assert alt(app).startswith("hidden attention, channel 3: ")
    assert "row 9 (rgb row 2, column 1)" in alt(app)
    assert not app.toggle(key="o_sorted").value
    assert address.items() <= address_of(app).items()
    app.toggle(key="o_sorted").set_value(True).run()
    assert "o_order" not in address_of(app)
    app.toggle(key="o_skip_on").set_value(True).run()
    assert address_of(app)["o_skip"] == "1"


def test_its_values_stay_in_the_address_while_another_tab_is_open(run_app):
    address = {"tab": "One head", "o_row": "9", "o_source": "plan"}
    app = run_app(PAGE, address=address)
    assert address.items() <= address_of(app).items()


@pytest.mark.parametrize(
    "broken", [{"o_row": "99"}, {"o_source": "x"}, {"o_layer": "z"}]
)
def test_a_broken_address_falls_back(run_app, broken):
    app = run_app(PAGE, address=TAB | broken)
    assert not app.exception
    assert "32 by 32 tokens" in alt(app)


def test_transport_is_shown_and_asked_by_a_click(run_app):
    app = run_app(PAGE, address=TAB | {"o_source": "plan"})
    assert not app.exception
    assert alt(app).startswith("transport: depth → rgb, plan, 16 by 16")
    pick(app, "depth", 3)
    assert "row 3 (depth row 1, column 4)" in alt(app)
    assert address_of(app)["o_row"] == "3"


def test_a_click_on_a_picture_asks_from_its_position_in_the_sequence(run_app):
    app = pick(run_app(PAGE, address=TAB), "rgb", 7)
    assert "row 15 (rgb row 2, column 4)" in alt(app)


def test_a_file_can_be_brought(run_app):
    app = brought(run_app, example_file())
    assert not app.exception
    assert not app.error
    assert alt(app).startswith("mine.npz: layer 1, head 1, 20 by 20 tokens")
    assert not app.session_state["bring"]
    assert "a link cannot hold it" in " ".join(c.value for c in app.caption)
    app.selectbox(key="o_head").select_index(0).run()
    assert "mean of the heads" in alt(app)
    pick(app, 1)
    assert "row 1 (lamp)" in alt(app)
    spec = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert len(json.dumps(spec)) < 2_000_000


def test_a_brought_file_outlives_a_look_at_another_tab(run_app):
    app = brought(run_app, example_file())
    app.session_state["tab"] = "Overview"
    app.run()
    app.session_state["tab"] = "Other attention"
    app.run()
    assert not app.exception
    assert alt(app).startswith("mine.npz")


def test_a_file_that_cannot_be_used_gets_a_sentence(run_app):
    app = brought(run_app, b"no array at all")
    assert not app.exception
    assert "neither NPZ nor NPY" in app.error[0].value
    assert not app.get("plotly_chart")


def test_without_a_file_the_tab_says_what_to_bring(run_app):
    app = run_app(PAGE, address=TAB | {"o_source": "file"})
    assert not app.exception
    assert any("attention" in one.value for one in app.markdown)
    assert not app.get("plotly_chart")


def test_long_arrays_are_pooled(run_app):
    buffer = io.BytesIO()
    np.savez(buffer, attention=np.eye(520, dtype=np.float16)[None])
    app = brought(run_app, buffer.getvalue())
    assert not app.exception
    spec = app.get("plotly_chart")[0].proto.spec
    assert "a cell is the mean of 3" in spec
    assert len(spec) < 2_000_000


def test_without_an_alignmamba_the_tab_says_how_to_get_one(
    run_app, tmp_path, tiny_checkpoints
):
    for file in tiny_checkpoints.glob("mango*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    app = run_app(PAGE, address=TAB, checkpoints=tmp_path)
    assert not app.exception
    assert "fusionviz train" in app.info[0].value

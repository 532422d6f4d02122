"""The tabs "Overview" and "One head": clicks, buttons and the address."""

import io
import json
from urllib.parse import parse_qs

import numpy as np
import pytest
from PIL import Image
from streamlit.elements.plotly_chart import PlotlyState
from streamlit.testing.v1 import AppTest

from fusionviz.analysis.shared.attention.mango import attention_layers
from tests.helpers.app.pages import alts
from tests.helpers.tiny_models import tiny_mango

PAGE = "pages/attention.py"
LAYERS = attention_layers(tiny_mango())
LICA = next(layer for layer in LAYERS if layer.kind == "lica")
IMCA = next(layer for layer in LAYERS if layer.kind == "imca")


def said(app: AppTest, name: str) -> str | None:
    value = app.query_params.get(name)
    return value[0] if isinstance(value, list) else value


def click(app: AppTest, chart: str, data: list) -> AppTest:
    """Run the page as after a click on a point that carries this data."""
    points = [{"customdata": data}]
    app.session_state[chart] = PlotlyState({"selection": {"points": points}})
    return app.run()


def shown_heads(app: AppTest) -> list[tuple[int, int]]:
    """The heads of the overview in their order, from its click targets."""
    specs = [json.loads(c.proto.spec) for c in app.get("plotly_chart")]
    targets = next(t for t in specs[0]["data"] if t.get("customdata"))
    return [tuple(data) for data in targets["customdata"]]


@pytest.fixture
def one_head(run_app):
    """Open the tab of one head, at an address."""

    def open_(**address: str) -> AppTest:
        return run_app(PAGE, address={"tab": "One head", **address})

    return open_


def test_all_heads_are_there_and_nothing_is_in_the_address(run_app):
    app = run_app(PAGE)
    assert any("16 of 16 attention heads" in alt for alt in alts(app))
    assert shown_heads(app) == [(layer.index, h) for layer in LAYERS for h in (0, 1)]
    assert said(app, "one_head") is None
    assert said(app, "query") is None


def test_order_and_filter_come_from_the_address(run_app):
    address = {"heads_sort": "Low entropy", "heads_kinds": "IMCA", "heads_block": "1"}
    app = run_app(PAGE, address=address)
    heads = shown_heads(app)
    imca = {layer.index for layer in LAYERS if layer.kind == "imca"}
    assert len(heads) == 8
    assert {layer for layer, _ in heads} == imca
    flow = [(layer, head) for layer in sorted(imca) for head in (0, 1)]
    assert heads != flow


def test_a_click_in_the_overview_opens_that_head(run_app):
    app = click(run_app(PAGE), "attention_overview", [IMCA.index, 1])
    assert not app.exception
    assert app.session_state["tab"] == "One head"
    assert said(app, "one_head") == f"{IMCA.index}.2"
    assert any(f"{IMCA.name}, head 2: row" in alt for alt in alts(app))


def test_a_link_from_another_page_opens_the_head_that_it_names(run_app):
    app = run_app(PAGE, address={"open": f"{LICA.index}.2", "query": "9"})
    assert app.session_state["tab"] == "One head"
    assert said(app, "open") is None
    assert said(app, "one_head") == f"{LICA.index}.2"
    assert app.number_input(key="pick_patch").value == 9


def test_the_inputs_page_links_to_the_head_and_the_patch_that_it_shows(run_app):
    address = {"tab": "Attention", "layer": IMCA.name, "head": "2", "query": "7"}
    app = run_app("pages/inputs.py", address=address | {"seed": "11"})
    links = [parse_qs(one.proto.query_string) for one in app.get("page_link")]
    (said_,) = [link for link in links if "open" in link]  # others lead to lessons
    # row 7 of IMCA 1 changes the odd RGB token 2 * 7 + 1
    assert said_ == {"open": [f"{IMCA.index}.2"], "query": ["15"], "seed": ["11"]}


def test_layer_head_and_patch_come_from_the_address(one_head):
    app = one_head(one_head=f"{IMCA.index}.2", query="21")
    assert app.selectbox(key="pick_layer").value == IMCA.name
    assert app.number_input(key="pick_patch").value == 21
    assert any(f"{IMCA.name}, head 2: row" in alt for alt in alts(app))
    assert said(app, "one_head") == f"{IMCA.index}.2"


def test_a_click_on_a_patch_asks_from_it(one_head):
    app = click(one_head(), "attention_head", ["depth", 1, 2])
    assert app.number_input(key="pick_patch").value == 16 + 4 + 2
    assert said(app, "query") == "22"


def test_the_overview_reads_from_the_same_patch(run_app):
    address = {"heads_show": "From the patch"}
    pictures = []
    for query in ({}, {"query": "22"}):
        app = run_app(PAGE, address=address | query)
        spec = json.loads(app.get("plotly_chart")[0].proto.spec)
        pictures.append(spec["data"][0]["source"])
    assert said(app, "query") == "22"
    assert pictures[0] != pictures[1]


def test_buttons_go_through_the_heads_as_the_overview_has_them(one_head):
    app = one_head(heads_kinds="LICA", one_head=f"{LICA.index}.1")
    assert app.button(key="previous_head").disabled
    app.button(key="next_head").click().run()
    assert said(app, "one_head") == f"{LICA.index}.2"
    app.button(key="next_head").click().run()
    second = [layer.index for layer in LAYERS if layer.kind == "lica"][1]
    assert said(app, "one_head") == f"{second}.1"
    app.button(key="previous_head").click().run()
    assert any(f"{LICA.name}, head 2: row" in alt for alt in alts(app))


def test_a_head_that_the_overview_leaves_out_leads_to_one_that_it_shows(one_head):
    app = one_head(heads_kinds="LICA", one_head=f"{IMCA.index}.1")
    app.button(key="next_head").click().run()
    assert said(app, "one_head") == f"{LICA.index}.1"


def test_another_layer_keeps_the_number_of_the_head(one_head):
    app = one_head(one_head=f"{IMCA.index}.2")
    app.selectbox(key="pick_layer").select(LICA.name).run()
    assert said(app, "one_head") == f"{LICA.index}.2"


def test_what_lica_mixes_is_shown_for_lica_alone(one_head):
    mixing = "the mixing W of 32 tokens"
    assert any(mixing in alt for alt in alts(one_head(one_head=f"{LICA.index}.1")))
    assert not any(mixing in alt for alt in alts(one_head(one_head=f"{IMCA.index}.1")))


@pytest.mark.parametrize(
    "address",
    [
        {"one_head": "kitchen", "query": "-3"},
        {"one_head": "0.1", "query": "9999"},
        {"one_head": f"{IMCA.index}.99"},
        {"one_head": f"{IMCA.index}.0", "query": ""},
    ],
)
def test_a_broken_address_falls_back_to_the_strongest_head(one_head, address):
    app = one_head(**address)
    assert not app.exception
    assert app.number_input(key="pick_patch").value == 6
    assert said(app, "one_head") is None
    assert said(app, "query") is None


def test_rgb_alone_is_asked_and_depth_is_said_to_be_guessed(one_head):
    rgb = np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "PNG")
    app = one_head()
    app.file_uploader(key="file_rgb").upload("a.png", buffer.getvalue(), "image/png")
    app.run()
    assert not app.exception
    assert "depth is MANGO's guess" in " ".join(c.value for c in app.caption)
    assert "(guessed)" in app.get("plotly_chart")[0].proto.spec

"""The tab "A and B": pinning, links, and A of the reader's own files."""

import io

import numpy as np
import pytest
from PIL import Image
from streamlit.elements.plotly_chart import PlotlyState

from tests.helpers.app.pages import address_of

PAGE = "pages/attention.py"
TAB = {"tab": "A and B"}
LINK = TAB | {
    "a_model": "mango-tiny",
    "a_seed": "7",
    "a_head": "2.2",
    "a_query": "9",
    "one_head": "5.1",
}


def alt(app) -> str:
    return app.get("plotly_chart")[0].proto.alt


def captions(app) -> str:
    return " ".join(one.value for one in app.caption)


def test_before_anything_is_pinned_two_heads_of_a_layer_are_compared(run_app):
    app = run_app(PAGE, address=TAB)
    assert not app.exception
    assert "Nothing is pinned" in captions(app)
    assert app.button(key="unpin_a").disabled
    assert not any(key.startswith("a_") for key in address_of(app))


def test_a_link_shows_what_its_sender_saw(run_app):
    app = run_app(PAGE, address=LINK)
    assert not app.exception
    assert "**A** Room 7, read by mango-tiny." in captions(app)
    assert alt(app).startswith("A is block 1 · MMCA rgb → depth, head 2, row 9")
    assert "B is block 1 · MMCA depth → rgb, head 1" in alt(app)
    assert LINK.items() <= address_of(app).items()


def test_pinning_freezes_a_while_b_moves_on(run_app):
    app = run_app(PAGE, address=TAB | {"one_head": "2.2"})
    app.button(key="pin_a").click().run()
    assert address_of(app)["a_head"] == "2.2"
    assert address_of(app)["a_seed"] == "45"
    app.number_input(key="seed").set_value(7).run()
    app.selectbox(key="b_layer").select("block 1 · MMCA depth → rgb").run()
    assert not app.exception
    assert "**A** Room 45, read by mango-tiny. **B** Room 7" in captions(app)
    assert alt(app).startswith("A is block 1 · MMCA rgb → depth, head 2")
    assert "B is block 1 · MMCA depth → rgb, head 2" in alt(app)
    app.button(key="unpin_a").click().run()
    assert "Nothing is pinned" in captions(app)
    assert "a_model" not in address_of(app)


def test_the_pin_stays_in_the_address_while_another_tab_is_open(run_app):
    app = run_app(PAGE, address=LINK | {"tab": "Overview"})
    assert not app.exception
    assert address_of(app)["a_query"] == "9"


@pytest.mark.parametrize("side", ["a", "b"])
def test_a_click_asks_from_that_patch(run_app, side):
    app = run_app(PAGE, address=LINK)
    points = [{"customdata": ["depth", 1, 2, side]}]
    app.session_state["attention_compare"] = PlotlyState(
        {"selection": {"points": points, "point_indices": [0], "box": [], "lasso": []}}
    )
    app.run()
    token = str(16 + 6)
    key = "a_query" if side == "a" else "query"
    assert address_of(app)[key] == token


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"a_model": "gone"}, "gone is not here"),
        ({"a_seed": "x"}, "a link cannot hold"),
        ({"a_head": "99.1"}, "A cannot be shown"),
    ],
)
def test_a_link_that_cannot_be_followed_says_why(run_app, broken, said):
    app = run_app(PAGE, address=LINK | broken)
    assert not app.exception
    assert said in app.warning[0].value


@pytest.mark.parametrize("broken", [{"a_head": "x"}, {"a_query": "-1"}])
def test_a_link_that_says_no_head_pins_nothing(run_app, broken):
    app = run_app(PAGE, address=LINK | broken)
    assert not app.exception
    assert "Nothing is pinned" in captions(app)


def test_ones_own_files_can_be_a_in_this_session(run_app):
    app = run_app(PAGE, address=TAB)
    buffer = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(buffer, "PNG")
    app.file_uploader(key="file_rgb").upload("a.png", buffer.getvalue(), "image/png")
    app.run()
    app.button(key="pin_a").click().run()
    app.session_state["source"] = "Rooms"
    app.run()
    assert not app.exception
    assert "**A** a.png, read by mango-tiny." in captions(app)
    assert "a link can hold rooms only" in captions(app)
    assert "a_seed" not in address_of(app)


def test_what_a_click_on_a_does_a_number_does_too(run_app):
    app = run_app(PAGE, address=LINK)
    app.number_input(key="a_patch").set_value(3).run()
    assert not app.exception
    assert address_of(app)["a_query"] == "3"
    assert "head 2, row 3" in alt(app)

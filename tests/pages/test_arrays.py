"""Arrays of another model on every page: what is there lights up, or is named."""

import io

import numpy as np
import pytest

from fusionviz.data.arrays.example import example_file
from fusionviz.data.rooms import GALLERY_SEEDS
from fusionviz.explain.arrays import VARIABLE, name_arrays
from fusionviz.models.live import VARIABLE as ADAPTER
from fusionviz.ui.attention.arrays import TABS as ATTENTION
from fusionviz.ui.distributions.arrays import TABS as DISTRIBUTIONS
from fusionviz.ui.shared.data.live import _places as places
from fusionviz.ui.transport.arrays import PLAN
from fusionviz.ui.transport.arrays import TABS as TRANSPORT
from tests.helpers.app.pages import ROOT, address_of, alts, words

PAGES = ("inputs", "latents", "attention", "transport", "distributions")
KEYS = {
    "inputs": "rgb",
    "latents": "latents",
    "attention": "attention",
    "transport": "plan",
    "distributions": "tokens_NAME",
}
TABS = [
    *(("attention", tab) for tab in ATTENTION),
    *(("transport", tab) for tab in TRANSPORT),
    *(("distributions", tab) for tab in DISTRIBUTIONS),
    *(("inputs", ""), ("latents", "")),
]


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


@pytest.fixture
def serve(monkeypatch, tmp_path):
    """Let the app show a file from the first run on."""

    def serve_(data, name="mine.npz"):
        path = tmp_path / name
        path.write_bytes(data)
        monkeypatch.setenv(VARIABLE, str(path))

    return serve_


def told(app):
    return " ".join(one.value for one in app.info)


@pytest.mark.parametrize(("page", "tab"), TABS)
def test_each_tab_draws_the_example(run_app, serve, page, tab):
    serve(example_file())
    app = run_app(f"pages/{page}.py", address={"tab": tab} if tab else {})
    assert not [*app.exception, *app.error, *app.warning, *app.info]
    assert alts(app)
    question = app.title[0].value
    assert "two fusion" not in question
    assert "pictures" not in question
    assert app.expander[-1].label.startswith("**mine.npz**") or any(
        "mine.npz" in one.label for one in app.expander
    )


@pytest.mark.parametrize("page", PAGES)
def test_a_page_without_its_key_says_which_would_light_it_up(run_app, serve, page):
    other = {"attention": np.eye(3)} if page != "attention" else {"plan": np.eye(3)}
    serve(npz(**other))
    app = run_app(f"pages/{page}.py")
    assert not [*app.exception, *app.error]
    assert not alts(app)
    assert len(app.info) == 1
    assert KEYS[page].replace("_", "\\_") in told(app)
    assert next(iter(other)) in told(app)


def test_pages_that_run_models_say_that_no_key_lights_them_up(run_app, serve):
    serve(example_file())
    app = run_app("pages/robustness.py")
    assert not [*app.exception, *app.error]
    assert "no key" in told(app)


@pytest.mark.parametrize("page", PAGES)
def test_without_a_file_the_page_says_what_to_bring_and_shows_the_example(
    run_app, page
):
    app = run_app(f"pages/{page}.py")
    app.segmented_control(key="source").set_value("Arrays").run()
    assert not [*app.exception, *app.error]
    assert "tokens_NAME" in words(app)
    app.button(key="arrays_example").click().run()
    assert not [*app.exception, *app.error, *app.info]
    assert alts(app)
    sha = name_arrays(example_file()).sample["arrays_sha256"]
    assert address_of(app)["arrays_file"] == sha[:12]


def test_a_file_that_is_dropped_is_shown_and_stays(run_app):
    app = run_app("pages/transport.py")
    app.segmented_control(key="source").set_value("Arrays").run()
    data = npz(plan=np.eye(4))
    uploader = app.file_uploader(key="arrays_file_uploader")
    uploader.set_value(("p.npz", data, "application/zip")).run()
    assert not [*app.exception, *app.error]
    assert any("4 source tokens to 4 target" in one for one in alts(app))
    app.session_state["tab"] = "Three solvers"
    app.run()
    assert "tokens" in words(app)
    app.segmented_control(key="source").set_value("Rooms").run()
    assert "arrays_file" not in address_of(app)
    app.segmented_control(key="source").set_value("Arrays").run()
    assert not app.exception


def test_faults_are_told_by_their_key_and_another_file_can_be_brought(run_app, serve):
    serve(npz(tokens_text=np.ones((2, 3, 4))))
    app = run_app("pages/distributions.py")
    assert not app.exception
    (error,) = app.error
    assert "tokens\\_text has shape (2, 3, 4)" in error.value
    app.button(key="arrays_example").click().run()
    assert not [*app.exception, *app.error]


def test_a_link_without_its_file_asks_for_it(run_app):
    app = run_app("pages/attention.py", address={"arrays_file": "0123456789ab"})
    assert not [*app.exception, *app.error]
    assert "0123456789ab" in told(app)
    assert not alts(app)
    app.button(key="arrays_example").click().run()
    assert "0123456789ab" in told(app)
    assert alts(app)


def test_a_link_with_its_file_shows_what_its_sender_saw(run_app, serve):
    serve(example_file())
    sha = name_arrays(example_file()).sample["arrays_sha256"][:12]
    app = run_app(
        "pages/attention.py",
        address={
            "arrays_file": sha,
            "tab": "One head",
            "y_layer": "1",
            "y_head": "2",
            "y_row": "3",
        },
    )
    assert not [*app.exception, *app.error, *app.info]
    assert app.selectbox(key="y_layer").value == 1
    assert app.selectbox(key="y_head").value == 2
    assert app.selectbox(key="y_row").value == 3


def test_the_row_of_a_servers_file_that_is_gone_is_an_error(run_app, monkeypatch):
    monkeypatch.setenv(VARIABLE, "/there/is/none.npz")
    app = run_app("pages/attention.py")
    assert not app.exception
    assert "cannot be read" in app.error[0].value
    assert app.button(key="arrays_example")


def test_what_was_assumed_is_counted_and_told(run_app, serve):
    serve(npz(attention=np.full((2, 2, 3, 3), 0.2), junk=np.ones(2)))
    app = run_app("pages/attention.py")
    assert any("2 notes" in one.label for one in app.expander)
    assert "do not add up to 1" in words(app)


@pytest.fixture
def live(monkeypatch):
    """Let the app find the example of a live model."""
    from fusionviz.models.live import VARIABLE as ADAPTER
    from fusionviz.ui.shared.data.live import _places

    monkeypatch.syspath_prepend(ROOT / "examples")
    monkeypatch.setenv(ADAPTER, "cross_attention_model:Fusion")
    _places.clear()
    yield
    _places.clear()


@pytest.mark.parametrize("page", ["inputs", "latents", "attention", "distributions"])
def test_a_live_model_lights_up_the_pages_as_a_file_does(run_app, live, page):
    app = run_app(f"pages/{page}.py", address={"live_seed": "3"})
    assert not [*app.exception, *app.error, *app.info]
    assert alts(app)
    assert app.selectbox(key="arrays_from").value == "cross_attention_model:Fusion"
    assert any("a room 3" in one.label for one in app.expander)


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ({"seed": "23"}, "Rooms"),
        ({"rgb_file": "0123456789ab"}, "Your files"),
        ({"film": "own"}, "Films"),
        ({"arrays_from": "file"}, "Arrays"),
        ({}, "Arrays"),
    ],
)
def test_an_address_comes_before_the_live_model(run_app, live, address, source):
    app = run_app(address=address)
    assert not app.exception
    assert app.session_state.source == source


def test_where_arrays_are_served_every_room_has_an_address(run_app, live):
    app = run_app(address={"seed": "3"})
    app.number_input(key="seed").set_value(GALLERY_SEEDS[0]).run()
    assert address_of(app)["seed"] == str(GALLERY_SEEDS[0])
    again = run_app(address=address_of(app))
    assert again.session_state.source == "Rooms"
    assert again.number_input(key="seed").value == GALLERY_SEEDS[0]


def test_another_room_is_another_answer(run_app, live):
    app = run_app("pages/latents.py", address={"live_seed": "3"})
    before = alts(app)
    app.number_input(key="live_seed").set_value(4).run()
    assert not [*app.exception, *app.error]
    assert alts(app) != before
    assert address_of(app)["live_seed"] == "4"


def test_a_live_model_that_cannot_be_loaded_is_a_sentence(run_app, live, monkeypatch):
    from fusionviz.models.live import VARIABLE as ADAPTER

    monkeypatch.setenv(ADAPTER, "there_is_none:Model")
    app = run_app("pages/attention.py")
    assert not app.exception
    assert "ModuleNotFoundError" in app.error[0].value
    app.selectbox(key="arrays_from").set_value("file").run()
    app.button(key="arrays_example").click().run()
    assert not [*app.exception, *app.error]
    assert alts(app)


def test_transport_of_tokens_without_a_plan_has_the_plans_that_are_made(run_app, serve):
    serve(npz(tokens_a=np.eye(4), tokens_b=np.eye(4)[:3]))
    app = run_app("pages/transport.py")
    assert not [*app.exception, *app.error, *app.info]
    assert [tab.label for tab in app.tabs] == [t for t in TRANSPORT if t != PLAN]
    assert alts(app)


def test_a_file_that_the_app_was_started_with_comes_before_live_models(
    run_app, serve, monkeypatch
):
    monkeypatch.setenv(ADAPTER, "there_is_none:X")
    places.clear()
    serve(example_file())
    try:
        app = run_app("pages/inputs.py")
        assert not [*app.exception, *app.error]
        assert any("mine.npz" in one.label for one in app.expander)
    finally:
        places.clear()

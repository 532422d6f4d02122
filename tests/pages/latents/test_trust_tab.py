"""The Trust tab of the Latents page."""

import io

import numpy as np
import pytest
from PIL import Image

from fusionviz.ui.latents.trust import VIEWS
from tests.helpers.app.pages import alts, words

ALTS = {
    "latents-round-trip": "Round-trip error of each token in float32",
    "latents-normality": "Histogram and quantiles of",
    "latents-oddness": "This pair costs",
    "latents-layer-costs": "log|det| of 9 layers",
}


def trust(run_app, **address):
    return run_app("pages/latents.py", address={"tab": "Trust", **address})


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_comes_from_the_address(run_app, view):
    app = trust(run_app, trust_view=view)
    assert not app.exception
    assert [alt for alt in alts(app) if alt.startswith(ALTS[VIEWS[view][0].name])]
    assert [e.label for e in app.expander].count("How to read this") == 1


def test_the_headline_says_whether_to_trust(run_app):
    said = words(trust(run_app))
    assert "Can they be trusted?" in said
    assert "Round-trip error" in said
    assert "up to rounding" in said
    assert "not been measured" in said


def test_float64_is_asked_for_and_stays_in_the_address(run_app):
    app = trust(run_app)
    app.segmented_control(key="trust_precision").select("float64").run()
    assert not app.exception
    assert any("in float64" in alt for alt in alts(app))
    again = trust(run_app, trust_precision="float64")
    assert any("in float64" in alt for alt in alts(again))


def test_all_layers_can_be_seen(run_app):
    view = {"trust_view": "Where does volume go?"}
    app = trust(run_app, **view, trust_layers="All")
    assert any(alt.startswith("log|det| of 27 layers") for alt in alts(app))


def test_a_hidden_tab_draws_nothing_and_keeps_its_address(run_app):
    app = run_app("pages/latents.py", address={"trust_view": "An odd pair?"})
    assert app.session_state["trust_view"] == "An odd pair?"
    assert not any(alt.startswith("This pair costs") for alt in alts(app))


def test_rgb_alone_is_read(run_app):
    app = trust(run_app)
    pixels = np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    app.file_uploader(key="file_rgb").upload(
        "a.png", file.getvalue(), "image/png"
    ).run()
    assert not app.exception
    assert any("guess" in one.value for one in app.markdown)

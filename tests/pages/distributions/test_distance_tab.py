"""The Distance tab of the Distributions page."""

import pytest

from tests.helpers.app.pages import alts, words

ALTS = ("MMD² by stage", "The kernel's mean is", "Of ")


def distance(run_app, **address):
    app = run_app("pages/distributions.py", address={"tab": "Distance", **address})
    assert not app.exception
    return app


def test_three_pictures_and_their_numbers_above(run_app):
    app = distance(run_app)
    assert [
        alt for start in ALTS for alt in alts(app) if alt.startswith(start)
    ] == alts(app)
    said = words(app)
    for label in ("MMD² before alignment", "1 × the median", "p-value", "A-distance"):
        assert label in said
    for key in ("d_pair", "d_stage", "d_bandwidth", "d_form", "d_shuffles", "d_seed"):
        assert key not in app.query_params


def test_every_control_comes_from_the_address(run_app):
    app = distance(
        run_app,
        data="utterance",
        d_pair="video_audio",
        d_stage="fused",
        d_bandwidth="2.5",
        d_form="unbiased",
        d_shuffles="300",
        d_seed="7",
    )
    assert app.select_slider(key="d_bandwidth").value == "2.5"
    assert app.selectbox(key="d_pair").value == "video_audio"
    assert app.segmented_control(key="d_stage").value == "fused"
    said = words(app)
    assert "MMD² after the backbone" in said
    assert "2.5 × the median" in said
    assert "Of 300 shuffles" in " ".join(alts(app))
    assert "within video" in " ".join(alts(app))
    assert "unbiased form leaves out" in said


def test_moving_a_control_writes_the_address(run_app):
    app = distance(run_app)
    before = alts(app)
    app.select_slider(key="d_bandwidth").set_value("4").run()
    assert not app.exception
    assert app.query_params["d_bandwidth"] == "4"
    assert alts(app) != before
    app.select_slider(key="d_bandwidth").set_value("1").run()
    assert "d_bandwidth" not in app.query_params
    assert alts(app) == before
    app.slider(key="d_shuffles").set_value(100).run()
    assert app.query_params["d_shuffles"] == "100"


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ({"d_stage": "raw"}, "depth has 64 and rgb has 192 features a token"),
        ({"d_stage": "raw", "data": "utterance"}, "there is no common space"),
    ],
)
def test_before_the_encoders_a_sentence_stands_for_the_pictures(
    run_app, address, sentence
):
    app = distance(run_app, **address)
    assert sentence in words(app)
    assert not alts(app)


def test_what_the_address_cannot_mean_is_the_default(run_app):
    app = distance(run_app, d_pair="x_y", d_stage="later", d_bandwidth="0.001")
    assert app.selectbox(key="d_pair").value == "depth_rgb"
    assert app.segmented_control(key="d_stage").value == "encoded"
    assert app.select_slider(key="d_bandwidth").value == "1"


def test_a_hidden_tab_draws_nothing_and_keeps_its_address(run_app):
    app = run_app("pages/distributions.py", address={"d_stage": "fused"})
    assert not any(alt.startswith(ALTS[0]) for alt in alts(app))
    assert app.query_params["d_stage"] == "fused"

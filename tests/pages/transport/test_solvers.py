"""The tabs "Three solvers" and "Convergence" of the Transport page."""

import io
import traceback
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fusionviz.alignment.semidual import SemiDual
from tests.helpers.app.pages import ROOT, alts, words


def tab(run_app, name="Three solvers", **address):
    app = run_app("pages/transport.py", address={"tab": name, **address})
    assert not app.exception
    return app


def test_plans_then_advice_then_the_sweep(run_app):
    app = tab(run_app)
    assert [alt.split(" ")[0] for alt in alts(app)] == ["Plans", "As"]
    assert "ε = 0.05" in words(app)
    assert [e.label for e in app.expander].count("How to read this") == 2


def test_epsilon_is_set_by_the_slider_and_stays_in_the_address(run_app):
    app = tab(run_app)
    app.select_slider(key="epsilon").set_value("2").run()
    assert not app.exception
    assert app.query_params["epsilon"] == "2"
    assert "too large" in words(app)
    again = tab(run_app, epsilon="2")
    assert "too large" in words(again)
    again.select_slider(key="epsilon").set_value("0.05").run()
    assert "epsilon" not in again.query_params


def test_the_way_to_the_kernel_is_short_and_as_architecture_md_has_it(
    run_app, monkeypatch
):
    calls, sweep = [], SemiDual.sweep

    def watched(*arguments):
        calls.append([Path(frame.filename) for frame in traceback.extract_stack()])
        return sweep(*arguments)

    monkeypatch.setattr(SemiDual, "sweep", watched)
    tab(run_app, epsilon="0.2", seed="77")  # which no other test asks for
    ours = [ROOT / "pages", ROOT / "fusionviz"]
    way = {
        path.relative_to(ROOT).as_posix().removeprefix("fusionviz/")
        for path in calls[0]
        if any(path.is_relative_to(folder) for folder in ours)
    }
    told = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    block = told.split("A picture is followed like this")[1].split("```")[1]
    files = [line.split()[0] for line in block.strip().splitlines()]
    assert way | {"alignment/semidual.py"} == set(files) - {
        "views/transport/solvers.py"
    }
    assert len(files) <= 15


def test_an_epsilon_that_is_no_step_is_replaced(run_app):
    assert tab(run_app, epsilon="7e9").session_state["epsilon"] == "0.05"


def test_the_source_can_be_chosen_where_there_are_two(run_app):
    app = tab(run_app, data="utterance", s_source="audio")
    assert "from 52 audio tokens to 8 text tokens" in alts(app)[0]
    app.selectbox(key="s_source").select("video").run()
    assert "from 37 video tokens" in alts(app)[0]
    with pytest.raises(KeyError):
        tab(run_app).selectbox(key="s_source")


def test_a_limit_that_is_too_small_is_said_in_words(run_app):
    app = tab(run_app, data="utterance", epsilon="0.001", s_iterations="10")
    assert "stopped after 10 iterations and has **not converged**" in words(app)
    app.select_slider(key="s_iterations").set_value("500").run()
    assert "not converged" not in words(app)
    assert "s_iterations" not in app.query_params


@pytest.mark.parametrize(
    ("view", "alt"), [("curve", "At ε = 0.02"), ("steps", "The plan from depth to rgb")]
)
def test_both_views_of_convergence_come_from_the_address(run_app, view, alt):
    app = tab(run_app, "Convergence", c_view=view, epsilon="0.02")
    (shown,) = alts(app)
    assert shown.startswith(alt)
    assert "ε = 0.02" in shown


def test_epsilon_is_the_same_in_both_tabs(run_app):
    app = tab(run_app, "Convergence")
    app.select_slider(key="epsilon").set_value("0.5").run()
    app.query_params["tab"] = "Three solvers"
    app.session_state["tab"] = "Three solvers"
    app.run()
    assert app.session_state["epsilon"] == "0.5"
    assert "ε = 0.5" in words(app)


@pytest.mark.parametrize("name", ["Three solvers", "Convergence"])
def test_rgb_alone_has_no_plan_and_the_tab_says_so(run_app, name):
    app = tab(run_app, name)
    pixels = np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    app.file_uploader(key="file_rgb").upload(
        "a.png", file.getvalue(), "image/png"
    ).run()
    assert not app.exception
    assert not alts(app)
    assert "depth is missing" in words(app)


def test_hidden_tabs_draw_nothing_and_keep_their_address(run_app):
    app = tab(run_app, "Hidden attention", epsilon="0.2", c_view="steps")
    assert not [alt for alt in alts(app) if alt.startswith(("Plans", "As ε", "At ε"))]
    assert app.query_params["epsilon"] == "0.2"
    assert app.query_params["c_view"] == "steps"

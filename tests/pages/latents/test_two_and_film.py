"""The Latents page's tabs of two samples, of what is made up, and of the film."""

import time

import pytest
from streamlit.testing.v1 import AppTest

from fusionviz.data.rooms import GALLERY_SEEDS
from fusionviz.ui.shared import cache
from tests.helpers.app.pages import specs

PAGE = "pages/latents.py"


def alts(app: AppTest) -> str:
    return " ".join(specs(app))


def test_the_second_room_comes_from_the_address(run_app):
    address = {"tab": "Between two", "other": "23", "between_steps": "5"}
    app = run_app(PAGE, address=address)
    assert not app.exception
    assert app.number_input(key="other").value == 23
    assert "5 steps from A" in alts(app)
    assert "A with B's depth" in alts(app)
    figure = next(spec for alt, spec in specs(app).items() if "5 steps" in alt)
    assert len(figure["frames"]) == 5


def test_the_second_room_is_another_one(run_app):
    first, second = GALLERY_SEEDS[:2]
    app = run_app(PAGE, address={"tab": "Between two"})
    assert app.number_input(key="other").value == second
    app.number_input(key="seed").set_value(second).run()
    assert app.number_input(key="other").value == first
    assert app.button(key=f"other_room_{second}").disabled
    same = run_app(PAGE, address={"tab": "Between two", "other": str(first)})
    assert same.number_input(key="other").value == second


def test_a_model_that_was_dropped_and_loaded_again_is_one_model(run_app):
    address = {"tab": "Between two", "other": "24"}
    assert not run_app(PAGE, address=address).exception
    cache._model.clear()  # as five other checkpoints would do
    app = run_app(PAGE, address=address | {"other": "25"})
    assert not app.exception
    assert "9 steps from A" in alts(app)


def test_a_picked_room_goes_to_the_address(run_app):
    app = run_app(PAGE, address={"tab": "Between two"})
    seed = GALLERY_SEEDS[4]
    app.button(key=f"other_room_{seed}").click().run()
    assert app.number_input(key="other").value == seed
    assert app.query_params["other"] in (str(seed), [str(seed)])


@pytest.mark.parametrize("other", ["-1", "kitchen", "99999999999"])
def test_a_broken_second_room_falls_back(run_app, other):
    app = run_app(PAGE, address={"tab": "Between two", "other": other})
    assert not app.exception
    assert app.number_input(key="other").value == GALLERY_SEEDS[1]


def test_all_steps_at_once(run_app):
    address = {"tab": "Between two", "between_layout": "All steps"}
    app = run_app(PAGE, address=address)
    figure = next(spec for alt, spec in specs(app).items() if "9 steps" in alt)
    assert len(figure["layout"]["images"]) == 54


def test_samples_come_from_the_address(run_app):
    address = {"tab": "Sample and complete", "temperature": "0.5", "sample_count": "5"}
    app = run_app(PAGE, address=address)
    assert not app.exception
    assert "5 pairs drawn at temperature 0.500" in alts(app)
    app.slider(key="temperature").set_value(0.0).run()
    assert "at temperature 0," in alts(app)


def test_the_film_comes_from_the_address(run_app):
    address = {"tab": "Flow film", "film_stops": "each part of a block"}
    app = run_app(PAGE, address=address)
    assert not app.exception
    figure = next(iter(specs(app).values()))
    assert len(figure["frames"]) == 9
    strip = run_app(PAGE, address={"tab": "Flow film", "film_layout": "All blocks"})
    assert len(next(iter(specs(strip).values()))["layout"]["images"]) == 8


def test_hidden_controls_stay_in_the_address(run_app):
    app = run_app(
        PAGE, address={"tab": "Flow film", "other": "32", "temperature": "0.3"}
    )
    assert app.number_input(key="other").value == 32
    assert app.slider(key="temperature").value == 0.3


COMPLETION = {
    "tab": "Sample and complete",
    "sampling": "Complete a modality",
    "complete": "RGB from depth",
    "complete_steps": "2",
    "leaps": "1",
    "chains": "2",
}


def wait_for(app, done):
    """Run the page until a condition holds; return whether it does."""
    deadline = time.monotonic() + 60
    while not done(app) and time.monotonic() < deadline:
        time.sleep(0.1)
        app.run()
    return done(app)


def test_a_modality_is_completed_as_the_address_says(run_app):
    app = run_app(PAGE, address=COMPLETION)
    assert not app.exception
    assert not specs(app)
    app.button(key="start_completion").click().run()
    assert wait_for(app, lambda page: "RGB drawn from depth" in alts(page))
    assert "2 chains of 2 steps" in alts(app)
    assert not app.exception
    said = " ".join(one.value for one in app.markdown)
    assert "R-hat" in said or "nothing can be said" in said
    app.slider(key="complete_steps").set_value(3).run()
    assert app.button(key="start_completion")


def test_what_was_found_by_the_time_of_a_stop_is_shown(run_app):
    app = run_app(PAGE, address={**COMPLETION, "complete_steps": "100"})
    app.button(key="start_completion").click().run()
    work = app.session_state["_completing"]
    assert wait_for(app, lambda page: len(work.bits_per_dim) >= 1)
    app.button(key="stop_completion").click().run()
    assert wait_for(app, lambda page: "RGB drawn from depth" in alts(page))
    steps = len(work.bits_per_dim)
    assert steps < 100
    assert f"2 chains of {steps} steps" in alts(app)

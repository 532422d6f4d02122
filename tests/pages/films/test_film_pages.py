"""Films on the pages: one of the project's, or a poster and a plot that are brought."""

import io

import pytest
from PIL import Image

from fusionviz.data.films import EXAMPLES
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import save_checkpoint
from tests.helpers.app.pages import address_of, alts, run_page, words
from tests.helpers.films import film, tiny_film_mango
from tests.helpers.tiny_models import tiny_alignmamba, tiny_mango

GENRES = ("Drama", "War", "Music")
PAGES_OF_FILMS = ("inputs", "attention", "robustness")
OTHER_PAGES = ("latents", "transport", "distributions")


@pytest.fixture
def weights(monkeypatch, tmp_path):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path))
    model = tiny_film_mango()
    model.threshold.fill_(0.5)
    save_checkpoint(model, ModelCard(name="films", class_names=GENRES), tmp_path)
    save_checkpoint(tiny_mango(), ModelCard(name="mango-tiny"), tmp_path)
    save_checkpoint(tiny_alignmamba(), ModelCard(name="alignmamba-tiny"), tmp_path)
    return tmp_path


def poster_bytes() -> bytes:
    file = io.BytesIO()
    Image.fromarray(film(0).rgb).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("name", PAGES_OF_FILMS)
def test_a_film_of_the_project_is_read(weights, name):
    app = run_page(f"pages/{name}.py", {"film": "signal"})
    assert not app.exception
    assert not app.error
    assert app.button_group(key="source").value == "Films"
    assert app.selectbox(key="film_mango").value == "films"
    assert EXAMPLES["signal"].title in words(app)
    assert len(alts(app)) == 1
    assert address_of(app)["film"] == "signal"


@pytest.mark.parametrize("name", OTHER_PAGES)
def test_other_pages_say_that_they_show_no_films(weights, name):
    app = run_page(f"pages/{name}.py", {"film": "lamp"})
    assert not app.exception
    assert not app.error
    told = " ".join(one.value for one in app.info)
    assert "films" in told
    assert "Inputs" in told
    assert "Rooms" in told
    assert not alts(app)


def test_rooms_are_there_again_when_they_are_chosen(weights):
    app = run_page("pages/attention.py", {"film": "lamp"})
    app.button_group(key="source").set_value("Rooms").run()
    assert not app.exception
    assert app.selectbox(key="mango").value == "mango-tiny"
    assert "film" not in address_of(app)
    assert "Room" in words(app)


def test_a_poster_and_a_plot_of_ones_own_are_read(weights):
    app = run_page("pages/inputs.py", {"film": "own"})
    assert "poster" in " ".join(one.value for one in app.info)
    app.text_area(key="film_plot").set_value("A king <b>and</b> a dog").run()
    assert not app.exception
    assert "poster is MANGO's guess" in words(app)
    (told,) = alts(app)
    assert "plot alone" in told
    brought = ("my.png", poster_bytes(), "image/png")
    app.file_uploader(key="film_poster").set_value(brought).run()
    assert "my.png" in words(app)
    assert "guess" not in words(app)
    assert "**king**" in words(app)
    app.file_uploader(key="film_poster").set_value(
        ("bad.png", b"none", "image/png")
    ).run()
    assert app.error
    assert not app.exception


def test_a_plot_without_known_words_is_refused_with_a_cure(weights):
    app = run_page("pages/inputs.py", {"film": "own"})
    app.text_area(key="film_plot").set_value("Qzxw qqqq").run()
    assert not app.exception
    assert "English" in " ".join(one.value for one in app.error)


def test_words_and_patches_are_shown_for_the_genre_that_is_picked(weights):
    address = {"film": "lamp", "tab": "Words and patches", "genre": "War"}
    app = run_page("pages/inputs.py", address)
    assert not app.exception
    (told,) = alts(app)
    assert "War" in told
    app.selectbox(key="genre").set_value("Music").run()
    (told,) = alts(app)
    assert "Music" in told


def test_a_head_is_asked_from_a_word(weights):
    app = run_page("pages/attention.py", {"film": "lamp"})
    before = alts(app)
    box = app.selectbox(key="film_token")
    box.set_value(2).run()
    assert not app.exception
    assert alts(app) != before
    app.selectbox(key="film_layer").set_value(1).run()
    assert not app.exception


def test_without_weights_it_is_said_how_to_get_them(monkeypatch, tmp_path):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path))
    app = run_page("pages/inputs.py", {"film": "lamp"})
    assert not app.exception
    assert "train mango-movies" in " ".join(one.value for one in app.info)


def test_the_bars_of_robustness_are_of_both_and_of_each_alone(weights):
    app = run_page("pages/robustness.py", {"film": "tickets"})
    (told,) = alts(app)
    for one in ("poster and plot", "poster alone", "plot alone"):
        assert one in told

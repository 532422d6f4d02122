"""The tab "Embedding": what it draws, what is picked on it, and its address."""

import sys
import time

import pytest
from streamlit.elements.plotly_chart import PlotlyState

from tests.helpers.app.pages import address_of, alts

PAGE = "pages/distributions.py"
TAB = {"tab": "Embedding"}
UTTERANCE = TAB | {"data": "utterance"}


def lasso(app, *customdata):
    points = [{"customdata": list(one)} for one in customdata]
    selection = {"points": points, "point_indices": [], "box": [], "lasso": []}
    app.session_state["distributions_embedding"] = PlotlyState({"selection": selection})
    return app.run()


def until_placed(app):
    """Run until the work beside the page is done."""
    job = app.session_state["_job_embedding"][1]
    job.wait(60)
    return app.run()


@pytest.mark.parametrize("address", [TAB, UTTERANCE])
def test_it_shows_the_planes_and_how_centres_move(run_app, address):
    app = run_app(PAGE, address=address)
    assert not app.exception
    first, second = alts(app)
    assert "in a plane by PCA" in first
    assert second.startswith("Centres of modalities")
    assert not any(key.startswith("e_") for key in address_of(app))


def test_a_lasso_picks_tokens_which_pictures_and_the_address_show(run_app):
    app = lasso(run_app(PAGE, address=TAB), ("depth", 2, False), ("depth", 3, False))
    assert not app.exception
    assert "picked tokens are lit: 2 of depth" in alts(app)[1]
    assert address_of(app)["e_pick"] == "depth~2-3"
    assert "2 depth" in app.button(key="e_clear").label


def test_tokens_are_picked_by_name_without_a_mouse(run_app):
    app = lasso(run_app(PAGE, address=TAB), ("rgb", 2, False))
    app.selectbox(key="e_of_depth_rgb").select("depth").run()
    app.selectbox(key="e_from_depth_16").select(6)
    app.selectbox(key="e_to_depth_16").select(4).run()
    app.button(key="e_add").click().run()
    assert not app.exception
    assert address_of(app)["e_pick"] == "depth~4-6~rgb~2"
    assert "3 of depth" in alts(app)[1]
    assert app.button(key="e_clear").label.startswith("Let go of")


def test_a_picture_that_changes_does_not_let_go_of_what_is_picked(run_app):
    app = lasso(run_app(PAGE, address=TAB), ("rgb", 2, False))
    app.toggle(key="e_links_on").set_value(True)
    app = lasso(app)  # the chart has forgotten what was drawn on it
    assert address_of(app)["e_pick"] == "rgb~2"
    app = lasso(app, ("rgb", 2, False))
    app.button(key="e_clear").click().run()
    assert "e_pick" not in address_of(app)


def test_picked_tokens_come_from_the_address_and_can_be_let_go_of(run_app):
    address = UTTERANCE | {"e_pick": "text~1~video~3-5"}
    app = run_app(PAGE, address=address)
    assert not app.exception
    assert "3 of video, 1 of text" in alts(app)[1]
    assert address_of(app)["e_pick"] == address["e_pick"]
    app.button(key="e_clear").click().run()
    assert len(alts(app)) == 2
    assert "e_pick" not in address_of(app)


def test_too_many_picked_tokens_stay_in_the_session_alone(run_app, monkeypatch):
    monkeypatch.setattr("fusionviz.ui.distributions.embedding.LONGEST_ADDRESS", 8)
    app = run_app(PAGE, address=TAB)
    app = lasso(app, *(("rgb", token, False) for token in (1, 4, 9)))
    assert "3 of RGB" in alts(app)[1]
    assert "e_pick" not in address_of(app)
    assert any("do not fit into a link" in one.value for one in app.caption)
    assert "3 of RGB" in alts(app.run())[1]


def test_picked_tokens_outlive_a_look_at_another_tab(run_app):
    app = lasso(run_app(PAGE, address=TAB), ("depth", 2, False))
    for tab in ("Distance", "Embedding"):
        app.session_state["tab"] = tab
        app.run()
        assert address_of(app)["e_pick"] == "depth~2"
    assert "1 of depth" in alts(app)[1]


@pytest.mark.parametrize("broken", ["", "~", "depth~x", "nobody~3", "depth~99"])
def test_broken_picks_in_the_address_pick_nothing(run_app, broken):
    app = run_app(PAGE, address=TAB | {"e_pick": broken})
    assert not app.exception
    assert len(alts(app)) == 2


def test_its_values_come_from_the_address_and_stay_while_another_tab_is_open(run_app):
    address = {"e_method": "tsne", "e_neighbours": "9", "e_seed": "3", "e_links": "1"}
    app = until_placed(run_app(PAGE, address=UTTERANCE | address))
    assert not app.exception
    assert "in a plane by t-SNE" in alts(app)[0]
    assert app.number_input(key="e_neighbours").value == 9
    assert app.toggle(key="e_links_on").value
    assert address.items() <= address_of(app).items()
    app.session_state["tab"] = "Distance"
    app.run()
    assert address.items() <= address_of(app).items()


@pytest.mark.parametrize(
    "broken", [{"e_method": "x"}, {"e_links": "7"}, {"e_seed": "-1"}]
)
def test_a_broken_address_falls_back(run_app, broken):
    app = run_app(PAGE, address=UTTERANCE | broken)
    assert not app.exception
    assert "in a plane by PCA" in alts(app)[0]


def test_joining_partners_draws_lines(run_app):
    app = run_app(PAGE, address=UTTERANCE)
    assert '"links"' not in app.get("plotly_chart")[0].proto.spec
    app.toggle(key="e_links_on").set_value(True).run()
    assert '"links"' in app.get("plotly_chart")[0].proto.spec
    assert address_of(app)["e_links"] == "1"


def test_tsne_works_beside_the_page_and_can_be_stopped(run_app, monkeypatch):
    def slow(*args, **_):
        _, _, tell = args
        while tell(0.1, "t-SNE: all stages together"):
            time.sleep(0.01)
        from fusionviz.errors import InputError

        raise InputError("t-SNE was stopped before it had placed the tokens.")

    monkeypatch.setattr("fusionviz.ui.distributions.embedding.measure_embedding", slow)
    app = run_app(PAGE, address=UTTERANCE | {"e_method": "tsne"})
    assert not app.exception
    assert len(alts(app)) == 1  # how centres move does not wait
    app.session_state["_job_embedding"][1].stop()
    app = until_placed(app)
    assert any("was stopped" in one.value for one in app.caption)
    assert app.button(key="e_again").label == "Try again"


def test_umap_says_what_to_install(run_app, monkeypatch):
    monkeypatch.setitem(sys.modules, "umap", None)
    app = until_placed(run_app(PAGE, address=UTTERANCE | {"e_method": "umap"}))
    assert not app.exception
    assert any("pip install umap-learn" in one.value for one in app.caption)

"""The tab "Many samples": started, stopped by other inputs, kept."""

from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import save_checkpoint
from tests.helpers.app.pages import alts
from tests.helpers.tiny_models import tiny_sentiment

PAGE = "pages/distributions.py"
TAB = {"tab": "Many samples", "data": "utterance"}


def known_set(folder):
    """Save a checkpoint whose card says which set it was measured on."""
    recipe = {"data": {"set": "sentiment"}}
    save_checkpoint(
        tiny_sentiment(5), ModelCard(name="sentiment-known", recipe=recipe), folder
    )
    return folder


def measured(app):
    app.button(key="n_run").click().run()
    _, job = app.session_state["_job_distributions_samples"]
    job.wait()
    return app.run()


def test_it_says_what_it_will_do_and_does_it_on_demand(run_app, tmp_path):
    app = run_app(
        PAGE, address=TAB | {"n_samples": "16"}, checkpoints=known_set(tmp_path)
    )
    assert not app.exception
    assert any("reads 16 samples" in one.value for one in app.caption)
    assert not alts(app)
    app = measured(app)
    assert not app.exception
    assert any("over 16 samples" in alt for alt in alts(app))
    assert app.button(key="n_run").disabled

    # Another utterance has other diamonds, and needs no new measurement.
    app.number_input(key="utterance").set_value(40).run()
    assert any("over 16 samples" in alt for alt in alts(app))

    app.number_input(key="n_seed").set_value(3).run()
    assert not alts(app)
    assert not app.button(key="n_run").disabled


def test_what_one_session_measured_another_sees(run_app, tmp_path):
    folder = known_set(tmp_path)
    address = TAB | {"n_samples": "32"}
    measured(run_app(PAGE, address=address, checkpoints=folder))
    app = run_app(PAGE, address=address, checkpoints=folder)
    assert any("over 32 samples" in alt for alt in alts(app))


def test_a_checkpoint_without_a_known_set_says_so(run_app):
    app = run_app(PAGE, address=TAB)
    assert not app.exception
    assert any("choose another checkpoint" in one.value for one in app.caption)


def test_without_a_model_it_says_what_to_choose(run_app, tmp_path, monkeypatch):
    """Features of one width, as they are."""
    import fusionviz.ui.distributions.samples as tab

    said = []
    monkeypatch.setattr(tab, "nothing_yet", lambda what, visible: said.append(what))

    class Features:
        read_by_model = None

    tab.draw_panel.__wrapped__(Features(), True)
    assert "choose a checkpoint" in said[0]


def test_the_address_keeps_its_controls_while_another_tab_is_open(run_app, tmp_path):
    address = {"tab": "Distance", "data": "utterance", "n_samples": "128"}
    app = run_app(PAGE, address=address, checkpoints=known_set(tmp_path))
    assert not app.exception
    assert app.query_params["n_samples"] in ("128", ["128"])
